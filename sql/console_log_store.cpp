#include "sql/console_log_store.h"

#include "sql/transaction.h"

namespace lumos::sql::console {
namespace {

// "": the newest.
std::optional<std::string> before_of(const Page& page) {
    return page.after.empty() ? std::nullopt : std::optional(page.after);
}

Event read_event(const Row& row) {
    return {
        .id = row.text("id"),
        .sequence = row.integer("sequence"),
        .source = row.text("source"),
        .type = row.text("type"),
        .kind = row.text("kind"),
        .subject = row.text("subject"),
        .incident = row.text("incident"),
        .time = row.time("time"),
        .data = row.text("data")};
}

Delivery read_delivery(const Row& row) {
    return {
        .id = row.text("id"),
        .event_id = row.text("event_id"),
        .channel = row.text("channel"),
        .kind = row.text("kind"),
        .alert = row.text("alert"),
        .subject = row.text("subject"),
        .state = row.text("state"),
        .attempt = row.integer("attempt"),
        .next_at = row.time("next_at"),
        .last_error = row.optional_text("last_error"),
        .sent_at = row.optional_time("sent_at"),
        .sent_with = row.optional_text("sent_with"),
        .created_at = row.time("created_at")};
}

Change read_logged_change(const Row& row) {
    return {
        .id = row.text("id"),
        .domain = row.text("domain"),
        .kind = row.text("kind"),
        .state = row.text("state"),
        .refused = row.boolean("refused"),
        .trigger = row.text("trigger"),
        .error = row.optional_text("error"),
        .decided_at = row.time("decided_at"),
        .settled_at = row.optional_time("settled_at"),
        .ttl = row.integer("ttl"),
        .from_server = row.optional_text("from_server"),
        .from_ipv4 = row.optional_text("from_ipv4"),
        .from_ipv6 = row.optional_text("from_ipv6"),
        .to_server = row.optional_text("to_server"),
        .to_ipv4 = row.optional_text("to_ipv4"),
        .to_ipv6 = row.optional_text("to_ipv6")};
}

}  // namespace

std::vector<Event> events_after(Work& work, const EventFilter& filter) {
    std::vector<Event> found;
    for (const auto row : work.transaction().run(
             queries::events::read_after,
             {filter.account_id,
              filter.after,
              filter.type,
              filter.kind,
              filter.subject,
              filter.since,
              filter.limit})) {
        found.push_back(read_event(row));
    }
    return found;
}

std::optional<Event> find_event(
    Work& work, std::optional<std::int64_t> account_id, const std::string& id) {
    const auto rows = work.transaction().run(queries::events::find, {account_id, id});
    return rows.empty() ? std::nullopt : std::optional(read_event(rows.at(0)));
}

std::vector<Delivery> deliveries(
    Work& work, std::int64_t account_id, const DeliveryFilter& filter, const Page& page) {
    std::vector<Delivery> found;
    for (const auto row : work.transaction().run(
             queries::deliveries::page,
             {account_id, filter.state, filter.channel, before_of(page), page.limit})) {
        found.push_back(read_delivery(row));
    }
    return found;
}

std::vector<Change> changes(
    Work& work,
    std::int64_t account_id,
    const std::optional<std::string>& domain,
    const Page& page) {
    std::vector<Change> found;
    for (const auto row : work.transaction().run(
             queries::dns_changes::page, {account_id, domain, before_of(page), page.limit})) {
        found.push_back(read_logged_change(row));
    }
    return found;
}

std::vector<Decision> decisions(
    Work& work,
    std::int64_t account_id,
    const std::optional<std::string>& domain,
    const Page& page) {
    std::vector<Decision> found;
    for (const auto row : work.transaction().run(
             queries::decisions::page, {account_id, domain, before_of(page), page.limit})) {
        found.push_back(
            {.id = row.integer("id"),
             .domain = row.text("domain"),
             .at = row.time("at"),
             .decision = row.text("decision"),
             .code = row.text("code"),
             .message = row.text("message"),
             .evidence = row.text("evidence")});
    }
    return found;
}

std::vector<AuditRow> audit_rows(Work& work, std::int64_t account_id, const Page& page) {
    std::vector<AuditRow> found;
    for (const auto row :
         work.transaction().run(queries::audit::page, {account_id, before_of(page), page.limit})) {
        found.push_back(
            {.id = row.integer("id"),
             .at = row.time("at"),
             .actor = row.text("actor"),
             .action = row.text("action"),
             .subject = row.text("subject"),
             .before = row.optional_text("before"),
             .after = row.optional_text("after")});
    }
    return found;
}

void skip_event_numbers(Work& work) {
    work.transaction().run(queries::events::skip_numbers);
}

}  // namespace lumos::sql::console
