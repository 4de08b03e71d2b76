#include "sql/budget_store.h"

#include "sql/transaction.h"

namespace lumos::sql {

BudgetAnswer take_calls(
    Connection& connection,
    std::int64_t provider,
    double calls,
    double must_be_left,
    const BudgetShape& shape) {
    {
        Transaction transaction(connection);
        const auto rows = transaction.run(
            queries::provider_budgets::take,
            {provider, calls, must_be_left, shape.capacity, shape.per_second});
        transaction.commit();
        if (!rows.empty()) {
            return {.granted = true, .available_at = {}};
        }
    }
    Transaction transaction(connection);
    const auto rows = transaction.run(
        queries::provider_budgets::show_wait, {provider, calls, must_be_left, shape.per_second});
    transaction.commit();
    // No row: the provider was removed meanwhile, and the next look at the zone will not ask for
    // it.
    return {
        .granted = false, .available_at = rows.empty() ? Time{} : rows.only().time("available_at")};
}

void block_provider(
    Connection& connection, std::int64_t provider, std::chrono::milliseconds blocked_for) {
    Transaction transaction(connection);
    transaction.run(queries::provider_budgets::block, {provider, Seconds(blocked_for).count()});
    transaction.commit();
}

}  // namespace lumos::sql
