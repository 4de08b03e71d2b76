#pragma once
// What a person did to a server, as an event for subscribers: server_added, server_changed,
// server_revoked.

#include "sql/console_server_store.h"
#include "workers/console/call.h"
#include "workers/console/parts.h"

#include <cstdint>
#include <optional>

namespace lumos::console {

struct ServerEdit {
    std::int64_t account_id = 0;
    std::optional<sql::console::Server> before;  // Nothing: added.
    std::optional<sql::console::Server> after;   // Nothing: removed, or its credentials taken back.
};

// A row of the caller's transaction; wake the outbox after the commit.
void record_server_edit(
    const Parts& parts, sql::console::Work& work, const Call& call, const ServerEdit& edit);

}  // namespace lumos::console
