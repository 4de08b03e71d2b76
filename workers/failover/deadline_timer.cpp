#include "workers/failover/deadline_timer.h"

#include <csignal>
#include <ctime>
#include <system_error>
#include <type_traits>

namespace lumos::failover {

static_assert(std::is_same_v<timer_t, void*>, "the header holds a timer_t without naming it");

DeadlineTimer::DeadlineTimer(std::chrono::milliseconds kills_after) {
    sigevent event{};
    event.sigev_notify = SIGEV_SIGNAL;
    event.sigev_signo = SIGKILL;
    if (timer_create(CLOCK_BOOTTIME, &event, &timer_) != 0) {
        throw std::system_error(errno, std::generic_category(), "make the deadline timer");
    }
    itimerspec when{};
    when.it_value.tv_sec = static_cast<time_t>(kills_after.count() / 1'000);
    when.it_value.tv_nsec = static_cast<long>(kills_after.count() % 1'000 * 1'000'000);
    if (timer_settime(timer_, 0, &when, nullptr) != 0) {
        const int error = errno;
        timer_delete(timer_);
        throw std::system_error(error, std::generic_category(), "arm the deadline timer");
    }
    armed_ = true;
}

DeadlineTimer::~DeadlineTimer() {
    disarm();
}

void DeadlineTimer::disarm() {
    if (armed_) {
        armed_ = false;
        timer_delete(timer_);
    }
}

}  // namespace lumos::failover
