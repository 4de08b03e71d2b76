#include "workers/failover/calls_rule.h"

#include "workers/failover/limits.h"

#include <algorithm>

namespace lumos::failover {
namespace {

bool is_called_now(
    const Server& candidate,
    bool changed_since_call,
    bool must_speak,
    std::optional<Time> called_at,
    Time now) {
    if (changed_since_call) {
        return true;
    }
    if (candidate.waited_since) {
        // The call may be lost, or its caller have died between the commit and the call.
        return !called_at || now < *called_at || now - *called_at >= limits::kCallAgain;
    }
    // It answered an earlier call, or was never called. Its answer is older than what is asked for,
    // or the decision would not wait for it.
    return must_speak;
}

}  // namespace

CallPlan plan_calls(
    const Domain& domain,
    const Decision& decision,
    const Servers& servers,
    std::optional<Time> called_at,
    Time now) {
    CallPlan plan;
    if (decision.candidates.empty()) {
        return plan;
    }
    const auto published = domain.published ? servers.find(*domain.published) : servers.end();
    const bool changed_since_call =
        !called_at ||
        (published != servers.end() &&
         std::max(published->second.status_since, published->second.fitness_since) > *called_at);
    bool somebody_waited_for = false;
    for (const auto id : decision.candidates) {
        const auto& candidate = servers.at(id);
        const bool call = is_called_now(
            candidate, changed_since_call, decision.code == "calling", called_at, now);
        if (call) {
            plan.now.push_back(id);
        }
        somebody_waited_for = somebody_waited_for || call || candidate.waited_since.has_value();
    }
    if (somebody_waited_for) {
        plan.look_again = (plan.now.empty() ? *called_at : now) + limits::kCallAgain;
    }
    return plan;
}

}  // namespace lumos::failover
