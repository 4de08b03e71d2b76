#include "workers/shared/outbox/job_publisher.h"

#include "bus/connection.h"
#include "bus/error.h"
#include "bus/streams.h"
#include "workers/shared/runtime/log.h"

namespace lumos::outbox {

namespace {

// A wake-up that takes longer wakes nobody before the sweep does.
constexpr std::chrono::milliseconds kLimit{2'000};

}  // namespace

JobPublisher::JobPublisher(bus::Connection& bus)
    : bus_(bus),
      published_("lumos_jobs_published_total", "Wake-up jobs that the JOB stream has taken."),
      dropped_(
          "lumos_jobs_dropped_total",
          "Wake-up jobs that could not be published; sweeps find their rows."),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

JobPublisher::~JobPublisher() = default;

void JobPublisher::add(JobMessage message) {
    {
        const std::lock_guard lock(mutex_);
        if (waiting_.size() >= kWaitingMax) {
            waiting_.pop_front();
            dropped_.add();
        }
        waiting_.push_back(std::move(message));
    }
    changed_.notify_one();
}

void JobPublisher::run(const std::stop_token& stop) {
    while (true) {
        JobMessage next;
        {
            std::unique_lock lock(mutex_);
            if (!changed_.wait(lock, stop, [this] { return !waiting_.empty(); })) {
                return;
            }
            if (stop.stop_requested()) {
                return;
            }
            next = std::move(waiting_.front());
            waiting_.pop_front();
        }
        publish(next);
    }
}

void JobPublisher::publish(const JobMessage& message) {
    try {
        if (!try_publish(message)) {
            bus::ensure_stream(bus_, bus::kJobStream);
            if (!try_publish(message)) {
                throw bus::BusUnavailable("no stream takes " + message.subject);
            }
        }
        published_.add();
    } catch (const std::runtime_error& failure) {
        dropped_.add();
        runtime::log_debug("job_dropped", {{"message_id", message.id}, {"error", failure.what()}});
    }
}

bool JobPublisher::try_publish(const JobMessage& message) {
    try {
        (void)bus_.publish_acknowledged(message.subject, message.body, message.id, kLimit);
        return true;
    } catch (const bus::StreamMissing&) {
        return false;
    }
}

}  // namespace lumos::outbox
