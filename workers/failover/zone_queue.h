#pragma once
// The zones that this process is about to check, each at most once, and never two threads on one
// zone. Rows are the work: what does not fit is found again by the sweep. Thread-safe.

#include "workers/failover/facts.h"

#include <chrono>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <stop_token>

namespace lumos::failover {

class ZoneQueue {
public:
    using SteadyTime = std::chrono::steady_clock::time_point;

    explicit ZoneQueue(std::size_t zones_max) : zones_max_(zones_max) {}

    // A zone that is being checked is checked once more after it: what asks may have come too late
    // for it.
    void push(Id zone);
    // Waits; nothing when asked to stop. done() follows.
    [[nodiscard]] std::optional<Id> pop(const std::stop_token& stop);
    void done(Id zone);

    // Its alarm: pushed by push_due when its time has come. The earliest counts.
    void push_at(Id zone, SteadyTime at);
    // Pushes what is due at `now`; returns when the next is.
    std::optional<SteadyTime> push_due(SteadyTime now);

    // Until then, until an alarm before that is set, or until asked to stop.
    void wait_for_alarm(const std::stop_token& stop, SteadyTime until);

    [[nodiscard]] std::size_t size() const;

private:
    void push_locked(Id zone);

    const std::size_t zones_max_;
    mutable std::mutex mutex_;
    std::condition_variable_any waiting_;
    std::condition_variable_any alarm_set_;
    std::deque<Id> zones_;
    std::set<Id> queued_;
    std::set<Id> running_;
    std::set<Id> again_;
    std::map<Id, SteadyTime> alarms_;
    std::optional<SteadyTime> newest_alarm_;  // Set since the last wait began.
};

}  // namespace lumos::failover
