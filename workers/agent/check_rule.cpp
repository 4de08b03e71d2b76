#include "workers/agent/check_rule.h"

#include <algorithm>

namespace lumos::agent {
namespace {

CheckVerdict verdict_after(const CheckState& state) {
    const bool ok = state.last.ok;
    switch (state.verdict) {
        case CheckVerdict::Undecided:
            if (ok) {
                return CheckVerdict::Passing;
            }
            return state.in_a_row >= kFailuresUntilFailing ? CheckVerdict::Failing
                                                           : CheckVerdict::Undecided;
        case CheckVerdict::Passing:
            return !ok && state.in_a_row >= kFailuresUntilFailing ? CheckVerdict::Failing
                                                                  : CheckVerdict::Passing;
        case CheckVerdict::Failing:
            return ok && state.in_a_row >= kSuccessesUntilPassing ? CheckVerdict::Passing
                                                                  : CheckVerdict::Failing;
    }
    return CheckVerdict::Undecided;
}

}  // namespace

CheckState after(const CheckState& state, const CheckOutcome& outcome, Time now) {
    CheckState next = state;
    const bool goes_on = state.in_a_row > 0 && state.last.ok == outcome.ok;
    // More than the largest threshold need not be counted.
    next.in_a_row = goes_on ? std::min(state.in_a_row + 1, kFailuresUntilFailing) : 1;
    next.last = outcome;
    next.verdict = verdict_after(next);
    if (next.verdict != state.verdict) {
        next.since = now;
    }
    return next;
}

CheckVerdict overall(const std::vector<CheckState>& states) {
    const auto any = [&](CheckVerdict verdict) {
        return std::any_of(states.begin(), states.end(), [&](const CheckState& state) {
            return state.verdict == verdict;
        });
    };
    if (any(CheckVerdict::Undecided)) {
        return CheckVerdict::Undecided;
    }
    return any(CheckVerdict::Failing) ? CheckVerdict::Failing : CheckVerdict::Passing;
}

}  // namespace lumos::agent
