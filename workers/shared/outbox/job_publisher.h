#pragma once
// Publishes wake-ups from a bounded queue, in a thread of its own. A wake-up that cannot be
// published is dropped: what it would have woken stands in rows and is found by a sweep.
// Thread-safe.

#include "workers/shared/outbox/job_message.h"
#include "workers/shared/runtime/metrics.h"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <stop_token>
#include <thread>

namespace lumos::bus {
class Connection;
}

namespace lumos::outbox {

class JobPublisher {
public:
    static constexpr std::size_t kWaitingMax = 10'000;

    explicit JobPublisher(bus::Connection& bus);
    ~JobPublisher();
    JobPublisher(const JobPublisher&) = delete;
    JobPublisher& operator=(const JobPublisher&) = delete;

    // Returns at once. The oldest is dropped where too many wait.
    void add(JobMessage message);

private:
    void run(const std::stop_token& stop);
    void publish(const JobMessage& message);
    bool try_publish(const JobMessage& message);

    bus::Connection& bus_;
    runtime::metrics::Counter published_;
    runtime::metrics::Counter dropped_;
    std::mutex mutex_;
    std::condition_variable_any changed_;
    std::deque<JobMessage> waiting_;
    std::jthread thread_;
};

}  // namespace lumos::outbox
