#pragma once
// A server as a round finds it, for tests of the rules: online and ready for an hour, heard a
// second ago, unless a test says otherwise.

#include "workers/presence/judgement_rule.h"

#include <chrono>
#include <string>

namespace lumos::presence::testing {

using namespace std::chrono_literals;

inline const Time kUntil{std::chrono::seconds{1'795'317'100}};        // Stream clock: heard until.
inline const Time kDatabaseNow{std::chrono::seconds{1'795'317'120}};  // The database's.
inline const Limits kLimits;  // Timeout 120 s, grace 10 s, hold 60 s, an interval of 15 s.
inline constexpr std::int64_t kSpan = 7;
inline constexpr std::int64_t kSpanSeq = 100;
inline constexpr std::int64_t kLastSeq = 200;
inline const ConnectionKey kOwn{"N1", 1};
inline const ConnectionKey kOther{"N1", 2};

inline NodeHearing hearing() {
    return {
        .node = "N1",
        .url = "nats://n",
        .span = kSpan,
        .span_seq = kSpanSeq,
        .heard_since = kUntil - 1h,
        .heard_until = kUntil,
        .advanced_at = kDatabaseNow};
}

// Later in the same span.
inline NodeHearing after(NodeHearing node, Duration later) {
    node.heard_until += later;
    node.advanced_at += later;
    return node;
}

// Listening began that long ago.
inline NodeHearing for_only(Duration heard) {
    NodeHearing node = hearing();
    node.heard_since = node.heard_until - heard;
    return node;
}

inline AgentConnection connection(const ConnectionKey& key = kOwn) {
    return {
        .key = key,
        .session = "s1",
        .boot_id = "b1",
        .opened_at = kUntil - 1h,
        .heard_since = kUntil - 1h,
        .heard_at = kUntil - 1s};
}

// Accepted by NATS, but nothing was said through it yet.
inline AgentConnection opened(const ConnectionKey& key, Time at = kUntil - 1s) {
    return {.key = key, .opened_at = at};
}

inline AgentConnection closed(AgentConnection connection, Time at = kUntil - 1s) {
    connection.closed_at = at;
    connection.reason = "Client Closed";
    connection.counts = true;
    return connection;
}

inline ServerRecord server() {
    ServerRecord record;
    ServerPresence& row = record.row;
    row.node = "N1";
    row.span = kSpan;
    row.last_seq = kLastSeq;
    row.judged_seq = kLastSeq;
    row.last_seen = kUntil - 1s;
    row.client_id = kOwn.client_id;
    row.session = "s1";
    row.interval = 15s;
    row.said = Said::Online;
    row.status = Status::Online;
    row.cause = Cause::Heartbeat;
    row.status_since = kDatabaseNow - 1h;
    row.steady_since = kUntil - 1h;
    row.fitness = Fitness::Ready;
    row.fitness_since = kDatabaseNow - 1h;
    row.transition = 1;
    record.connections = {connection()};
    return record;
}

inline ServerRecord last_seen(Duration ago, ServerRecord record = server()) {
    record.row.last_seen = kUntil - ago;
    for (AgentConnection& one : record.connections) {
        one.heard_at = kUntil - ago;
    }
    return record;
}

inline ServerRecord disconnected(Duration ago, ServerRecord record = server()) {
    record.row.disconnected_at = kUntil - ago;
    record.row.disconnect_reason = "Read Error";
    for (AgentConnection& one : record.connections) {
        one = closed(one, kUntil - ago);
    }
    return record;
}

inline ServerRecord said_goodbye(Duration ago, Said how = Said::Stopping) {
    ServerRecord record = last_seen(ago);
    record.row.said = how;
    return record;
}

inline ServerRecord out(Duration ago = 60s) {
    ServerRecord record = last_seen(ago + 130s);
    record.row.status = Status::Offline;
    record.row.cause = Cause::Silence;
    record.row.status_since = kDatabaseNow - ago;
    record.row.fitness = Fitness::Out;
    record.row.fitness_since = kDatabaseNow - ago;
    record.row.out_at = kUntil - ago;
    return record;
}

inline NewHeartbeat heartbeat(Said said = Said::Online, Duration ago = 0s) {
    return {
        .sequence = kLastSeq + 1,
        .stored_at = kUntil - ago,
        .through = kOwn,
        .session = "s1",
        .interval = 15s,
        .said = said};
}

// The round has read this heartbeat and, as rounds do, opened its connection before.
inline ServerRecord heard(
    ServerRecord record,
    const NewHeartbeat& heartbeat,
    const NodeHearing& node = hearing(),
    const std::string& boot = "b1") {
    if (heartbeat.through) {
        open_by_heartbeat(
            record.connections,
            {.key = *heartbeat.through,
             .session = heartbeat.session,
             .boot_id = boot,
             .heard_since = heartbeat.stored_at,
             .heard_at = heartbeat.stored_at});
    }
    take_heartbeat(record, heartbeat, node, kLimits);
    return record;
}

template <typename Thing, typename Change>
Thing with(Thing thing, Change change) {
    change(thing);
    return thing;
}

// Two machines speak with its credentials.
inline ServerRecord cloned(ServerRecord record = server()) {
    record.connections = {connection(kOwn), connection(kOther)};
    record.connections[1].boot_id = "b2";
    return record;
}

inline ServerRecord with_connection(ServerRecord record, const AgentConnection& one) {
    record.connections.push_back(one);
    return record;
}

inline ServerRecord steady_for(Duration time) {
    return with(server(), [&](ServerRecord& record) {
        record.row.steady_since = kUntil - time;
        record.row.fitness = Fitness::Unsure;
    });
}

inline ServerRecord every(Duration interval, ServerRecord record) {
    record.row.interval = interval;
    return record;
}

// In a round that heard the node.
inline Judgement judged(const ServerRecord& record, const NodeHearing& node = hearing()) {
    return judge(record, {.node = node, .is_heard = true, .database_now = kDatabaseNow}, kLimits);
}

}  // namespace lumos::presence::testing
