#pragma once
// Whom to call now: a call when the published server turns offline, one when it turns out, again
// while nobody answers, and never one because of an answer. Pure.

#include "workers/failover/decide_rule.h"

#include <optional>
#include <vector>

namespace lumos::failover {

struct CallPlan {
    std::vector<Id> now;             // Called after the commit, each with a waiting row.
    std::optional<Time> look_again;  // Database clock.
};

// `called_at`: when candidates of the zone were called last, database clock.
[[nodiscard]] CallPlan plan_calls(
    const Domain& domain,
    const Decision& decision,
    const Servers& servers,
    std::optional<Time> called_at,
    Time now);

}  // namespace lumos::failover
