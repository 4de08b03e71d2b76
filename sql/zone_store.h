#pragma once
// Reading and leaving a zone under its lock (zone_transaction.h). Addresses are texts in
// PostgreSQL's canonical form. Everything throws what sql/error.h says.

#include "schemas/time.h"
#include "sql/zone_transaction.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace lumos::sql {

struct ZoneWork {
    std::optional<std::int64_t> batch_limit;
    std::optional<Time> called_at;
    std::int64_t failures = 0;
};

// Nothing: held by another, reserved, or backing off.
[[nodiscard]] std::optional<ZoneWork> lock_zone(ZoneTransaction& transaction, std::int64_t zone);
// Waits for the lock; throws Busy when that takes too long. False where the zone has no row any
// more.
[[nodiscard]] bool lock_zone_again(ZoneTransaction& transaction, std::int64_t zone);

struct ZoneRequest {
    std::int64_t id = 0;
    std::string cause;
};
[[nodiscard]] std::vector<ZoneRequest> requests_of_zone(
    ZoneTransaction& transaction, std::int64_t zone);

struct ProviderRow {
    std::int64_t id = 0;
    std::string kind;
    std::string token_key;
    std::string token_box;
};

struct ZoneRow {
    std::int64_t id = 0;
    std::string name;
    std::string provider_zone_id;
    std::int64_t batch_max = 200;
    std::int64_t account_id = 0;
    std::string account;  // Slug.
    bool plan_has_failover = false;
    std::optional<ProviderRow> provider;
    Time now;  // Database clock.
};
// Nothing where the zone is gone.
[[nodiscard]] std::optional<ZoneRow> describe_zone(ZoneTransaction& transaction, std::int64_t zone);

struct PendingChangeRow {
    std::string id;
    std::string attempt;
    std::string kind;
    std::optional<std::int64_t> from_server;
    std::int64_t to_server = 0;
    std::optional<std::string> to_ipv4;
    std::optional<std::string> to_ipv6;
    std::int64_t ttl = 1;
    bool refused = false;
    std::optional<std::string> event_draft;  // JSON.
    bool proxied = false;
    std::optional<std::string> set_aside_after;  // JSON.
};

struct DomainRow {
    std::int64_t id = 0;
    std::string name;
    std::int64_t ttl = 300;
    std::int64_t failover_ttl = 60;
    std::vector<std::int64_t> servers;  // In order.
    std::optional<std::int64_t> published_server;
    std::optional<std::string> published_ipv4;
    std::optional<std::string> published_ipv6;
    bool proxied = false;
    bool rewrite_asked = false;
    std::optional<std::string> set_aside;  // JSON.
    bool failed_over = false;
    std::optional<Time> failed_over_at;
    std::int64_t epoch = 1;
    std::optional<Time> doubt_until;
    std::optional<Time> retry_at;
    std::int64_t refusals = 0;
    std::optional<std::string> incident;
    std::optional<std::string> hold_code;
    std::optional<Time> hold_since;
    std::optional<std::string> hold_told;
    std::optional<std::string> not_ours;
    std::optional<std::string> decision;
    std::optional<std::string> decision_code;
    std::optional<Time> undone_since;
    bool undone_told = false;
    std::optional<std::string> last_error;  // JSON.
    std::optional<PendingChangeRow> pending;
};
[[nodiscard]] std::vector<DomainRow> domains_of_zone(
    ZoneTransaction& transaction, std::int64_t zone);

struct ServerRow {
    std::int64_t id = 0;
    std::string slug;
    std::string name;
    std::optional<std::string> ipv4;
    std::optional<std::string> ipv6;
    std::string status;
    std::string cause;
    Time status_since;
    std::string fitness;
    Time fitness_since;
    std::optional<Time> out_at;
    std::optional<Time> last_seen;
    std::optional<std::int64_t> span;
    std::optional<std::int64_t> node_span;  // The next two with it.
    std::optional<Time> heard_until;
    std::optional<Time> advanced_at;
    std::optional<Time> first_called_at;
    std::string failed_checks;
    std::optional<std::string> incident;
};
struct ServerLook {
    std::optional<Time>
        now;  // Database clock, in the same statement; nothing where there is no server.
    std::vector<ServerRow> servers;
};
[[nodiscard]] ServerLook look_at_servers(ZoneTransaction& transaction, std::int64_t zone);

void delete_answered(ZoneTransaction& transaction, const std::vector<std::int64_t>& requests);
void wait_for_servers(
    ZoneTransaction& transaction, std::int64_t zone, const std::vector<std::int64_t>& servers);

struct CheckEnd {
    std::optional<Time> due_at;
    std::optional<std::chrono::milliseconds> reserved_for;  // Then due when it is over.
    std::optional<std::int64_t> batch_limit;
    std::optional<Time> called_at;
    std::int64_t failures = 0;
    std::optional<std::string> last_error;
    std::optional<std::chrono::milliseconds> left_alone_for;
};
void end_check(ZoneTransaction& transaction, std::int64_t zone, const CheckEnd& end);

struct WriteEnd {
    std::chrono::milliseconds due_in{0};
    std::optional<std::int64_t> batch_limit;
    std::int64_t failures = 0;
    std::optional<std::string> last_error;
};
void end_write(ZoneTransaction& transaction, std::int64_t zone, const WriteEnd& end);

}  // namespace lumos::sql
