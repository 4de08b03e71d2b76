#include "workers/failover/api_budget.h"

namespace lumos::failover::api_budget {

std::optional<Time> take(sql::Connection& session, Id provider, int calls, Urgency urgency) {
    const double kept = urgency == Urgency::Switch ? 0 : kKeptForSwitches;
    const auto answer = sql::take_calls(session, provider, calls, kept, kShape);
    return answer.granted ? std::nullopt : std::optional(answer.available_at);
}

void block(sql::Connection& session, Id provider, std::optional<std::chrono::seconds> retry_after) {
    sql::block_provider(session, provider, retry_after.value_or(kBlockedFor));
}

}  // namespace lumos::failover::api_budget
