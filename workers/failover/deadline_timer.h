#pragma once
// A kernel timer that kills the whole process: a worker that was stopped (SIGSTOP, a frozen
// container) while it was about to write is dead before its lock can pass on, whenever it is
// resumed. It counts while the machine sleeps, too. It does not kill process 1 of a PID namespace:
// lumos-failover refuses to run as that.

#include <chrono>

namespace lumos::failover {

class DeadlineTimer {
public:
    // Armed from construction on. Throws std::system_error where the kernel gives no timer.
    explicit DeadlineTimer(std::chrono::milliseconds kills_after);
    ~DeadlineTimer();
    DeadlineTimer(const DeadlineTimer&) = delete;
    DeadlineTimer& operator=(const DeadlineTimer&) = delete;

    void disarm();  // Once or more.

private:
    void* timer_ = nullptr;  // timer_t
    bool armed_ = false;
};

}  // namespace lumos::failover
