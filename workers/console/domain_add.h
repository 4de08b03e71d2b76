#pragma once
// `domain add`: reads the record that is there, decides by plan_domain_add, writes where it was
// asked to, and keeps the domain. Nobody else manages the name meanwhile: it is claimed over all
// consoles.

#include "workers/console/call.h"
#include "workers/console/parts.h"
#include "workers/shared/http/server.h"

namespace lumos::console {

[[nodiscard]] http::ServerResponse add_domain(Parts& parts, const Call& call);

// Ids in the order of `slugs`, each with an IPv4 address; a Problem names the first that is not so.
[[nodiscard]] std::vector<std::int64_t> ids_of_servers(
    sql::console::Work& work, std::int64_t account_id, const std::vector<std::string>& slugs);

// The field `servers`, checked.
class Fields;
[[nodiscard]] std::vector<std::string> servers_of(const Fields& fields);

}  // namespace lumos::console
