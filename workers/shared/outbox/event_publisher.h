#pragma once
// Publishes recorded events in their order, in a thread of its own: at once when it is woken, and
// by a sweep what other processes left behind. Notices a stream that was created anew. Thread-safe.

#include "bus/streams.h"
#include "sql/outbox_store.h"
#include "workers/shared/runtime/backoff.h"
#include "workers/shared/runtime/clock.h"
#include "workers/shared/runtime/metrics.h"

#include <condition_variable>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

namespace lumos::outbox {

class EventPublisher {
public:
    EventPublisher(bus::Connection& bus, sql::Pool& database);
    ~EventPublisher();
    EventPublisher(const EventPublisher&) = delete;
    EventPublisher& operator=(const EventPublisher&) = delete;

    // Returns at once.
    void wake();

private:
    enum class Next { Nothing, AtOnce, Later };

    void run(const std::stop_token& stop);
    bool wait(const std::stop_token& stop, std::chrono::milliseconds at_most);
    [[nodiscard]] bool something_to_do(bool woken);
    void publish_all(const std::stop_token& stop);
    Next publish_some();
    std::vector<std::string> publish_batch(const std::vector<sql::StoredEvent>& events);
    bool publish_one(const sql::StoredEvent& event);
    void tidy();

    bus::Connection& bus_;
    sql::OutboxStore store_;
    runtime::SystemClock clock_;
    runtime::metrics::Counter published_;
    std::optional<std::string> problem_;  // Of the round under way.
    runtime::SteadyTime looked_at_;       // When the stream was looked at last.
    std::string looked_at_server_;
    runtime::SteadyTime tidied_at_;
    std::mutex mutex_;
    std::condition_variable_any changed_;
    bool woken_ = true;  // At the start: look what was left behind.
    std::jthread thread_;
};

}  // namespace lumos::outbox
