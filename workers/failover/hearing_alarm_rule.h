#pragma once
// When to say that the control plane cannot hear its servers. What one process has seen itself
// counts, too: a database that was away for minutes shows an old hearing at the first look, and
// that is no alarm. Pure.

#include "schemas/time.h"

#include <chrono>
#include <optional>

namespace lumos::failover {

struct HearingLook {
    Time now;                         // Database clock, like the next.
    std::optional<Time> advanced_at;  // The newest of all nodes; nothing: no node was ever heard.
    std::optional<Seconds> span_age;  // Of the oldest span that goes on, in heard time.
};

// What one process remembers between its looks.
struct HearingMemory {
    std::optional<std::chrono::steady_clock::time_point> looked_at;
    std::optional<std::chrono::steady_clock::time_point> unheard_since;
    std::optional<std::chrono::steady_clock::time_point> young_since;
};

enum class AlarmChange { None, Raise, Clear };

struct HearingVerdict {
    AlarmChange unheard = AlarmChange::None;  // Nobody hears.
    AlarmChange broken =
        AlarmChange::None;  // Hearing breaks off again and again, so silence is never found.
};

[[nodiscard]] HearingVerdict judge_hearing(
    HearingMemory& memory,
    const HearingLook& look,
    std::chrono::steady_clock::time_point seen_at,
    std::chrono::milliseconds health_timeout);

}  // namespace lumos::failover
