#include "workers/shared/runtime/clock.h"

#include <condition_variable>
#include <ctime>
#include <mutex>

namespace lumos::runtime {

Time SystemClock::now() const {
    return std::chrono::time_point_cast<std::chrono::microseconds>(
        std::chrono::system_clock::now());
}

SteadyTime SystemClock::steady() const {
    return std::chrono::steady_clock::now();
}

BootTime SystemClock::boot() const {
    timespec time{};
    clock_gettime(CLOCK_BOOTTIME, &time);
    return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

bool pause(const std::stop_token& stop, std::chrono::milliseconds at_most) {
    std::mutex mutex;
    std::condition_variable_any never_notified;
    std::unique_lock lock(mutex);
    never_notified.wait_for(lock, stop, at_most, [] { return false; });
    return !stop.stop_requested();
}

}  // namespace lumos::runtime
