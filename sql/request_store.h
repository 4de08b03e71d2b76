#pragma once
// Which zones wait for a check. Each function is a transaction of its own. Everything throws what
// sql/error.h says.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace lumos::sql {

class Connection;

struct BudgetShape {  // Of a token's calls.
    double capacity = 0;
    double per_second = 0;
};

// Requests for servers become requests for the zones concerned, which are returned.
[[nodiscard]] std::vector<std::int64_t> expand_server_requests(
    Connection& connection, std::chrono::milliseconds older_than, std::int64_t at_most);

// Makes every request one that can be found: zones without a row to lock get one.
void add_missing_zone_work(Connection& connection, std::chrono::milliseconds older_than);

// Asked for at least that long ago, or with an alarm that has come; at most that many, in random
// order.
[[nodiscard]] std::vector<std::int64_t> list_due_zones(
    Connection& connection,
    std::chrono::milliseconds older_than,
    std::int64_t at_most,
    double calls_of_a_switch,
    const BudgetShape& budget);

[[nodiscard]] std::optional<std::int64_t> find_zone(
    Connection& connection, const std::string& account, const std::string& zone);

// After an exception in a check of the zone: left alone for min(first · 2^failures, most) · share.
struct ZoneBackoff {
    std::chrono::milliseconds first;
    std::chrono::milliseconds most;
    double share = 1;
};
void back_off_zone(
    Connection& connection,
    std::int64_t zone,
    const ZoneBackoff& backoff,
    const std::string& error);

// The cycle's sweep: requests checks of all that is wrong, unless it was done in this cycle
// already. Nothing: it was; else how many zones.
[[nodiscard]] std::optional<std::size_t> sweep_cycle(
    Connection& connection, std::chrono::seconds interval);
// Since the last sweep ended; nothing: there was none.
[[nodiscard]] std::optional<std::chrono::duration<double>> last_sweep_age(Connection& connection);

}  // namespace lumos::sql
