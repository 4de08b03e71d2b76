#include "workers/console/servers_view.h"

#include "workers/console/answers.h"
#include "workers/console/server_message_rule.h"

#include <boost/json.hpp>

namespace lumos::console {

std::optional<std::string> failing_check(const std::optional<std::string>& checks) {
    const auto list = parsed(checks);
    if (!list.is_array()) {
        return std::nullopt;
    }
    for (const auto& check : list.as_array()) {
        const auto* ok = check.is_object() ? check.as_object().if_contains("ok") : nullptr;
        if (ok == nullptr || !ok->is_bool() || ok->as_bool()) {
            continue;
        }
        const auto* name = check.as_object().if_contains("name");
        const auto* error = check.as_object().if_contains("error");
        std::string text =
            name != nullptr && name->is_string() ? std::string(name->as_string()) : "?";
        if (error != nullptr && error->is_string()) {
            text += " " + std::string(error->as_string());
        }
        return text;
    }
    return std::nullopt;
}

boost::json::object settings_of(const sql::console::Server& server) {
    return {
        {"id", server.slug},
        {"name", server.name},
        {"ipv4", or_null(server.ipv4)},
        {"ipv6", or_null(server.ipv6)},
        {"region", or_null(server.region)}};
}

boost::json::object shown(const sql::console::Server& server) {
    auto json = settings_of(server);
    json["status"] = server.status;
    json["since"] = or_null(server.since);
    json["lastSeen"] = or_null(server.last_seen);
    json["cause"] = or_null(server.cause);
    json["message"] = or_null(server_message(
        {.status = server.status,
         .cause = server.cause,
         .disconnect_reason = server.disconnect_reason,
         .last_seen = server.last_seen,
         .failing_check = failing_check(server.checks),
         .conflict = server.conflict}));
    json["fitness"] = server.fitness;
    json["fitnessSince"] = or_null(server.fitness_since);
    json["agentVersion"] = or_null(server.agent_version);
    json["checks"] =
        server.checks ? parsed(server.checks) : boost::json::value(boost::json::array());
    json["domainsPublished"] = server.domains_published;
    json["control"] = nullptr;
    return json;
}

}  // namespace lumos::console
