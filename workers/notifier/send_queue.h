#pragma once
// What has been claimed and is being sent: a place for each sending thread, and no more for one
// channel than its share, so that a slow receiver holds up itself only. Thread-safe.

#include "sql/delivery_store.h"
#include "workers/shared/runtime/clock.h"

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <stop_token>
#include <vector>

namespace lumos::notifier {

struct SendJob {
    sql::ClaimedMessage message;
    runtime::BootTime claimed_at{0};
};

class SendQueue {
public:
    SendQueue(std::size_t places, std::size_t places_of_a_channel);

    // For the one who claims: how many places are free, for a channel and which channels have none.
    [[nodiscard]] std::size_t free_places() const;
    [[nodiscard]] std::size_t free_places(std::int64_t channel_id) const;
    [[nodiscard]] std::vector<std::int64_t> full_channels() const;
    // Takes a place until done().
    void push(SendJob job);
    // Waits until somebody called wake(), a place became free, `at_most` has passed or stop is
    // requested.
    void wait(const std::stop_token& stop, std::chrono::milliseconds at_most);
    void wake();
    // Nothing more will be pushed.
    void close();

    // For those who send: the next one; nothing once the queue is closed and empty.
    [[nodiscard]] std::optional<SendJob> pop();
    void done(std::int64_t channel_id);

private:
    const std::size_t places_;
    const std::size_t places_of_a_channel_;
    mutable std::mutex mutex_;
    std::condition_variable_any changed_;
    std::condition_variable pushed_;
    std::deque<SendJob> waiting_;
    std::map<std::int64_t, std::size_t> in_hand_;  // By channel; waiting and being sent.
    std::size_t taken_ = 0;
    bool woken_ = false;
    bool closed_ = false;
};

}  // namespace lumos::notifier
