#pragma once
// Our streams and consumers (docs/messages.md has the table): created where they are missing, never
// changed behind anybody's back, and noticed when they were created anew.

#include "bus/connection.h"
#include "schemas/time.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lumos::bus {

inline constexpr std::string_view kAgentStream = "AGENT";
inline constexpr std::string_view kBusStream = "BUS";
inline constexpr std::string_view kCycleStream = "CYCLE";
inline constexpr std::string_view kJobStream = "JOB";
inline constexpr std::string_view kEventStream = "EVENT";
inline constexpr std::string_view kDeadStream = "DEAD";

inline constexpr std::string_view kFailoverTicks = "failover_ticks";
inline constexpr std::string_view kFailoverChecks = "failover_checks";
inline constexpr std::string_view kNotifierJobs = "notifier_jobs";

struct StreamState {
    std::string name;
    Time created_at;  // NATS's own word: differs when the stream was created anew.
    std::uint64_t messages = 0;
    std::uint64_t first_sequence = 0;
    std::uint64_t last_sequence = 0;
};

// Makes the stream of that name (one of the constants above) and its durable consumers if they are
// missing. Idempotent from many processes at once. Returns its state; throws BusUnavailable,
// BusRefused (another configuration is there).
StreamState ensure_stream(Connection& connection, std::string_view name);

// All six; returns their states.
std::vector<StreamState> ensure_streams(Connection& connection);

// Throws StreamMissing, BusUnavailable.
[[nodiscard]] StreamState stream_state(Connection& connection, std::string_view name);

}  // namespace lumos::bus
