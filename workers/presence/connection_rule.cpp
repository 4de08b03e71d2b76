#include "workers/presence/connection_rule.h"

#include <algorithm>
#include <array>
#include <functional>
#include <tuple>

namespace lumos::presence {
namespace {

AgentConnection* find(Connections& connections, const ConnectionKey& key) {
    const auto found = std::ranges::find(connections, key, &AgentConnection::key);
    return found == connections.end() ? nullptr : &*found;
}

Time last_sign(const AgentConnection& connection) {
    return std::max(connection.opened_at, connection.heard_at.value_or(connection.opened_at));
}

bool speak_both(const AgentConnection& one, const AgentConnection& other, Duration interval) {
    if (!one.heard_since || !other.heard_since || !one.boot_id || !other.boot_id ||
        *one.boot_id == *other.boot_id) {
        return false;
    }
    // Each after the other's first, so that nothing depends on who came first: a clock that was set
    // back makes that equal.
    return *one.heard_at > *other.heard_since + interval &&
           *other.heard_at > *one.heard_since + interval;
}

}  // namespace

bool closing_counts(std::string_view reason) {
    constexpr std::array<std::string_view, 4> kOfTheServer{
        "Client Closed", "Read Error", "Write Error", "Stale Connection"};
    return reason.starts_with("Slow Consumer") ||
           std::ranges::find(kOfTheServer, reason) != kOfTheServer.end();
}

bool is_live(const AgentConnection& connection, const NodeHearing& node, Duration interval) {
    return !connection.closed_at && heard_time_since(node, last_sign(connection)) <= 3 * interval;
}

const AgentConnection* find_connection(const Connections& connections, const ConnectionKey& key) {
    const auto found = std::ranges::find(connections, key, &AgentConnection::key);
    return found == connections.end() ? nullptr : &*found;
}

void open_by_heartbeat(Connections& connections, const CarriedHeartbeat& heartbeat) {
    AgentConnection* row = find(connections, heartbeat.key);
    if (row == nullptr) {
        connections.push_back({.key = heartbeat.key, .opened_at = heartbeat.heard_since});
        row = &connections.back();
    }
    if (row->reason == kNodeGone) {
        row->closed_at.reset();
        row->reason.reset();
    }
    row->session = heartbeat.session;
    row->boot_id = heartbeat.boot_id;
    row->heard_since = row->heard_since.value_or(heartbeat.heard_since);
    row->heard_at = std::max(row->heard_at.value_or(heartbeat.heard_at), heartbeat.heard_at);
    row->is_changed = true;
}

void open_by_connect(Connections& connections, const ConnectionKey& key, Time heard_until) {
    if (find(connections, key) == nullptr) {
        connections.push_back({.key = key, .opened_at = heard_until, .is_changed = true});
    }
}

bool close_by_disconnect(
    Connections& connections, const Closing& closing, const NodeHearing& node, Duration interval) {
    AgentConnection* row = find(connections, closing.key);
    if (row == nullptr) {
        connections.push_back({.key = closing.key, .opened_at = node.heard_until});
        row = &connections.back();
        row->closed_at = node.heard_until;
    }
    const bool was_live = is_live(*row, node, interval);
    row->closed_at = row->closed_at.value_or(node.heard_until);
    row->reason = closing.reason;
    row->counts = closing_counts(closing.reason);
    row->is_changed = true;
    return was_live && row->counts &&
           std::ranges::none_of(connections, [&](const AgentConnection& other) {
               return is_live(other, node, interval);
           });
}

void close_with_node(Connections& connections, const std::string& node, Time heard_until) {
    for (AgentConnection& connection : connections) {
        if (connection.key.nats_server == node && !connection.closed_at) {
            connection.closed_at = heard_until;
            connection.reason = kNodeGone;
            connection.is_changed = true;
        }
    }
}

std::vector<ConnectionKey> forget_surplus(Connections& connections) {
    if (connections.size() <= kConnectionsMost) {
        return {};
    }
    const auto worth = [](const AgentConnection& connection) {
        const Time sign = last_sign(connection);
        return std::tuple(!connection.closed_at, connection.closed_at.value_or(sign), sign);
    };
    const auto kept = static_cast<Connections::difference_type>(kConnectionsMost);
    std::ranges::stable_sort(connections, std::greater<>{}, worth);
    std::vector<ConnectionKey> forgotten;
    for (auto row = connections.begin() + kept; row != connections.end(); ++row) {
        forgotten.push_back(row->key);
    }
    connections.erase(connections.begin() + kept, connections.end());
    return forgotten;
}

bool is_conflict(const Connections& connections, const NodeHearing& node, Duration interval) {
    for (std::size_t i = 0; i < connections.size(); ++i) {
        for (std::size_t j = i + 1; j < connections.size(); ++j) {
            if (is_live(connections[i], node, interval) &&
                is_live(connections[j], node, interval) &&
                speak_both(connections[i], connections[j], interval)) {
                return true;
            }
        }
    }
    return false;
}

}  // namespace lumos::presence
