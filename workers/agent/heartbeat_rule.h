#pragma once
// What a heartbeat says. Pure.

#include "schemas/agent_messages.h"
#include "workers/agent/check_rule.h"

#include <optional>
#include <string>
#include <vector>

namespace lumos::agent {

// What stays the same as long as the process lives.
struct AgentFacts {
    std::string account;
    std::string server;
    std::string session;
    std::string boot_id;
    std::string version;
    double interval_seconds = 0;
    Time started_at{};
};

struct NamedCheck {
    std::string name;
    CheckState state;
};

// What this one says.
struct Moment {
    Time now{};
    std::int64_t count = 0;
    std::optional<std::string> call;
    std::optional<std::string> nats_server;
    std::optional<std::int64_t> client_id;
    std::optional<schemas::GoodbyeCause> goodbye;
    std::vector<NamedCheck> checks;
};

[[nodiscard]] schemas::Heartbeat make_heartbeat(const AgentFacts& facts, const Moment& moment);
[[nodiscard]] schemas::Envelope make_envelope(const AgentFacts& facts, const Moment& moment);

}  // namespace lumos::agent
