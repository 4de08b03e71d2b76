#include "workers/presence/heartbeat_view.h"

#include <algorithm>
#include <utility>

namespace lumos::presence {

bool HeartbeatView::take(HeardHeartbeat heard) {
    Server& server = servers_[{heard.account, heard.server}];
    const NewHeartbeat& now = heard.heartbeat;
    const NewHeartbeat& before = server.newest.heartbeat;
    const bool is_news = before.sequence == 0 || before.through != now.through ||
                         before.said != now.said || before.session != now.session;
    if (now.through) {
        const CarriedHeartbeat carried{
            .key = *now.through,
            .session = now.session,
            .boot_id = heard.boot_id,
            .heard_since = now.stored_at,
            .heard_at = now.stored_at};
        const auto known = std::ranges::find_if(server.connections, [&](const Carried& other) {
            return other.heartbeat.key == carried.key;
        });
        if (known == server.connections.end()) {
            if (server.connections.size() == kHeardConnectionsMost) {
                server.connections.erase(
                    std::ranges::min_element(server.connections, {}, &Carried::sequence));
            }
            server.connections.push_back({.sequence = now.sequence, .heartbeat = carried});
        } else {
            // The stream's clock may have been set back since.
            const Time heard_since = std::min(known->heartbeat.heard_since, now.stored_at);
            *known = {.sequence = now.sequence, .heartbeat = carried};
            known->heartbeat.heard_since = heard_since;
        }
    }
    server.newest = std::move(heard);
    return is_news;
}

std::vector<HeardServer> HeartbeatView::above(std::int64_t sequence) const {
    std::vector<HeardServer> all;
    for (const auto& [name, server] : servers_) {
        if (server.newest.heartbeat.sequence <= sequence) {
            continue;
        }
        HeardServer& heard = all.emplace_back(HeardServer{
            .account = name.first,
            .server = name.second,
            .carried = {},
            .newest = server.newest.heartbeat,
            .report = server.newest.report});
        for (const Carried& carried : server.connections) {
            if (carried.sequence > sequence) {
                heard.carried.push_back(carried.heartbeat);
            }
        }
    }
    return all;
}

void HeartbeatView::forget_until(std::int64_t sequence) {
    for (auto& [name, server] : servers_) {
        std::erase_if(server.connections, [&](const Carried& carried) {
            return carried.sequence <= sequence &&
                   carried.sequence != server.newest.heartbeat.sequence;
        });
    }
}

}  // namespace lumos::presence
