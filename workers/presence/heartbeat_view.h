#pragma once
// The last heartbeat of each connection, as read from the AGENT stream: a cache of it, nothing
// more. Not thread-safe.

#include "schemas/agent_messages.h"
#include "workers/presence/round_rule.h"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace lumos::presence {

// What an agent says of itself, for people.
struct AgentReport {
    std::string version = {};
    Time started_at = {};
    std::vector<schemas::CheckResult> checks = {};
};

struct HeardHeartbeat {
    std::string account;
    std::string server;
    NewHeartbeat heartbeat;
    std::string boot_id;
    AgentReport report = {};
};

// What the view holds about one server.
struct HeardServer {
    std::string account;
    std::string server;
    std::vector<CarriedHeartbeat> carried;
    NewHeartbeat newest;
    AgentReport report;
};

// Of one server, the newest: an agent may name any connection it likes, and a healthy one has one.
inline constexpr std::size_t kHeardConnectionsMost = 16;

class HeartbeatView {
public:
    // In the order of the stream. A connection that is new, or says something else than before, is
    // worth a round at once: then true.
    bool take(HeardHeartbeat heard);

    // All servers with a heartbeat above `sequence`, by account and server.
    [[nodiscard]] std::vector<HeardServer> above(std::int64_t sequence) const;

    // What stands in the database is needed no more, but for the newest of each server.
    void forget_until(std::int64_t sequence);

    void clear() { servers_.clear(); }
    [[nodiscard]] std::size_t size() const { return servers_.size(); }

private:
    struct Carried {
        std::int64_t sequence = 0;
        CarriedHeartbeat heartbeat;
    };
    struct Server {
        HeardHeartbeat newest;
        std::vector<Carried> connections;
    };
    std::map<std::pair<std::string, std::string>, Server> servers_;
};

}  // namespace lumos::presence
