#pragma once
// Accounts as the console keeps them. See sql/console_work.h for transactions and errors.

#include "schemas/time.h"
#include "sql/console_work.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace lumos::sql::console {

struct Plan {
    std::string name;
    std::optional<std::int64_t> servers_max;  // Nothing: no limit.
    bool failover = false;
};

struct Account {
    std::int64_t id = 0;
    std::string slug;
    std::string name;
    Plan plan;
    Time created_at;
    std::int64_t servers = 0;
    std::int64_t domains = 0;
};

[[nodiscard]] std::vector<Plan> plans(Work& work);

// only: this account's id; nothing: all.
[[nodiscard]] std::vector<Account> accounts(
    Work& work, std::optional<std::int64_t> only, const Page& page);
[[nodiscard]] std::optional<Account> find_account(Work& work, const std::string& slug);
// Whoever counts against the plan does so one after another.
void hold_account(Work& work, std::int64_t account_id);

std::int64_t add_account(
    Work& work, const std::string& slug, const std::string& name, const std::string& plan);
void edit_account(
    Work& work, std::int64_t account_id, const std::string& name, const std::string& plan);
void remove_account(Work& work, std::int64_t account_id);
// Those that have domains.
[[nodiscard]] std::vector<std::int64_t> zones_of_account(Work& work, std::int64_t account_id);

}  // namespace lumos::sql::console
