#pragma once
// Domains as the console keeps and shows them. See sql/console_work.h for transactions and errors.
// Whatever concerns what is published is written with the zone held (hold_zones).

#include "schemas/time.h"
#include "sql/console_work.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace lumos::sql::console {

struct OpenChange {
    std::string id;
    std::string kind;  // switch | restore | rewrite
    Time decided_at;
    bool refused = false;
    std::optional<std::string> error;  // JSON {httpStatus, code, message}
    std::optional<std::string> to_server;
    std::optional<std::string> to_ipv4;
    std::optional<std::string> to_ipv6;
};

struct LastDecision {
    std::string decision;
    std::string code;
    std::string message;
    Time at;
};

struct Domain {
    std::int64_t id = 0;
    std::int64_t account_id = 0;
    std::int64_t zone_id = 0;
    std::string name;
    std::string zone;
    std::optional<std::string> provider;
    std::vector<std::string> servers;  // In order; the first is the primary.
    std::int64_t ttl = 300;
    std::int64_t failover_ttl = 60;
    std::optional<std::int64_t> published_server_id;
    std::optional<std::string> published_server;  // Nothing: the address is no assigned server's.
    std::optional<std::string> published_ipv4;
    std::optional<std::string> published_ipv6;
    Time published_at;
    bool proxied = false;
    std::string failover_status;  // active | failed_over
    std::optional<Time> failed_over_at;
    std::int64_t epoch = 1;
    std::optional<Time> doubt_until;
    std::optional<Time> retry_at;
    std::optional<std::string> hold_code;
    std::optional<Time> hold_since;
    std::optional<std::string> not_ours;
    std::optional<std::string> last_error;  // JSON
    std::optional<OpenChange> change;
    std::optional<LastDecision> decision;
};

struct DomainFilter {
    std::optional<std::string> zone;
    std::optional<std::string> server;
};

[[nodiscard]] std::vector<Domain> domains(
    Work& work, std::int64_t account_id, const DomainFilter& filter, const Page& page);
[[nodiscard]] std::optional<Domain> find_domain(
    Work& work, std::int64_t account_id, const std::string& name);

// Over all accounts.
[[nodiscard]] bool is_managed(Work& work, const std::string& name);
// False: another request is adding that name now. The claim ends with the transaction.
[[nodiscard]] bool claim_name(Work& work, const std::string& name);

struct NewDomain {
    std::int64_t account_id = 0;
    std::int64_t zone_id = 0;
    std::string name;
    std::int64_t ttl = 300;
    std::int64_t failover_ttl = 60;
    std::int64_t published_server_id = 0;
    std::optional<std::string> published_ipv4;
    std::optional<std::string> published_ipv6;
    bool proxied = false;
    bool failed_over = false;
    bool in_doubt = false;  // The write of its record had no definite answer.
    std::vector<std::int64_t> server_ids;
};
std::int64_t add_domain(Work& work, const NewDomain& domain);
// Asks for the record to be written anew where its TTL differs.
void edit_ttls(Work& work, std::int64_t domain_id, std::int64_t ttl, std::int64_t failover_ttl);
void assign_servers(
    Work& work, std::int64_t domain_id, const std::vector<std::int64_t>& server_ids);
void set_failover_status(Work& work, std::int64_t domain_id, const std::string& failover_status);
void remove_domain(Work& work, std::int64_t domain_id);

struct ZoneName {
    std::int64_t id = 0;
    std::string name;
    std::string account;
};
// Zones that have domains, by id, behind `after_id`.
[[nodiscard]] std::vector<ZoneName> zones_with_domains(
    Work& work, std::int64_t after_id, std::int64_t limit);
// How many domains are now in doubt: each is read again, and what is published recorded.
std::int64_t put_zone_in_doubt(Work& work, std::int64_t zone_id);

// One of a domain's servers, with all that a decision looks at.
struct AssignedServer {
    std::string slug;
    std::string name;
    std::optional<std::string> ipv4;
    std::optional<std::string> ipv6;
    std::string status;
    std::optional<Time> since;
    std::optional<std::string> cause;
    std::optional<std::string> disconnect_reason;
    std::optional<Time> last_seen;
    std::string fitness;
    std::optional<Time> fitness_since;
    std::optional<double> disconnected_seconds;  // Of heard time, since its last connection closed.
    bool conflict = false;
    std::optional<std::string> checks;  // JSON
    std::optional<Time> heard_until;
    bool heard = false;  // Its node was heard within 10 s, in its own span.
};
[[nodiscard]] std::vector<AssignedServer> assigned_servers(Work& work, std::int64_t domain_id);

}  // namespace lumos::sql::console
