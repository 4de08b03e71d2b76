#include "bus/inbox.h"

namespace lumos::bus {

void Inbox::put(Incoming message) {
    {
        const std::lock_guard lock(mutex_);
        if (closed_) {
            return;
        }
        if (messages_.size() >= kMessagesMax) {
            overflowed_ = true;
            return;
        }
        messages_.push_back(std::move(message));
    }
    changed_.notify_one();
}

void Inbox::close() {
    {
        const std::lock_guard lock(mutex_);
        closed_ = true;
    }
    changed_.notify_all();
}

std::optional<Incoming> Inbox::take(Deadline until, const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    const auto something = [this] { return closed_ || !messages_.empty(); };
    if (!something()) {
        changed_.wait_until(lock, stop, until, something);
    }
    if (closed_ || messages_.empty()) {
        return std::nullopt;
    }
    auto message = std::move(messages_.front());
    messages_.pop_front();
    return message;
}

std::optional<Incoming> Inbox::take_left_over() {
    const std::lock_guard lock(mutex_);
    if (messages_.empty()) {
        return std::nullopt;
    }
    auto message = std::move(messages_.front());
    messages_.pop_front();
    return message;
}

bool Inbox::closed() const {
    const std::lock_guard lock(mutex_);
    return closed_;
}

bool Inbox::overflowed() const {
    const std::lock_guard lock(mutex_);
    return overflowed_;
}

}  // namespace lumos::bus
