#pragma once
// Which cycle a moment belongs to. Cycles lie on the grid of the Unix epoch, so that any number of
// schedulers name the same one without asking each other. Pure.

#include "schemas/time.h"

#include <chrono>
#include <cstdint>
#include <string>

namespace lumos::scheduler {

// The stream recognises a second message of the same id for ten minutes. A tick is not published
// later than this after its cycle began, with a minute to spare for clocks that differ: or it
// could be stored twice.
inline constexpr std::chrono::minutes kPublishWithin{9};

struct Tick {
    std::int64_t interval_seconds = 0;
    std::int64_t grid_second = 0;  // When the cycle begins, in seconds since the epoch.

    [[nodiscard]] std::int64_t cycle() const { return grid_second / interval_seconds; }
    [[nodiscard]] Time starts_at() const { return Time(std::chrono::seconds(grid_second)); }
    [[nodiscard]] Time ends_at() const {
        return Time(std::chrono::seconds(grid_second + interval_seconds));
    }
    bool operator==(const Tick&) const = default;
};

// interval: whole seconds, more than 0.
[[nodiscard]] Tick tick_at(Time now, std::chrono::seconds interval);

// Whether the present cycle's tick may still be published at `now`.
[[nodiscard]] bool may_publish(const Tick& tick, Time now);

// The message.
[[nodiscard]] std::string message_of(const Tick& tick, Time now);

}  // namespace lumos::scheduler
