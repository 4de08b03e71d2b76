#include "workers/presence/hearing_rule.h"

#include <algorithm>

namespace lumos::presence {
namespace {

bool is_between(Duration value, Duration most) {
    return value >= Duration::zero() && value <= most;
}

}  // namespace

bool is_fresh(Time advanced_at, Time database_now, Duration at_most) {
    return is_between(database_now - advanced_at, at_most);
}

bool is_same_stream(const StoredHearing& stored, Time stream_created) {
    return stored.agent_stream_created == stream_created;
}

RoundVerdict may_write(
    const StoredHearing& stored,
    const RoundBeat& beat,
    const std::vector<NodeHearing>& nodes,
    Time database_now) {
    if (is_same_stream(stored, beat.stream_created) && stored.beat_seq >= beat.sequence) {
        return RoundVerdict::Overtaken;
    }
    if (!is_between(beat.age, kBeatAgeMax)) {
        return RoundVerdict::Stalled;
    }
    const bool somebody_hears = std::ranges::any_of(nodes, [&](const NodeHearing& node) {
        return is_fresh(node.advanced_at, database_now, kAdvanceGapMax);
    });
    if (stored.agent_stream_created && beat.stream_created < *stored.agent_stream_created &&
        somebody_hears) {
        return RoundVerdict::OlderStream;
    }
    return RoundVerdict::GoesOn;
}

const NodeHearing* find_node(const std::vector<NodeHearing>& nodes, const std::string& node) {
    const auto found = std::ranges::find(nodes, node, &NodeHearing::node);
    return found == nodes.end() ? nullptr : &*found;
}

Advance advance(
    const std::vector<NodeHearing>& nodes,
    const NodeBeat& beat,
    bool same_stream,
    Time database_now) {
    // One stream has one clock, so a beat before any node's last one says that the clock went back.
    const bool went_back = std::ranges::any_of(
        nodes, [&](const NodeHearing& node) { return beat.heard < node.heard_until; });
    const NodeHearing* before = find_node(nodes, beat.node);
    const bool is_continuous = same_stream && before != nullptr && !before->gone_at &&
                               is_between(beat.heard - before->heard_until, kAdvanceGapMax) &&
                               is_fresh(before->advanced_at, database_now, kAdvanceGapMax);
    return {.is_continuous = is_continuous, .cuts_back = went_back || !same_stream};
}

bool is_heard(const NodeHearing& node, Time database_now) {
    return !node.gone_at && is_fresh(node.advanced_at, database_now, kAdvanceGapMax);
}

Duration heard_time_since(const NodeHearing& node, Time then) {
    return node.heard_until - std::max(then, node.heard_since);
}

Duration silence(const NodeHearing& node, const LastHeard& server) {
    if (server.span == node.span && server.last_seen) {
        return heard_time_since(node, *server.last_seen);
    }
    return heard_time_since(node, server.moved_at.value_or(node.heard_since));
}

bool is_gone(const NodeHearing& node, const NodeHearing& beaten, Time database_now) {
    if (node.gone_at || node.node == beaten.node) {
        return false;
    }
    return node.url == beaten.url || !is_heard(node, database_now);
}

BusReading bus_reading(
    const std::optional<Time>& stored, Time reader_stream, const std::optional<Time>& made_after) {
    if (stored == reader_stream) {
        return BusReading::GoesOn;
    }
    return stored == made_after ? BusReading::StartsAnew : BusReading::IsDoubtful;
}

}  // namespace lumos::presence
