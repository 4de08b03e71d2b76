#include "workers/presence/round_rule.h"

#include <algorithm>

namespace lumos::presence {
namespace {

const NodeHearing* find_present(const std::vector<NodeHearing>& nodes, const std::string& node) {
    const NodeHearing* found = find_node(nodes, node);
    return found != nullptr && !found->gone_at ? found : nullptr;
}

}  // namespace

void cut_back(ServerNews& news, Time heard) {
    for (CarriedHeartbeat& carried : news.carried) {
        carried.heard_since = std::min(carried.heard_since, heard);
        carried.heard_at = std::min(carried.heard_at, heard);
    }
    if (news.newest) {
        news.newest->stored_at = std::min(news.newest->stored_at, heard);
    }
}

const NodeHearing& node_of(
    const ServerPresence& row, const std::vector<NodeHearing>& nodes, const NodeHearing& beaten) {
    const NodeHearing* own = row.node ? find_node(nodes, *row.node) : nullptr;
    return own != nullptr ? *own : beaten;
}

void take_news(
    ServerRecord& server,
    const ServerNews& news,
    const std::vector<NodeHearing>& nodes,
    const NodeHearing& beaten,
    const Limits& limits) {
    for (const CarriedHeartbeat& carried : news.carried) {
        open_by_heartbeat(server.connections, carried);
    }
    if (news.newest) {
        const NodeHearing* named =
            news.newest->through ? find_present(nodes, news.newest->through->nats_server) : nullptr;
        take_heartbeat(server, *news.newest, named != nullptr ? *named : beaten, limits);
    }
    for (const ClientEvent& event : news.events) {
        take_client_event(
            server,
            event,
            node_of(server.row, nodes, beaten),
            find_node(nodes, event.key.nats_server),
            limits);
    }
    server.forgotten = forget_surplus(server.connections);
}

void move_to(ServerPresence& row, const NodeHearing& node) {
    row.node = node.node;
    row.span.reset();
    row.moved_at = node.heard_until;
}

bool is_due(
    const ServerPresence& row,
    const std::optional<Time>& asked_at,
    const NodeHearing& node,
    const Limits& limits) {
    if (!row.last_seen) {
        return false;
    }
    if (row.last_seq > row.judged_seq || asked_at || row.conflict) {
        return true;
    }
    if (row.status == Status::Offline && row.fitness == Fitness::Out) {
        return false;
    }
    const bool is_leaving =
        row.disconnected_at || row.said == Said::Stopping || row.said == Said::Restarting;
    const Duration quiet =
        silence(node, {.span = row.span, .last_seen = row.last_seen, .moved_at = row.moved_at});
    return is_leaving || quiet > 3 * interval_of(row, limits);
}

}  // namespace lumos::presence
