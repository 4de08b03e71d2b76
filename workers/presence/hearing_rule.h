#pragma once
// What was heard, and when: silence counts only while somebody listened (docs/presence.md). Pure;
// safe from any thread.
//
// Two clocks stand here and are never mixed: the AGENT stream's (stream time) and the database's
// (said wherever it is).

#include "schemas/time.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace lumos::presence {

using Duration = std::chrono::microseconds;

// Two advances of one span lie no further apart than this, by the stream's clock and by the
// database's.
inline constexpr Duration kAdvanceGapMax = std::chrono::seconds{5};
// A beat that is older than this when its round gets the lock: the round was stalled and would
// write an old picture.
inline constexpr Duration kBeatAgeMax = std::chrono::seconds{5};
// A server that was called and stays silent for this long of heard time is not ready.
inline constexpr Duration kAnswerWithin = std::chrono::seconds{5};

// A row of heard_nodes: one NATS server, for one life of it.
struct NodeHearing {
    std::string node;  // NATS's server id, new at each start.
    std::string url;
    std::int64_t span = 0;  // A time without a break in listening; from one sequence for all nodes.
    std::int64_t span_seq = 0;  // The beat that began it.
    Time heard_since{};         // Stream time: of the span's first beat.
    Time heard_until{};         // Stream time: of its last.
    Time advanced_at{};         // The database's clock.
    std::optional<Time> gone_at =
        std::nullopt;  // Stream time: certainly gone; nothing is on it any more.
};

// The row of `hearing`: how far presence has come in the two streams.
struct StoredHearing {
    std::optional<Time> agent_stream_created;
    std::int64_t beat_seq = 0;
    std::optional<Time> bus_stream_created;
    std::int64_t bus_seq = 0;
};

// An age by the database's clock counts only if it is not negative.
[[nodiscard]] bool is_fresh(Time advanced_at, Time database_now, Duration at_most);

// ---- may this round write? ----

struct RoundBeat {
    Time stream_created;
    std::int64_t sequence = 0;
    Duration age{};  // By CLOCK_BOOTTIME, from before it was sent.
};

enum class RoundVerdict {
    GoesOn,
    Overtaken,   // Another replica has written a later beat of this stream.
    Stalled,     // The beat is old: so is everything that was read with it.
    OlderStream  // Somebody hears a newer stream: this replica still holds on to the one before.
};

[[nodiscard]] bool is_same_stream(const StoredHearing& stored, Time stream_created);
[[nodiscard]] RoundVerdict may_write(
    const StoredHearing& stored,
    const RoundBeat& beat,
    const std::vector<NodeHearing>& nodes,
    Time database_now);

// ---- the advance of a node ----

struct Advance {
    // The span goes on; otherwise a new one begins and everybody has a full timeout again.
    bool is_continuous = false;
    // Stored stream times that are later than the beat become the beat's: a clock went back, or
    // another one counts now.
    bool cuts_back = false;
};

struct NodeBeat {
    std::string node;
    std::string url;
    Time heard{};  // Stream time.
    std::int64_t sequence = 0;
};

[[nodiscard]] const NodeHearing* find_node(
    const std::vector<NodeHearing>& nodes, const std::string& node);

// nodes: all rows as they stood before this round.
[[nodiscard]] Advance advance(
    const std::vector<NodeHearing>& nodes,
    const NodeBeat& beat,
    bool same_stream,
    Time database_now);

// A node whose last advance is older than kAdvanceGapMax is not heard: its servers are left as they
// are.
[[nodiscard]] bool is_heard(const NodeHearing& node, Time database_now);

// ---- times as they were heard ----

// How much time has been heard on this node since `then`.
[[nodiscard]] Duration heard_time_since(const NodeHearing& node, Time then);

struct LastHeard {
    std::optional<std::int64_t> span;  // Nothing: moved here from another node, not heard since.
    std::optional<Time> last_seen;
    std::optional<Time> moved_at;
};
[[nodiscard]] Duration silence(const NodeHearing& node, const LastHeard& server);

// ---- which nodes are gone ----

// The same client URL answers with a new id: it was started anew. Or nobody hears it any more while
// another one is heard: there is one NATS server at a time, so it was moved to another address, and
// whoever is still on it would be left as it was for ever. beaten: the node of the round's beat.
[[nodiscard]] bool is_gone(const NodeHearing& node, const NodeHearing& beaten, Time database_now);

// ---- where to read BUS on ----

enum class BusReading {
    GoesOn,      // The reader reads the stream that the row speaks of.
    StartsAnew,  // The stream is another one, and the reader was made after that row was seen: its
                 // first message next.
    IsDoubtful   // One of the two is old: read nothing now, and make a new reader.
};

// made_after: the row's stream as it was seen before the reader was made; a reader that was made
// later than that knows better, however the clocks stood when the streams were created.
[[nodiscard]] BusReading bus_reading(
    const std::optional<Time>& stored, Time reader_stream, const std::optional<Time>& made_after);

}  // namespace lumos::presence
