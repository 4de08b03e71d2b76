#pragma once
// The plan's limits as Problems.

#include "sql/console_account_store.h"

#include <cstdint>

namespace lumos::console {

// Throw the Problem plan-limit, which names the plan that is needed.
void require_room_for_server(
    sql::console::Work& work, const sql::console::Account& account, std::int64_t servers);
void require_failover(
    sql::console::Work& work, const sql::console::Account& account, std::size_t servers);

}  // namespace lumos::console
