#pragma once
// The records of a domain: ours or not, whose address they show, and what must be written to show
// another one. A and AAAA move together; nothing is ever left empty; nothing is written without a
// difference. Pure.

#include "workers/failover/facts.h"
#include "workers/shared/dns/provider.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace lumos::failover {

// What stands in DNS for one domain.
struct Seen {
    // "" where it is ours; else record_missing | record_foreign | cname_conflict | not_ours.
    std::string not_ours;
    std::string found;  // For people: "A 192.0.2.9".
    std::optional<Id>
        server;  // Whose address it is; nothing: the published one on record, which is nobody's.
    Addresses addresses;
    std::optional<dns::Record> ipv4;
    std::optional<dns::Record> ipv6;

    [[nodiscard]] bool is_ours() const { return not_ours.empty(); }
    [[nodiscard]] std::int64_t ttl() const { return ipv4 ? ipv4->ttl : (ipv6 ? ipv6->ttl : 1); }
    [[nodiscard]] bool has_ttl(std::int64_t wanted) const {
        return (!ipv4 || ipv4->ttl == wanted) && (!ipv6 || ipv6->ttl == wanted);
    }
    [[nodiscard]] bool proxied() const {
        return ipv4 ? ipv4->proxied : ipv6.has_value() && ipv6->proxied;
    }
};

// `records`: all of the zone or of the name; those of other names are left out. `pending`: where an
// address belongs to several servers, the one that was to be published is meant.
[[nodiscard]] Seen see(
    const Domain& domain,
    const Servers& servers,
    const std::optional<PendingChange>& pending,
    const std::vector<dns::Record>& records);

struct EditPlan {
    std::vector<dns::RecordEdit> edits;  // Empty: it stands there already.
    std::vector<dns::Record> set_aside;  // As it is to be once the edits are applied.
    Addresses published;                 // What DNS shows then.
};

// ttl: of records that are not proxied; nothing: as it is.
[[nodiscard]] EditPlan plan_edits(
    const Seen& seen,
    const Addresses& target,
    std::int64_t ttl,
    const std::vector<dns::Record>& set_aside);

// How many of the domains, in their order, go into one batch of at most `records_max` records; at
// least one.
[[nodiscard]] std::size_t batch_size(
    const std::vector<std::size_t>& records_of_domains, std::size_t records_max);

}  // namespace lumos::failover
