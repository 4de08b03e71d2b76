#pragma once
// Domains as JSON. Pure.

#include "sql/console_domain_store.h"

#include <boost/json/fwd.hpp>

namespace lumos::console {

[[nodiscard]] boost::json::object settings_of(const sql::console::Domain& domain);
[[nodiscard]] boost::json::object shown(const sql::console::Domain& domain);

}  // namespace lumos::console
