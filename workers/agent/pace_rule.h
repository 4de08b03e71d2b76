#pragma once
// When the next heartbeat goes out: after an interval, or at once when there is a reason, but not
// more than ten a second; reasons that come faster share the next one. Pure.

#include <chrono>
#include <optional>
#include <vector>

namespace lumos::agent {

using PaceTime = std::chrono::steady_clock::time_point;

inline constexpr std::size_t kHeartbeatsPerSecondMax = 10;

struct Pace {
    std::vector<PaceTime> sent;          // The last ones, oldest first, at most ten.
    std::optional<PaceTime> regular_at;  // Nothing before the first: it is due.
};

// When the next one may go: with a reason as soon as the limit allows it, else by the interval.
[[nodiscard]] PaceTime next_at(const Pace& pace, bool has_reason, PaceTime now);

// random: in [0, 1); the next regular one comes up to 5 % before the interval is over, never after.
[[nodiscard]] Pace after_sending(
    const Pace& pace, PaceTime now, std::chrono::milliseconds interval, double random);

}  // namespace lumos::agent
