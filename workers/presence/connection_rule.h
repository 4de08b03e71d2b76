#pragma once
// An agent's connections as rows: opened and closed by whatever says so first, in any order
// (docs/presence.md). Pure; safe from any thread. The server's name is part of a row's key, so that
// what an agent claims about a connection concerns only itself.

#include "schemas/time.h"
#include "workers/presence/hearing_rule.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lumos::presence {

struct ConnectionKey {
    std::string nats_server;
    std::int64_t client_id = 0;
    friend bool operator==(const ConnectionKey&, const ConnectionKey&) = default;
};

// The reason that presence itself writes where a NATS server is gone; none of NATS's own.
inline constexpr std::string_view kNodeGone = "Node Gone";

// A row of agent_connections. All times are stream times.
struct AgentConnection {
    ConnectionKey key;
    std::optional<std::string> session = std::nullopt;
    std::optional<std::string> boot_id = std::nullopt;
    Time opened_at;
    std::optional<Time> heard_since = std::nullopt;  // Its first heartbeat.
    std::optional<Time> heard_at = std::nullopt;     // Its last.
    std::optional<Time> closed_at = std::nullopt;
    std::optional<std::string> reason = std::nullopt;
    bool counts = false;      // Its closing says something about the server, not about the bus.
    bool is_changed = false;  // Not stored: this round has to write it.
};

using Connections = std::vector<AgentConnection>;

// Which of NATS's reasons speak of the server. Any other, and whatever a newer NATS invents, speaks
// of the bus: silence decides.
[[nodiscard]] bool closing_counts(std::string_view reason);

// Not closed, and opened or carrying a heartbeat within the last three intervals of heard time.
[[nodiscard]] bool is_live(
    const AgentConnection& connection, const NodeHearing& node, Duration interval);

[[nodiscard]] const AgentConnection* find_connection(
    const Connections& connections, const ConnectionKey& key);

struct CarriedHeartbeat {
    ConnectionKey key;
    std::string session;
    std::string boot_id;
    Time heard_since;  // Of the first heartbeat of this connection that is known to the reader.
    Time heard_at;
};
// A closed row stays closed, unless it was closed because its node seemed gone: the node is there,
// then.
void open_by_heartbeat(Connections& connections, const CarriedHeartbeat& heartbeat);

// heard_until: of the server's node. Nothing happens where the row is there, open or closed.
void open_by_connect(Connections& connections, const ConnectionKey& key, Time heard_until);

struct Closing {
    ConnectionKey key;
    std::string reason;
};
// Final. True where a counted closing ended the server's last live connection: nobody speaks for it
// any more.
bool close_by_disconnect(
    Connections& connections, const Closing& closing, const NodeHearing& node, Duration interval);

// All connections of a node that is certainly gone. Does not count.
void close_with_node(Connections& connections, const std::string& node, Time heard_until);

// So many rows are kept of one server: what an agent claims or does may not fill the table, nor
// the time of the round that judges all the others.
inline constexpr std::size_t kConnectionsMost = 64;
// Takes out what is beyond that and returns it: those that were closed first, then those that gave
// no sign for the longest time. What is forgotten while it is open is nobody's last live connection
// any more; that is the server's own loss.
[[nodiscard]] std::vector<ConnectionKey> forget_surplus(Connections& connections);

// Two machines speak with one server's credentials: two live connections with different boot ids,
// and each spoke more than an interval after the other's first heartbeat. A machine that was
// rebooted does not: its older connection is silent by then, but for what a frozen NATS server
// still held of it.
[[nodiscard]] bool is_conflict(
    const Connections& connections, const NodeHearing& node, Duration interval);

}  // namespace lumos::presence
