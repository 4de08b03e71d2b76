#include "workers/agent/pace_rule.h"

#include <algorithm>

namespace lumos::agent {
namespace {

constexpr double kJitter = 0.05;

}  // namespace

PaceTime next_at(const Pace& pace, bool has_reason, PaceTime now) {
    const auto wanted = has_reason ? now : pace.regular_at.value_or(now);
    if (pace.sent.size() < kHeartbeatsPerSecondMax) {
        return wanted;
    }
    return std::max(wanted, pace.sent.front() + std::chrono::seconds(1));
}

Pace after_sending(
    const Pace& pace, PaceTime now, std::chrono::milliseconds interval, double random) {
    Pace next = pace;
    next.sent.push_back(now);
    if (next.sent.size() > kHeartbeatsPerSecondMax) {
        next.sent.erase(next.sent.begin());
    }
    const double share = 1 - kJitter * std::clamp(random, 0.0, 1.0);
    next.regular_at = now + std::chrono::duration_cast<PaceTime::duration>(interval * share);
    return next;
}

}  // namespace lumos::agent
