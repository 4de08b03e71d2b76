#pragma once
// What a read says about what an earlier attempt left behind: a pending change, a doubt, or a
// database that is sure of something else. Pure. Its cases are the model's (docs/switching.md).

#include "workers/failover/facts.h"
#include "workers/failover/records_rule.h"

#include <optional>

namespace lumos::failover {

struct Settled {
    enum class Pending { None, Applied, Abandoned };
    Pending pending = Pending::None;
    // The doubt is over, and what is published is another server of the domain: to be recorded with
    // its event.
    bool adopt_seen = false;
    std::optional<Time> doubt_until;  // As it is to be from now on, database clock.
};

// Times of the database's clock: `read_began` was taken before the read was sent, `now` after its
// answer.
struct ReadTimes {
    Time began;
    Time now;
};

[[nodiscard]] Settled settle(
    const Domain& domain,
    const std::optional<PendingChange>& pending,
    std::optional<Time> doubt_until,
    const Seen& seen,
    const ReadTimes& times);

}  // namespace lumos::failover
