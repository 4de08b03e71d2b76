#include "workers/failover/hearing_alarm_rule.h"

#include "workers/failover/limits.h"

namespace lumos::failover {
namespace {

using std::chrono::steady_clock;

// Since when it has been so without a break; starts or ends the memory of it.
steady_clock::duration lasting(
    std::optional<steady_clock::time_point>& since, bool is_so, steady_clock::time_point seen_at) {
    if (!is_so) {
        since.reset();
        return steady_clock::duration::zero();
    }
    if (!since) {
        since = seen_at;
    }
    return seen_at - *since;
}

}  // namespace

HearingVerdict judge_hearing(
    HearingMemory& memory,
    const HearingLook& look,
    steady_clock::time_point seen_at,
    std::chrono::milliseconds health_timeout) {
    if (memory.looked_at && seen_at - *memory.looked_at > limits::kHearingInterrupted) {
        memory = {};  // Nobody looked meanwhile, so nothing has lasted.
    }
    memory.looked_at = seen_at;
    const bool fresh = look.advanced_at && *look.advanced_at <= look.now &&
                       look.now - *look.advanced_at <= limits::kHearingInterrupted;
    const auto unheard = lasting(memory.unheard_since, !fresh, seen_at);
    const bool old_enough =
        look.advanced_at && look.now - *look.advanced_at >= limits::kUnheardAlarm;
    HearingVerdict verdict;
    if (fresh) {
        verdict.unheard = AlarmChange::Clear;
    } else if (
        unheard >= limits::kUnheardAlarm || (old_enough && unheard >= limits::kUnheardSeen)) {
        verdict.unheard = AlarmChange::Raise;
    }
    const bool young = fresh && look.span_age && *look.span_age < health_timeout;
    // A short break belongs to it: it is what makes the next span young. A long one is an alarm of
    // its own.
    const bool short_break = !fresh && unheard < limits::kUnheardAlarm;
    const auto young_for = lasting(memory.young_since, young || short_break, seen_at);
    if (fresh && !young) {
        verdict.broken = AlarmChange::Clear;
    } else if (young && young_for >= limits::kYoungAlarm) {
        verdict.broken = AlarmChange::Raise;
    }
    return verdict;
}

}  // namespace lumos::failover
