#include "sql/delivery_store.h"

#include "sql/connection.h"
#include "sql/transaction.h"

#include <cmath>
#include <map>
#include <utility>

namespace lumos::sql {

namespace {

std::chrono::milliseconds from_seconds(double seconds) {
    return std::chrono::milliseconds(std::llround(seconds * 1000));
}

DueOfChannel read_due(
    Transaction& transaction, std::int64_t channel_id, const DeliveryStore::Look& look) {
    DueOfChannel found;
    for (const auto row :
         transaction.run(queries::deliveries::lock_due, {channel_id, look.due_max})) {
        found.kind = row.text("kind");
        found.due.push_back({row.text("id"), row.text("alert")});
    }
    if (found.due.empty()) {
        return found;
    }
    for (const auto row :
         transaction.run(queries::deliveries::sent_lately, {channel_id, look.lately})) {
        found.lately.push_back(
            {row.text("alert"),
             row.integer("deliveries"),
             row.boolean("under_way"),
             row.optional_number("seconds_since")});
    }
    return found;
}

ClaimedDelivery read_claimed(const Row& row) {
    return {
        .id = row.text("id"),
        .account_id = row.integer("account_id"),
        .attempt = row.integer("attempt"),
        .age = from_seconds(row.number("age_seconds")),
        .event = read_stored_event(row)};
}

DeliveryChannel read_channel(const Row& row) {
    return {
        .id = row.integer("channel_id"),
        .account = row.text("channel_account"),
        .slug = row.text("channel"),
        .kind = row.text("channel_kind"),
        .target = row.text("target"),
        .secret_key = row.optional_text("secret_key").value_or(""),
        .secret_box = row.is_null("secret_box") ? "" : row.bytes("secret_box")};
}

std::vector<ClaimedMessage> take(Transaction& transaction, const Choice& choice) {
    std::vector<std::string> ids;
    std::vector<std::optional<std::string>> leaders;
    for (const auto& group : choice.groups) {
        for (const auto& id : group) {
            ids.push_back(id);
            leaders.push_back(&id == &group.front() ? std::nullopt : std::optional(group.front()));
        }
    }
    const auto rows =
        transaction.run(queries::deliveries::claim, {ids, leaders, choice.send_limit});
    std::map<std::string, Row> by_id;
    for (const auto row : rows) {
        by_id.emplace(row.text("id"), row);
    }
    std::vector<ClaimedMessage> messages;
    for (const auto& group : choice.groups) {
        ClaimedMessage message;
        for (const auto& id : group) {
            // An UPDATE returns its rows in any order.
            const auto& row = by_id.at(id);
            message.channel = read_channel(row);
            message.deliveries.push_back(read_claimed(row));
        }
        messages.push_back(std::move(message));
    }
    return messages;
}

bool record_one(Transaction& transaction, const DeliveryResult& result) {
    using State = DeliveryResult::State;
    switch (result.state) {
        case State::Sent:
            return !transaction.run(queries::deliveries::record_sent, {result.id, result.attempt})
                        .empty();
        case State::Retry:
            return !transaction
                        .run(
                            queries::deliveries::record_retry,
                            {result.id, result.attempt, result.wait, result.error})
                        .empty();
        case State::Dead:
            break;
    }
    if (transaction.run(queries::deliveries::record_dead, {result.id, result.attempt, result.error})
            .empty()) {
        return false;
    }
    if (result.dead_event) {
        (void)record_event(transaction, *result.dead_event);
    }
    return true;
}

}  // namespace

std::vector<std::int64_t> DeliveryStore::due_channels(
    std::int64_t after, const std::vector<std::int64_t>& busy, std::size_t at_most) {
    const auto session = pool_.lease();
    Transaction transaction(*session);
    std::vector<std::int64_t> channels;
    for (const auto row :
         transaction.run(queries::deliveries::due_channels, {after, busy, at_most})) {
        channels.push_back(row.integer("channel_id"));
    }
    return channels;
}

std::vector<ClaimedMessage> DeliveryStore::claim(
    std::int64_t channel_id,
    const Look& look,
    const std::function<Choice(const DueOfChannel&)>& choose) {
    const auto session = pool_.lease();
    Transaction transaction(*session);
    const auto found = read_due(transaction, channel_id, look);
    if (found.due.empty()) {
        return {};
    }
    const auto choice = choose(found);
    if (choice.groups.empty()) {
        return {};
    }
    auto messages = take(transaction, choice);
    transaction.commit();
    return messages;
}

std::vector<std::string> DeliveryStore::record(
    const std::vector<DeliveryResult>& results, const ChannelEffect& effect) {
    const auto session = pool_.lease();
    Transaction transaction(*session);
    std::vector<std::string> recorded;
    for (const auto& result : results) {
        if (record_one(transaction, result)) {
            recorded.push_back(result.id);
        }
    }
    if (effect.disable_why) {
        (void)transaction.run(queries::channels::disable, {effect.channel_id, *effect.disable_why});
    }
    if (effect.pause) {
        (void)transaction.run(
            queries::deliveries::throttle_channel, {effect.channel_id, *effect.pause});
    }
    transaction.commit();
    return recorded;
}

std::size_t DeliveryStore::bury_disabled(
    std::size_t at_most, const std::function<NewEvent(const BuriedDelivery&)>& dead_event) {
    const auto session = pool_.lease();
    Transaction transaction(*session);
    const auto rows = transaction.run(queries::deliveries::bury_disabled, {at_most});
    for (const auto row : rows) {
        const BuriedDelivery buried{
            .id = row.text("id"),
            .event_id = row.text("event_id"),
            .account_id = row.integer("account_id"),
            .channel = row.text("channel"),
            .alert = row.text("alert"),
            .attempt = row.integer("attempt"),
            .incident = row.text("incident"),
            .last_error = row.text("last_error")};
        (void)record_event(transaction, dead_event(buried));
    }
    transaction.commit();
    return rows.size();
}

}  // namespace lumos::sql
