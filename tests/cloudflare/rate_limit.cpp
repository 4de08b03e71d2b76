#include "tests/cloudflare/rate_limit.h"

namespace lumos::simulator {

RateLimit::Decision RateLimit::count(const std::string& user, runtime::SteadyTime now) {
    const std::lock_guard lock(mutex_);
    if (limits_.requests == 0) {
        return {};
    }
    Usage& usage = users_[user];
    while (!usage.times.empty() && usage.times.front() + limits_.window <= now) {
        usage.times.pop_front();
    }
    if (now >= usage.blocked_until && usage.times.size() >= limits_.requests) {
        usage.blocked_until = now + limits_.window;
        usage.times.clear();
    }
    if (now < usage.blocked_until) {
        return {std::chrono::ceil<std::chrono::seconds>(usage.blocked_until - now), 0};
    }
    usage.times.push_back(now);
    return {std::nullopt, limits_.requests - usage.times.size()};
}

RateLimit::Limits RateLimit::limits() const {
    const std::lock_guard lock(mutex_);
    return limits_;
}

void RateLimit::set(Limits limits) {
    const std::lock_guard lock(mutex_);
    limits_ = limits;
    users_.clear();
}

}  // namespace lumos::simulator
