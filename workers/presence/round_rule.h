#pragma once
// What one round does to one server, before it is judged: its heartbeats first, then the client
// events, in this order (docs/presence.md). Pure; safe from any thread.

#include "workers/presence/connection_rule.h"
#include "workers/presence/hearing_rule.h"
#include "workers/presence/judgement_rule.h"

#include <optional>
#include <vector>

namespace lumos::presence {

// What a round has learned about one server.
struct ServerNews {
    std::vector<CarriedHeartbeat> carried = {};         // The last heartbeat of each connection.
    std::optional<NewHeartbeat> newest = std::nullopt;  // The newest of them all.
    std::vector<ClientEvent> events = {};               // In the order of the BUS stream.
};

// The stream's clock went back: nothing is later than the round's beat.
void cut_back(ServerNews& news, Time heard);

// The node whose hearing counts for the server: its own; the round's for one that never had any.
[[nodiscard]] const NodeHearing& node_of(
    const ServerPresence& row, const std::vector<NodeHearing>& nodes, const NodeHearing& beaten);

// nodes: as this round advanced them. beaten: the node of the round's beat.
void take_news(
    ServerRecord& server,
    const ServerNews& news,
    const std::vector<NodeHearing>& nodes,
    const NodeHearing& beaten,
    const Limits& limits);

// A server whose node is gone has a full timeout on the one that it is moved to.
void move_to(ServerPresence& row, const NodeHearing& node);

// Whether a server that this round learned nothing about is judged all the same: it is disconnected
// or said goodbye and is not out yet, it was called, it is silent, or its last heartbeat has not
// been judged. The query `read_due` says the same to the database.
[[nodiscard]] bool is_due(
    const ServerPresence& row,
    const std::optional<Time>& asked_at,
    const NodeHearing& node,
    const Limits& limits);

}  // namespace lumos::presence
