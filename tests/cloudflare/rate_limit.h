#pragma once
// 1,200 requests in five minutes for a user; who exceeds it is refused for the next five minutes.
// Thread-safe.

#include "workers/shared/runtime/clock.h"

#include <chrono>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <string>

namespace lumos::simulator {

class RateLimit {
public:
    struct Limits {
        std::size_t requests = 1'200;  // 0: no limit.
        std::chrono::seconds window{300};
    };
    explicit RateLimit(Limits limits) : limits_(limits) {}

    struct Decision {
        std::optional<std::chrono::seconds> retry_after;  // Set: refused.
        std::size_t remaining = 0;
    };
    // Counts a request of the user.
    [[nodiscard]] Decision count(const std::string& user, runtime::SteadyTime now);
    [[nodiscard]] Limits limits() const;
    // Forgets what was counted.
    void set(Limits limits);

private:
    struct Usage {
        std::deque<runtime::SteadyTime> times;
        runtime::SteadyTime blocked_until;
    };
    mutable std::mutex mutex_;
    Limits limits_;
    std::map<std::string, Usage> users_;
};

}  // namespace lumos::simulator
