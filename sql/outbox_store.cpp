#include "sql/outbox_store.h"

#include "sql/connection.h"
#include "sql/transaction.h"

namespace lumos::sql {

namespace {

// Nothing: another process has the turn, or the stream was never seen.
std::optional<Time> take_turn(Transaction& transaction, const SeenStream& stream) {
    const auto turn = transaction.run(queries::streams::take_turn, {stream.name});
    return turn.empty() ? std::nullopt : std::optional(turn.only().time("created_at"));
}

// True where it was never seen. A transaction of its own: others must not wait for the row until a
// round ends.
bool remember(Connection& session, const SeenStream& stream) {
    Transaction transaction(session);
    const auto made =
        transaction.run(queries::streams::insert_seen, {stream.name, stream.created_at});
    transaction.commit();
    return made.affected() == 1;
}

void make_due_again(
    Transaction& transaction, const SeenStream& stream, const OutboxStore::Limits& limits) {
    const auto again = transaction.run(
        queries::outbox::publish_again,
        {stream.name, std::chrono::microseconds(limits.again), limits.rows_again});
    if (again.affected() < limits.rows_again) {
        transaction.run(queries::streams::set_created, {stream.name, stream.created_at});
    }
}

std::size_t publish_next(
    Transaction& transaction,
    const std::vector<StoredEvent>& events,
    const OutboxStore::Publish& publish) {
    if (events.empty()) {
        return 0;
    }
    const auto published = publish(events);
    transaction.run(queries::outbox::set_published, {published});
    return published.size();
}

OutboxRound take_round(
    Connection& session,
    const SeenStream& stream,
    const OutboxStore::Limits& limits,
    const OutboxStore::Publish& publish) {
    Transaction transaction(session);
    OutboxRound result;
    const auto recorded = take_turn(transaction, stream);
    if (!recorded) {
        return result;
    }
    result.mine = true;
    if (*recorded != stream.created_at) {
        result.stream_anew = true;
        make_due_again(transaction, stream, limits);
        transaction.commit();
        return result;
    }
    std::vector<StoredEvent> events;
    for (const auto row :
         transaction.run(queries::outbox::take_unpublished, {stream.name, limits.rows})) {
        events.push_back(read_stored_event(row));
    }
    result.taken = events.size();
    result.published = publish_next(transaction, events, publish);
    transaction.commit();
    return result;
}

}  // namespace

OutboxRound OutboxStore::round(
    const SeenStream& stream, const Limits& limits, const Publish& publish) {
    const auto session = pool_.lease();
    auto result = take_round(*session, stream, limits, publish);
    if (!result.mine && remember(*session, stream)) {
        result = take_round(*session, stream, limits, publish);
    }
    return result;
}

bool OutboxStore::has_left_behind(std::chrono::milliseconds age) {
    const auto session = pool_.lease();
    Transaction transaction(*session);
    return transaction.run(queries::outbox::has_left_behind, {std::chrono::microseconds(age)})
        .only()
        .boolean("found");
}

std::size_t OutboxStore::delete_old(std::chrono::hours age, std::size_t at_most) {
    const auto session = pool_.lease();
    Transaction transaction(*session);
    const auto deleted =
        transaction.run(queries::outbox::delete_old, {std::chrono::microseconds(age), at_most});
    transaction.commit();
    return deleted.affected();
}

}  // namespace lumos::sql
