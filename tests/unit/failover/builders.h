#pragma once
// Servers and domains for tests of the rules: healthy unless a test says otherwise.

#include "workers/failover/facts.h"

#include <chrono>
#include <initializer_list>
#include <string>

namespace lumos::failover::testing {

using namespace std::chrono_literals;

inline const Time kNow = Time{std::chrono::seconds{1'795'317'120}};         // Database clock.
inline const Time kHeardUntil = Time{std::chrono::seconds{1'795'317'100}};  // Stream clock.

inline constexpr Id kPrimary = 1;
inline constexpr Id kSecond = 2;
inline constexpr Id kThird = 3;

// Online and ready for an hour, heard a second ago.
inline Server ready(Id id) {
    Server server;
    server.id = id;
    server.slug = "s-" + std::to_string(id);
    server.name = "Server " + std::to_string(id);
    server.addresses.ipv4 = "203.0.113." + std::to_string(id);
    server.status = Status::Online;
    server.cause = "heartbeat";
    server.status_since = kNow - 1h;
    server.fitness = Fitness::Ready;
    server.fitness_since = kNow - 1h;
    server.last_seen = kHeardUntil - 1s;
    server.span = 7;
    server.hearing = Hearing{.span = 7, .heard_until = kHeardUntil, .advanced_at = kNow - 1s};
    return server;
}

inline Server quiet(Server server) {  // Ready, but its last word is 14 s old.
    server.last_seen = kHeardUntil - 14s;
    return server;
}

inline Server unsure(Id id) {
    auto server = ready(id);
    server.fitness = Fitness::Unsure;
    server.status_since = kNow - 20s;
    server.fitness_since = kNow - 20s;
    return server;
}

// Gone for 13 s; its grace of 10 s ended 3 s ago.
inline Server out(Id id) {
    auto server = ready(id);
    server.status = Status::Offline;
    server.cause = "disconnect";
    server.status_since = kNow - 13s;
    server.fitness = Fitness::Out;
    server.fitness_since = kNow - 3s;
    server.last_seen = kHeardUntil - 15s;
    server.out_at = kHeardUntil - 3s;
    return server;
}

inline Server in_grace(Id id) {
    auto server = out(id);
    server.fitness = Fitness::Unsure;
    server.fitness_since = server.status_since;
    server.out_at.reset();
    return server;
}

inline Server unknown(Id id) {
    auto server = unsure(id);
    server.status = Status::Unknown;
    server.cause.clear();
    server.last_seen.reset();
    server.span.reset();
    server.hearing.reset();
    return server;
}

inline Server interrupted(Server server) {
    server.hearing->advanced_at = kNow - 11s;
    return server;
}

inline Servers fleet(std::initializer_list<Server> servers) {
    Servers all;
    for (const auto& server : servers) {
        all[server.id] = server;
    }
    return all;
}

inline Domain domain(Id published = kPrimary, std::vector<Id> servers = {kPrimary, kSecond}) {
    Domain made;
    made.id = 10;
    made.name = "www.example.com";
    made.servers = std::move(servers);
    made.published = published;
    made.published_addresses.ipv4 = "203.0.113." + std::to_string(published);
    made.failed_over = published != made.servers.front();
    return made;
}

}  // namespace lumos::failover::testing
