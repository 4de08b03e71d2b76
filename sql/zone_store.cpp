#include "sql/zone_store.h"

#include "sql/transaction.h"

namespace lumos::sql {
namespace {

std::vector<std::int64_t> numbers(const std::vector<std::string>& texts) {
    std::vector<std::int64_t> values;
    values.reserve(texts.size());
    for (const auto& text : texts) {
        values.push_back(std::stoll(text));
    }
    return values;
}

std::optional<PendingChangeRow> pending_of(const Row& row) {
    if (row.is_null("change_id")) {
        return std::nullopt;
    }
    return PendingChangeRow{
        .id = row.text("change_id"),
        .attempt = row.text("attempt"),
        .kind = row.text("change_kind"),
        .from_server = row.optional_integer("from_server"),
        .to_server = row.integer("to_server"),
        .to_ipv4 = row.optional_text("to_ipv4"),
        .to_ipv6 = row.optional_text("to_ipv6"),
        .ttl = row.integer("change_ttl"),
        .refused = row.boolean("refused"),
        .event_draft = row.optional_text("event_draft"),
        .proxied = row.boolean("change_proxied"),
        .set_aside_after = row.optional_text("set_aside_after")};
}

DomainRow domain_of(const Row& row) {
    return {
        .id = row.integer("id"),
        .name = row.text("name"),
        .ttl = row.integer("ttl"),
        .failover_ttl = row.integer("failover_ttl"),
        .servers = numbers(row.texts("servers")),
        .published_server = row.optional_integer("published_server"),
        .published_ipv4 = row.optional_text("published_ipv4"),
        .published_ipv6 = row.optional_text("published_ipv6"),
        .proxied = row.boolean("proxied"),
        .rewrite_asked = row.boolean("rewrite_asked"),
        .set_aside = row.optional_text("set_aside"),
        .failed_over = row.text("failover_status") == "failed_over",
        .failed_over_at = row.optional_time("failed_over_at"),
        .epoch = row.integer("epoch"),
        .doubt_until = row.optional_time("doubt_until"),
        .retry_at = row.optional_time("retry_at"),
        .refusals = row.integer("refusals"),
        .incident = row.optional_text("incident"),
        .hold_code = row.optional_text("hold_code"),
        .hold_since = row.optional_time("hold_since"),
        .hold_told = row.optional_text("hold_told"),
        .not_ours = row.optional_text("not_ours"),
        .decision = row.optional_text("decision"),
        .decision_code = row.optional_text("decision_code"),
        .undone_since = row.optional_time("undone_since"),
        .undone_told = row.boolean("undone_told"),
        .last_error = row.optional_text("last_error"),
        .pending = pending_of(row)};
}

ServerRow server_of(const Row& row) {
    return {
        .id = row.integer("id"),
        .slug = row.text("slug"),
        .name = row.text("name"),
        .ipv4 = row.optional_text("ipv4"),
        .ipv6 = row.optional_text("ipv6"),
        .status = row.text("status"),
        .cause = row.text("cause"),
        .status_since = row.time("status_since"),
        .fitness = row.text("fitness"),
        .fitness_since = row.time("fitness_since"),
        .out_at = row.optional_time("out_at"),
        .last_seen = row.optional_time("last_seen"),
        .span = row.optional_integer("span"),
        .node_span = row.optional_integer("node_span"),
        .heard_until = row.optional_time("heard_until"),
        .advanced_at = row.optional_time("advanced_at"),
        .first_called_at = row.optional_time("first_called_at"),
        .failed_checks = row.optional_text("failed_checks").value_or(""),
        .incident = row.optional_text("incident")};
}

}  // namespace

std::optional<ZoneWork> lock_zone(ZoneTransaction& transaction, std::int64_t zone) {
    const auto rows = transaction.inner().run(queries::zone_work::lock_for_check, {zone});
    if (rows.empty()) {
        return std::nullopt;
    }
    const auto row = rows.only();
    return ZoneWork{
        .batch_limit = row.optional_integer("batch_limit"),
        .called_at = row.optional_time("called_at"),
        .failures = row.integer("failures")};
}

bool lock_zone_again(ZoneTransaction& transaction, std::int64_t zone) {
    return !transaction.inner().run(queries::zone_work::lock_again, {zone}).empty();
}

std::vector<ZoneRequest> requests_of_zone(ZoneTransaction& transaction, std::int64_t zone) {
    std::vector<ZoneRequest> requests;
    for (const auto row : transaction.inner().run(queries::check_requests::list_of_zone, {zone})) {
        requests.push_back({row.integer("id"), row.text("cause")});
    }
    return requests;
}

std::optional<ZoneRow> describe_zone(ZoneTransaction& transaction, std::int64_t zone) {
    const auto rows = transaction.inner().run(queries::zones::describe_for_check, {zone});
    if (rows.empty()) {
        return std::nullopt;
    }
    const auto row = rows.only();
    ZoneRow described{
        .id = zone,
        .name = row.text("name"),
        .provider_zone_id = row.text("provider_zone_id"),
        .batch_max = row.integer("batch_max"),
        .account_id = row.integer("account_id"),
        .account = row.text("account"),
        .plan_has_failover = row.boolean("failover"),
        .provider = {},
        .now = row.time("now")};
    if (!row.is_null("provider_id")) {
        described.provider = ProviderRow{
            .id = row.integer("provider_id"),
            .kind = row.text("kind"),
            .token_key = row.text("token_key"),
            .token_box = row.bytes("token_box")};
    }
    return described;
}

std::vector<DomainRow> domains_of_zone(ZoneTransaction& transaction, std::int64_t zone) {
    std::vector<DomainRow> domains;
    for (const auto row : transaction.inner().run(queries::domains::list_for_check, {zone})) {
        domains.push_back(domain_of(row));
    }
    return domains;
}

ServerLook look_at_servers(ZoneTransaction& transaction, std::int64_t zone) {
    ServerLook look;
    for (const auto row : transaction.inner().run(queries::servers::look_for_check, {zone})) {
        look.now = row.time("now");
        look.servers.push_back(server_of(row));
    }
    return look;
}

void delete_answered(ZoneTransaction& transaction, const std::vector<std::int64_t>& requests) {
    if (!requests.empty()) {
        transaction.inner().run(queries::check_requests::delete_answered, {requests});
    }
}

void wait_for_servers(
    ZoneTransaction& transaction, std::int64_t zone, const std::vector<std::int64_t>& servers) {
    if (!servers.empty()) {
        transaction.inner().run(queries::waiting_for::insert, {zone, servers});
    }
}

void end_check(ZoneTransaction& transaction, std::int64_t zone, const CheckEnd& end) {
    transaction.inner().run(
        queries::zone_work::end_check,
        {zone,
         end.due_at,
         end.reserved_for,
         end.batch_limit,
         end.called_at,
         end.failures,
         end.last_error,
         end.left_alone_for});
}

void end_write(ZoneTransaction& transaction, std::int64_t zone, const WriteEnd& end) {
    transaction.inner().run(
        queries::zone_work::end_write,
        {zone, end.due_in, end.batch_limit, end.failures, end.last_error});
}

}  // namespace lumos::sql
