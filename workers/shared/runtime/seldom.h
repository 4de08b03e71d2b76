#pragma once
// For lines that a stranger could cause without end: says yes once in a while, and counts what it
// was silent about. Pure; not thread-safe.

#include "workers/shared/runtime/clock.h"

#include <chrono>
#include <cstdint>
#include <optional>

namespace lumos::runtime {

class Seldom {
public:
    explicit Seldom(std::chrono::milliseconds pause = std::chrono::minutes{1}) : pause_(pause) {}

    // How many there were since the last time, this one included; nothing while it is too soon.
    [[nodiscard]] std::optional<std::int64_t> one_more(SteadyTime now) {
        ++unsaid_;
        if (said_at_ && now - *said_at_ < pause_) {
            return std::nullopt;
        }
        said_at_ = now;
        const auto count = unsaid_;
        unsaid_ = 0;
        return count;
    }

private:
    std::chrono::milliseconds pause_;
    std::optional<SteadyTime> said_at_;
    std::int64_t unsaid_ = 0;
};

}  // namespace lumos::runtime
