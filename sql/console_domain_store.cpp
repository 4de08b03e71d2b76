#include "sql/console_domain_store.h"

#include "sql/transaction.h"

namespace lumos::sql::console {
namespace {

std::optional<OpenChange> read_change(const Row& row) {
    if (row.is_null("change_id")) {
        return std::nullopt;
    }
    return OpenChange{
        .id = row.text("change_id"),
        .kind = row.text("change_kind"),
        .decided_at = row.time("change_decided_at"),
        .refused = row.boolean("change_refused"),
        .error = row.optional_text("change_error"),
        .to_server = row.optional_text("change_to_server"),
        .to_ipv4 = row.optional_text("change_to_ipv4"),
        .to_ipv6 = row.optional_text("change_to_ipv6")};
}

std::optional<LastDecision> read_decision(const Row& row) {
    if (row.is_null("decision")) {
        return std::nullopt;
    }
    return LastDecision{
        .decision = row.text("decision"),
        .code = row.text("decision_code"),
        .message = row.text("decision_message"),
        .at = row.time("decided_at")};
}

Domain read_domain(const Row& row) {
    return {
        .id = row.integer("id"),
        .account_id = row.integer("account_id"),
        .zone_id = row.integer("zone_id"),
        .name = row.text("name"),
        .zone = row.text("zone"),
        .provider = row.optional_text("provider"),
        .servers = row.texts("servers"),
        .ttl = row.integer("ttl"),
        .failover_ttl = row.integer("failover_ttl"),
        .published_server_id = row.optional_integer("published_server"),
        .published_server = row.optional_text("published_slug"),
        .published_ipv4 = row.optional_text("published_ipv4"),
        .published_ipv6 = row.optional_text("published_ipv6"),
        .published_at = row.time("published_at"),
        .proxied = row.boolean("proxied"),
        .failover_status = row.text("failover_status"),
        .failed_over_at = row.optional_time("failed_over_at"),
        .epoch = row.integer("epoch"),
        .doubt_until = row.optional_time("doubt_until"),
        .retry_at = row.optional_time("retry_at"),
        .hold_code = row.optional_text("hold_code"),
        .hold_since = row.optional_time("hold_since"),
        .not_ours = row.optional_text("not_ours"),
        .last_error = row.optional_text("last_error"),
        .change = read_change(row),
        .decision = read_decision(row)};
}

bool is_true(const Row& row, const char* column) {
    return !row.is_null(column) && row.boolean(column);
}

AssignedServer read_assigned(const Row& row) {
    return {
        .slug = row.text("slug"),
        .name = row.text("name"),
        .ipv4 = row.optional_text("ipv4"),
        .ipv6 = row.optional_text("ipv6"),
        .status = row.text("status"),
        .since = row.optional_time("status_since"),
        .cause = row.optional_text("cause"),
        .disconnect_reason = row.optional_text("disconnect_reason"),
        .last_seen = row.optional_time("last_seen"),
        .fitness = row.text("fitness"),
        .fitness_since = row.optional_time("fitness_since"),
        .disconnected_seconds = row.optional_number("disconnected_seconds"),
        .conflict = is_true(row, "conflict"),
        .checks = row.optional_text("checks"),
        .heard_until = row.optional_time("heard_until"),
        .heard = is_true(row, "heard") && is_true(row, "same_span")};
}

}  // namespace

std::vector<Domain> domains(
    Work& work, std::int64_t account_id, const DomainFilter& filter, const Page& page) {
    std::vector<Domain> found;
    for (const auto row : work.transaction().run(
             queries::domains::page,
             {account_id, page.after, page.limit, filter.zone, filter.server})) {
        found.push_back(read_domain(row));
    }
    return found;
}

std::optional<Domain> find_domain(Work& work, std::int64_t account_id, const std::string& name) {
    const auto rows = work.transaction().run(queries::domains::find_by_name, {account_id, name});
    return rows.empty() ? std::nullopt : std::optional(read_domain(rows.at(0)));
}

bool is_managed(Work& work, const std::string& name) {
    return work.transaction().run(queries::domains::is_managed, {name}).only().boolean("managed");
}

bool claim_name(Work& work, const std::string& name) {
    return work.transaction().run(queries::domains::claim_name, {name}).only().boolean("claimed");
}

std::int64_t add_domain(Work& work, const NewDomain& domain) {
    const auto id = work.transaction()
                        .run(
                            queries::domains::insert,
                            {domain.account_id,
                             domain.zone_id,
                             domain.name,
                             domain.ttl,
                             domain.failover_ttl,
                             domain.published_server_id,
                             domain.published_ipv4,
                             domain.published_ipv6,
                             domain.proxied,
                             domain.failed_over ? "failed_over" : "active",
                             domain.in_doubt})
                        .only()
                        .integer("id");
    work.transaction().run(queries::domain_servers::insert, {id, domain.server_ids});
    return id;
}

void edit_ttls(Work& work, std::int64_t domain_id, std::int64_t ttl, std::int64_t failover_ttl) {
    work.transaction().run(queries::domains::edit_ttls, {domain_id, ttl, failover_ttl});
}

void assign_servers(
    Work& work, std::int64_t domain_id, const std::vector<std::int64_t>& server_ids) {
    work.transaction().run(queries::domain_servers::clear, {domain_id});
    work.transaction().run(queries::domain_servers::insert, {domain_id, server_ids});
}

void set_failover_status(Work& work, std::int64_t domain_id, const std::string& failover_status) {
    work.transaction().run(queries::domains::set_failover_status, {domain_id, failover_status});
}

void remove_domain(Work& work, std::int64_t domain_id) {
    work.transaction().run(queries::domains::remove, {domain_id});
}

std::vector<ZoneName> zones_with_domains(Work& work, std::int64_t after_id, std::int64_t limit) {
    std::vector<ZoneName> found;
    for (const auto row :
         work.transaction().run(queries::zones::ids_with_domains, {after_id, limit})) {
        found.push_back({row.integer("id"), row.text("name"), row.text("account")});
    }
    return found;
}

std::int64_t put_zone_in_doubt(Work& work, std::int64_t zone_id) {
    const auto rows = work.transaction().run(queries::domains::put_all_in_doubt, {zone_id});
    return static_cast<std::int64_t>(rows.affected());
}

std::vector<AssignedServer> assigned_servers(Work& work, std::int64_t domain_id) {
    std::vector<AssignedServer> found;
    for (const auto row : work.transaction().run(queries::domain_servers::of_domain, {domain_id})) {
        found.push_back(read_assigned(row));
    }
    return found;
}

}  // namespace lumos::sql::console
