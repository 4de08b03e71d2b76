#include "sql/console_channel_store.h"

#include "sql/transaction.h"

namespace lumos::sql::console {
namespace {

Channel read_channel(const Row& row) {
    return {
        .id = row.integer("id"),
        .slug = row.text("slug"),
        .name = row.text("name"),
        .kind = row.text("kind"),
        .target = row.text("target"),
        .alerts = row.is_null("alerts") ? std::nullopt : std::optional(row.texts("alerts")),
        .disabled_at = row.optional_time("disabled_at"),
        .disabled_why = row.optional_text("disabled_why"),
        .created_at = row.time("created_at")};
}

}  // namespace

std::vector<Channel> channels(Work& work, std::int64_t account_id, const Page& page) {
    std::vector<Channel> found;
    for (const auto row :
         work.transaction().run(queries::channels::page, {account_id, page.after, page.limit})) {
        found.push_back(read_channel(row));
    }
    return found;
}

std::optional<Channel> find_channel(Work& work, std::int64_t account_id, const std::string& slug) {
    const auto rows = work.transaction().run(queries::channels::find_by_slug, {account_id, slug});
    return rows.empty() ? std::nullopt : std::optional(read_channel(rows.at(0)));
}

std::optional<Channel> hold_channel(Work& work, std::int64_t account_id, const std::string& slug) {
    work.transaction().run(queries::channels::find_for_edit, {account_id, slug});
    return find_channel(work, account_id, slug);
}

std::int64_t add_channel(Work& work, std::int64_t account_id, const Channel& channel) {
    return work.transaction()
        .run(
            queries::channels::insert,
            {account_id, channel.slug, channel.name, channel.kind, channel.target, channel.alerts})
        .only()
        .integer("id");
}

void set_channel_secret(Work& work, std::int64_t channel_id, const Sealed& secret) {
    work.transaction().run(
        queries::channels::set_secret, {channel_id, secret.key_id, Param::bytes(secret.box)});
}

void edit_channel(Work& work, const Channel& channel) {
    work.transaction().run(
        queries::channels::edit,
        {channel.id,
         channel.name,
         channel.target,
         channel.alerts,
         !channel.disabled_at.has_value()});
}

void remove_channel(Work& work, std::int64_t channel_id) {
    work.transaction().run(queries::channels::remove, {channel_id});
}

std::string add_delivery(Work& work, const std::string& event_id, std::int64_t channel_id) {
    return work.transaction()
        .run(queries::deliveries::add_for_channel, {event_id, channel_id})
        .only()
        .text("id");
}

std::optional<DeliveryState> delivery_state(Work& work, const std::string& id) {
    const auto rows = work.transaction().run(queries::deliveries::state_of, {id});
    if (rows.empty()) {
        return std::nullopt;
    }
    return DeliveryState{
        .state = rows.at(0).text("state"),
        .attempt = rows.at(0).integer("attempt"),
        .claimed = rows.at(0).boolean("claimed"),
        .last_error = rows.at(0).optional_text("last_error")};
}

void give_up_test(Work& work, const std::string& delivery_id) {
    work.transaction().run(queries::deliveries::give_up_test, {delivery_id});
}

}  // namespace lumos::sql::console
