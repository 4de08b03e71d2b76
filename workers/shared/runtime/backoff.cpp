#include "workers/shared/runtime/backoff.h"

#include <algorithm>
#include <random>

namespace lumos::runtime {

std::chrono::milliseconds Backoff::wait(std::int64_t failures, double random) const {
    auto full = std::min(first, most);
    for (std::int64_t n = 1; n < failures && full < most; ++n) {
        // Compared before doubling, so that no number of failures overflows.
        full = full > most / 2 ? most : full * 2;
    }
    const double share = 0.75 + 0.25 * std::clamp(random, 0.0, 1.0);
    const auto jittered = static_cast<std::int64_t>(static_cast<double>(full.count()) * share);
    return std::chrono::milliseconds(jittered);
}

double random_unit() {
    thread_local std::mt19937_64 engine{std::random_device{}()};
    return std::generate_canonical<double, 53>(engine);
}

}  // namespace lumos::runtime
