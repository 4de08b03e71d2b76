#include "sql/request_store.h"

#include "sql/transaction.h"

namespace lumos::sql {
namespace {

std::vector<std::int64_t> zones_of(const Rows& rows) {
    std::vector<std::int64_t> zones;
    zones.reserve(rows.size());
    for (const auto row : rows) {
        zones.push_back(row.integer("zone_id"));
    }
    return zones;
}

}  // namespace

std::vector<std::int64_t> expand_server_requests(
    Connection& connection, std::chrono::milliseconds older_than, std::int64_t at_most) {
    Transaction transaction(connection);
    auto zones =
        zones_of(transaction.run(queries::check_requests::expand_servers, {older_than, at_most}));
    transaction.commit();
    return zones;
}

void add_missing_zone_work(Connection& connection, std::chrono::milliseconds older_than) {
    Transaction transaction(connection);
    transaction.run(queries::zone_work::add_missing, {older_than});
    transaction.commit();
}

std::vector<std::int64_t> list_due_zones(
    Connection& connection,
    std::chrono::milliseconds older_than,
    std::int64_t at_most,
    double calls_of_a_switch,
    const BudgetShape& budget) {
    Transaction transaction(connection);
    auto zones = zones_of(transaction.run(
        queries::zone_work::list_due,
        {older_than, at_most, calls_of_a_switch, budget.capacity, budget.per_second}));
    transaction.commit();
    return zones;
}

std::optional<std::int64_t> find_zone(
    Connection& connection, const std::string& account, const std::string& zone) {
    Transaction transaction(connection);
    const auto rows = transaction.run(queries::zones::find_id, {account, zone});
    transaction.commit();
    return rows.empty() ? std::nullopt : std::optional(rows.only().integer("id"));
}

void back_off_zone(
    Connection& connection,
    std::int64_t zone,
    const ZoneBackoff& backoff,
    const std::string& error) {
    Transaction transaction(connection);
    transaction.run(
        queries::zone_work::back_off, {zone, backoff.first, backoff.most, backoff.share, error});
    transaction.commit();
}

std::optional<std::size_t> sweep_cycle(Connection& connection, std::chrono::seconds interval) {
    Transaction transaction(connection);
    // The row is written first: another sweep of the same cycle waits here, and is done when this
    // one commits.
    const double seconds = static_cast<double>(interval.count());
    if (transaction.run(queries::cycles::complete, {seconds}).empty()) {
        return std::nullopt;
    }
    const auto zones = transaction.run(queries::check_requests::request_what_is_wrong).size();
    transaction.run(queries::cycles::forget_old);
    transaction.commit();
    return zones;
}

std::optional<std::chrono::duration<double>> last_sweep_age(Connection& connection) {
    Transaction transaction(connection);
    const auto age = transaction.run(queries::cycles::show_last).only().optional_number("age");
    transaction.commit();
    return age ? std::optional(std::chrono::duration<double>(*age)) : std::nullopt;
}

}  // namespace lumos::sql
