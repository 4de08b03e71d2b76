#pragma once
// When a local check counts as failing: not at the first miss, or a reload of the web server would
// move DNS. Pure.
//
//            1 success              3 failures in a row
// Undecided ──────────▶ Passing ─────────────────────▶ Failing
//     │                    ▲    2 successes in a row      │ ▲
//     │                    └──────────────────────────────┘ │
//     └─────────────────────── 3 failures in a row ─────────┘

#include "schemas/time.h"

#include <cstdint>
#include <string>
#include <vector>

namespace lumos::agent {

inline constexpr int kFailuresUntilFailing = 3;
inline constexpr int kSuccessesUntilPassing = 2;

// One look.
struct CheckOutcome {
    bool ok = false;
    double latency_ms = 0;
    std::string error;  // "" when ok.
};

enum class CheckVerdict { Undecided, Passing, Failing };

struct CheckState {
    CheckVerdict verdict = CheckVerdict::Undecided;
    int in_a_row = 0;  // Outcomes of the last one's kind that follow one another.
    CheckOutcome last;
    Time since{};  // When the verdict was reached.
};

[[nodiscard]] CheckState after(const CheckState& state, const CheckOutcome& outcome, Time now);

// All together, for the heartbeat: undecided as long as one is (nothing is said until then, since a
// wrong word is worse than a late one), else failing if one is.
[[nodiscard]] CheckVerdict overall(const std::vector<CheckState>& states);

}  // namespace lumos::agent
