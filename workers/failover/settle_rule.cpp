#include "workers/failover/settle_rule.h"

#include "workers/failover/limits.h"

#include <algorithm>

namespace lumos::failover {
namespace {

bool is_applied(const Domain& domain, const PendingChange& pending, const Seen& seen) {
    if (!seen.is_ours() || seen.addresses != pending.to) {
        return false;
    }
    // Where no address was to be changed, the TTL is all that shows it.
    return pending.to != domain.published_addresses || seen.has_ttl(pending.ttl);
}

}  // namespace

Settled settle(
    const Domain& domain,
    const std::optional<PendingChange>& pending,
    std::optional<Time> doubt_until,
    const Seen& seen,
    const ReadTimes& times) {
    Settled settled;
    settled.doubt_until = doubt_until;
    const auto new_doubt = times.now + limits::kDoubt;
    auto published = domain.published;
    if (pending) {
        const bool found = is_applied(domain, *pending, seen);
        settled.pending = found ? Settled::Pending::Applied : Settled::Pending::Abandoned;
        if (found) {
            published = pending->to_server;
        }
        // A refusal that is not found is the end of it. Anything else may still land, or land
        // again; a refused change that is found is a stale read, or somebody's hand.
        if (!pending->refused || found) {
            settled.doubt_until = std::max(settled.doubt_until.value_or(new_doubt), new_doubt);
        }
    }
    const bool another = seen.server && seen.server != published &&
                         std::ranges::find(domain.servers, *seen.server) != domain.servers.end();
    if (settled.doubt_until && times.began > *settled.doubt_until) {
        settled.doubt_until.reset();
        settled.adopt_seen = another;
    } else if (!settled.doubt_until && another) {
        // A stale read, or somebody's hand: the late read tells, and until then the database
        // counts.
        settled.doubt_until = new_doubt;
    }
    return settled;
}

}  // namespace lumos::failover
