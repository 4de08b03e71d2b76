#include "sql/console_subscriber_store.h"

#include "sql/transaction.h"

namespace lumos::sql::console {
namespace {

Subscriber read_subscriber(const Row& row) {
    return {
        .id = row.integer("id"),
        .slug = row.text("slug"),
        .public_key = row.optional_text("public_key"),
        .starts_at = row.optional_time("starts_at"),
        .is_made = row.boolean("is_made"),
        .created_at = row.time("created_at")};
}

}  // namespace

std::vector<Subscriber> subscribers(Work& work, std::int64_t account_id, const Page& page) {
    std::vector<Subscriber> found;
    for (const auto row :
         work.transaction().run(queries::subscribers::page, {account_id, page.after, page.limit})) {
        found.push_back(read_subscriber(row));
    }
    return found;
}

std::optional<Subscriber> find_subscriber(
    Work& work, std::int64_t account_id, const std::string& slug) {
    const auto rows =
        work.transaction().run(queries::subscribers::find_by_slug, {account_id, slug});
    return rows.empty() ? std::nullopt : std::optional(read_subscriber(rows.at(0)));
}

std::optional<Subscriber> hold_subscriber(
    Work& work, std::int64_t account_id, const std::string& slug) {
    work.transaction().run(queries::subscribers::find_for_edit, {account_id, slug});
    return find_subscriber(work, account_id, slug);
}

std::int64_t count_subscribers(Work& work, std::int64_t account_id) {
    return work.transaction()
        .run(queries::subscribers::count_of_account, {account_id})
        .only()
        .integer("subscribers");
}

void add_subscriber(Work& work, const NewSubscriber& subscriber) {
    work.transaction().run(
        queries::subscribers::insert,
        {subscriber.account_id, subscriber.slug, subscriber.public_key, subscriber.seconds_back});
}

void rewind_subscriber(
    Work& work, std::int64_t subscriber_id, std::optional<std::int64_t> seconds_back) {
    work.transaction().run(queries::subscribers::rewind, {subscriber_id, seconds_back});
}

void set_key_of_subscriber(
    Work& work, std::int64_t subscriber_id, const std::optional<std::string>& public_key) {
    work.transaction().run(queries::subscribers::set_key, {subscriber_id, public_key});
}

void remove_subscriber(Work& work, std::int64_t subscriber_id) {
    work.transaction().run(queries::subscribers::remove, {subscriber_id});
}

void revoke_subscribers(Work& work, std::int64_t account_id, const std::string& account) {
    work.transaction().run(queries::subscribers::revoke_all_of_account, {account_id});
    work.transaction().run(queries::bus_revocations::hasten_below, {account + "_"});
}

bool lock_consumers(Work& work) {
    return work.transaction().run(queries::subscribers::try_lock).only().boolean("locked");
}

std::vector<WantedConsumer> wanted_consumers(Work& work) {
    std::vector<WantedConsumer> found;
    for (const auto row : work.transaction().run(queries::subscribers::wanted)) {
        found.push_back(
            {.subscriber_id = row.integer("id"),
             .account = row.text("account"),
             .subscriber = row.text("slug"),
             .starts_at = row.optional_time("starts_at"),
             .wanted = row.integer("wanted"),
             .made = row.integer("made")});
    }
    return found;
}

void mark_consumer_made(Work& work, std::int64_t subscriber_id, std::int64_t which) {
    work.transaction().run(queries::subscribers::mark_made, {subscriber_id, which});
}

}  // namespace lumos::sql::console
