#pragma once
// The rows that an explanation is made from, and the explanation as JSON.

#include "sql/console_account_store.h"
#include "sql/console_domain_store.h"
#include "workers/console/parts.h"

#include <boost/json/fwd.hpp>

namespace lumos::console {

[[nodiscard]] boost::json::value explanation_of(
    const Parts& parts,
    sql::console::Work& work,
    const sql::console::Account& account,
    const sql::console::Domain& domain);

}  // namespace lumos::console
