#pragma once
// Waiting for a condition, with a limit. The only place in the tests that lets time pass by itself.

#include <chrono>
#include <functional>

namespace lumos::support {

// Asks every few milliseconds; true as soon as the condition holds, false when it does not within
// `limit`. The condition may run after the limit once more, so that a machine that stood still is
// not taken for a failure.
[[nodiscard]] bool wait_until(
    const std::function<bool()>& condition, std::chrono::milliseconds limit);

}  // namespace lumos::support
