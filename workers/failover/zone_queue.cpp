#include "workers/failover/zone_queue.h"

#include <algorithm>

namespace lumos::failover {

void ZoneQueue::push(Id zone) {
    const std::scoped_lock lock(mutex_);
    push_locked(zone);
}

void ZoneQueue::push_locked(Id zone) {
    if (running_.contains(zone)) {
        again_.insert(zone);
        return;
    }
    if (zones_.size() >= zones_max_ || !queued_.insert(zone).second) {
        return;
    }
    zones_.push_back(zone);
    waiting_.notify_one();
}

std::optional<Id> ZoneQueue::pop(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    if (!waiting_.wait(lock, stop, [&] { return !zones_.empty(); })) {
        return std::nullopt;
    }
    if (stop.stop_requested()) {
        return std::nullopt;
    }
    const auto zone = zones_.front();
    zones_.pop_front();
    queued_.erase(zone);
    running_.insert(zone);
    return zone;
}

void ZoneQueue::done(Id zone) {
    const std::scoped_lock lock(mutex_);
    running_.erase(zone);
    if (again_.erase(zone) > 0) {
        push_locked(zone);
    }
}

void ZoneQueue::push_at(Id zone, SteadyTime at) {
    const std::scoped_lock lock(mutex_);
    if (alarms_.size() >= zones_max_ && !alarms_.contains(zone)) {
        return;
    }
    const auto [alarm, added] = alarms_.emplace(zone, at);
    if (!added) {
        alarm->second = std::min(alarm->second, at);
    }
    newest_alarm_ = newest_alarm_ ? std::min(*newest_alarm_, at) : at;
    alarm_set_.notify_all();
}

std::optional<ZoneQueue::SteadyTime> ZoneQueue::push_due(SteadyTime now) {
    const std::scoped_lock lock(mutex_);
    newest_alarm_.reset();
    std::optional<SteadyTime> next;
    for (auto alarm = alarms_.begin(); alarm != alarms_.end();) {
        if (alarm->second <= now) {
            push_locked(alarm->first);
            alarm = alarms_.erase(alarm);
            continue;
        }
        next = next ? std::min(*next, alarm->second) : alarm->second;
        ++alarm;
    }
    return next;
}

void ZoneQueue::wait_for_alarm(const std::stop_token& stop, SteadyTime until) {
    std::unique_lock lock(mutex_);
    alarm_set_.wait_until(
        lock, stop, until, [&] { return newest_alarm_ && *newest_alarm_ < until; });
}

std::size_t ZoneQueue::size() const {
    const std::scoped_lock lock(mutex_);
    return zones_.size();
}

}  // namespace lumos::failover
