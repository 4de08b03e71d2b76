#include "workers/notifier/send_queue.h"

#include "workers/shared/runtime/errors.h"

#include <algorithm>
#include <utility>

namespace lumos::notifier {

SendQueue::SendQueue(std::size_t places, std::size_t places_of_a_channel)
    : places_(places),
      places_of_a_channel_(places_of_a_channel) {}

std::size_t SendQueue::free_places() const {
    const std::scoped_lock lock(mutex_);
    return places_ - taken_;
}

std::size_t SendQueue::free_places(std::int64_t channel_id) const {
    const std::scoped_lock lock(mutex_);
    const auto found = in_hand_.find(channel_id);
    const auto used = found == in_hand_.end() ? 0 : found->second;
    return std::min(places_ - taken_, places_of_a_channel_ - used);
}

std::vector<std::int64_t> SendQueue::full_channels() const {
    const std::scoped_lock lock(mutex_);
    std::vector<std::int64_t> full;
    for (const auto& [channel_id, used] : in_hand_) {
        if (used >= places_of_a_channel_) {
            full.push_back(channel_id);
        }
    }
    return full;
}

void SendQueue::push(SendJob job) {
    const std::scoped_lock lock(mutex_);
    auto& used = in_hand_[job.message.channel.id];
    runtime::ensure(
        taken_ < places_ && used < places_of_a_channel_,
        "a place is free before a message is claimed");
    ++used;
    ++taken_;
    waiting_.push_back(std::move(job));
    pushed_.notify_one();
}

void SendQueue::wait(const std::stop_token& stop, std::chrono::milliseconds at_most) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, stop, at_most, [this] { return woken_; });
    woken_ = false;
}

void SendQueue::wake() {
    const std::scoped_lock lock(mutex_);
    woken_ = true;
    changed_.notify_all();
}

void SendQueue::close() {
    const std::scoped_lock lock(mutex_);
    closed_ = true;
    pushed_.notify_all();
}

std::optional<SendJob> SendQueue::pop() {
    std::unique_lock lock(mutex_);
    pushed_.wait(lock, [this] { return closed_ || !waiting_.empty(); });
    if (waiting_.empty()) {
        return std::nullopt;
    }
    auto job = std::move(waiting_.front());
    waiting_.pop_front();
    return job;
}

void SendQueue::done(std::int64_t channel_id) {
    const std::scoped_lock lock(mutex_);
    const auto found = in_hand_.find(channel_id);
    runtime::ensure(found != in_hand_.end(), "a place is given back once");
    if (--found->second == 0) {
        in_hand_.erase(found);
    }
    --taken_;
    woken_ = true;
    changed_.notify_all();
}

}  // namespace lumos::notifier
