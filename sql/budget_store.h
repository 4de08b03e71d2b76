#pragma once
// The budget of API calls: a token bucket a token. Each function is a transaction of its own, of
// one statement: the budget's row is never held together with anything else. Everything throws what
// sql/error.h says.

#include "schemas/time.h"
#include "sql/request_store.h"

#include <chrono>
#include <cstdint>

namespace lumos::sql {

struct BudgetAnswer {
    bool granted = false;
    Time available_at;  // Where it was not: when there will be that many. Database clock.
};

// Takes `calls` where afterwards at least `must_be_left` remain and nothing blocks the token.
[[nodiscard]] BudgetAnswer take_calls(
    Connection& connection,
    std::int64_t provider,
    double calls,
    double must_be_left,
    const BudgetShape& shape);

// The provider said 429.
void block_provider(
    Connection& connection, std::int64_t provider, std::chrono::milliseconds blocked_for);

}  // namespace lumos::sql
