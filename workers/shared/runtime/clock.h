#pragma once
// The only doors to real time. Everything else is handed a Clock or a time point. Thread-safe.

#include "schemas/time.h"

#include <chrono>
#include <stop_token>

namespace lumos::runtime {

using SteadyTime = std::chrono::steady_clock::time_point;

// CLOCK_BOOTTIME: goes on while the machine sleeps, is never set. Compared only with itself.
using BootTime = std::chrono::duration<std::int64_t, std::nano>;

class Clock {
public:
    virtual ~Clock() = default;
    [[nodiscard]] virtual Time now() const = 0;           // Wall time: for people and for ids.
    [[nodiscard]] virtual SteadyTime steady() const = 0;  // For limits.
    [[nodiscard]] virtual BootTime boot()
        const = 0;  // For limits that a stopped process must not outlive.
};

class SystemClock final : public Clock {
public:
    [[nodiscard]] Time now() const override;
    [[nodiscard]] SteadyTime steady() const override;
    [[nodiscard]] BootTime boot() const override;
};

// Waits `at_most`, or until stop is requested. False when asked to stop.
bool pause(const std::stop_token& stop, std::chrono::milliseconds at_most);

}  // namespace lumos::runtime
