#pragma once
// What an answer means for a delivery, and when to try again. Pure; safe from any thread.

#include "schemas/time.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace lumos::notifier {

// After this long a delivery is given up. The last attempt is made when it is over, not before.
inline constexpr std::chrono::hours kTryFor{24};

enum class Answer {
    Taken,     // By the receiver, as far as it says.
    TryAgain,  // Not taken, or nobody knows.
    Rejected,  // This message will never be taken.
    Gone       // The receiver is closed for good: nothing more goes there.
};

struct Outcome {
    Answer answer = Answer::TryAgain;
    std::string error;                               // For people; "" when taken.
    std::optional<std::chrono::seconds> pause = {};  // What the receiver asked for.
};

// An HTTP answer by the rules of Standard Webhooks: only 2xx is taken (a redirect is not followed),
// 410 closes the channel, everything else is tried again, no sooner than Retry-After says.
[[nodiscard]] Outcome judge_http(int status, std::optional<std::string_view> retry_after, Time now);

// "120", or a date ("Sun, 22 Nov 2026 03:12:04 GMT") as what is left until then. Nothing where it
// is neither.
[[nodiscard]] std::optional<std::chrono::seconds> parse_retry_after(
    std::string_view text, Time now);

struct Attempt {
    std::int64_t number = 1;           // Counted from 1.
    std::chrono::milliseconds age{0};  // Since the delivery was recorded.
    double random = 0;                 // Uniform in [0, 1).
};

struct Next {
    enum class What { Done, Again, GiveUp };
    What what = What::Again;
    std::chrono::milliseconds wait{0};  // Of Again.
};

// 5 s doubling to 10 min, of that a random share, or the pause that the receiver asked for.
[[nodiscard]] Next next_step(const Outcome& outcome, const Attempt& attempt);

}  // namespace lumos::notifier
