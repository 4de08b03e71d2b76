#pragma once
// Servers as JSON. Pure.

#include "sql/console_server_store.h"

#include <boost/json/fwd.hpp>

#include <optional>
#include <string>

namespace lumos::console {

// "tcp://127.0.0.1:443 connection refused" of the first that fails; nothing where none does.
[[nodiscard]] std::optional<std::string> failing_check(const std::optional<std::string>& checks);

[[nodiscard]] boost::json::object settings_of(const sql::console::Server& server);
[[nodiscard]] boost::json::object shown(const sql::console::Server& server);

}  // namespace lumos::console
