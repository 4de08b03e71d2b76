#pragma once
// What people are told about a server: the data of its events. Pure; safe from any thread.

#include "schemas/agent_messages.h"
#include "schemas/event_messages.h"
#include "workers/presence/judgement_rule.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace lumos::presence {

struct ServerFacts {
    std::string server;
    std::string name;
    std::optional<std::string> ipv4;
    std::optional<std::string> ipv6;
    std::int64_t domains_published = 0;
    std::vector<schemas::CheckResult> checks;
};

struct Change {
    const ServerPresence& before;
    const ServerPresence& after;
    Duration silence{};
};

// server_down and server_up.
[[nodiscard]] schemas::ServerStatusEvent status_event(
    const ServerFacts& facts, const Change& change, Alert alert);

[[nodiscard]] schemas::IdentityConflictEvent conflict_event(
    const ServerFacts& facts, const Connections& connections);

}  // namespace lumos::presence
