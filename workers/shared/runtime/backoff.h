#pragma once
// Waiting between attempts: exponential, capped, with jitter, so that many who failed together do
// not come back together.

#include <chrono>
#include <cstdint>

namespace lumos::runtime {

struct Backoff {
    std::chrono::milliseconds first{1'000};
    std::chrono::milliseconds most{60'000};

    // For the n-th failure in a row (1 = the first): first · 2^(n−1), at most `most`, of that a
    // random share between three quarters and all. `random` is uniform in [0, 1).
    [[nodiscard]] std::chrono::milliseconds wait(std::int64_t failures, double random) const;
};

// Uniform in [0, 1); thread-safe.
[[nodiscard]] double random_unit();

}  // namespace lumos::runtime
