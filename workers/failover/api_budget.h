#pragma once
// The budget of API calls (docs/switching.md): at most 1,100 in any 300 s for each token, so that
// the provider's 1,200 are never reached by us alone. Calls that are no switch leave half of it to
// the switches. Taken alone, before the zone is locked. Thread-safe: each call brings its own
// session.

#include "sql/budget_store.h"
#include "workers/failover/facts.h"

#include <chrono>
#include <optional>

namespace lumos::failover::api_budget {

inline constexpr sql::BudgetShape kShape{.capacity = 200, .per_second = 3};
inline constexpr double kKeptForSwitches = 100;
inline constexpr int kCallsOfASwitch =
    2;  // The read that keeps us from overwriting somebody's hand, and the write.
inline constexpr std::chrono::seconds kBlockedFor{
    300};  // Where the provider does not say for how long.

enum class Urgency { Switch, Other };

// Nothing: granted; else when there will be that many (database clock).
[[nodiscard]] std::optional<Time> take(
    sql::Connection& session, Id provider, int calls, Urgency urgency);

void block(sql::Connection& session, Id provider, std::optional<std::chrono::seconds> retry_after);

}  // namespace lumos::failover::api_budget
