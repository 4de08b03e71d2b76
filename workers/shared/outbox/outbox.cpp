#include "workers/shared/outbox/outbox.h"

#include "workers/shared/outbox/event_publisher.h"
#include "workers/shared/outbox/job_publisher.h"
#include "workers/shared/runtime/log.h"

namespace lumos::outbox {

class Outbox::Impl {
public:
    Impl(bus::Connection& bus, sql::Pool& database, const std::string& source)
        : source_("/lumos/" + source),
          jobs_(bus),
          events_(bus, database) {}

    void wake() { events_.wake(); }
    void check(const CheckJob& job) {
        add(job.id, [&] { return check_message(job, source_, clock_.now()); });
    }
    void notify(const sql::NewDelivery& delivery) {
        add(delivery.id, [&] { return notify_message(delivery, source_, clock_.now()); });
    }

private:
    // A job that cannot be written is our mistake, and no reason to fail after a commit.
    template <typename Make>
    void add(const std::string& id, Make make) {
        try {
            jobs_.add(make());
        } catch (const std::exception& failure) {
            runtime::log_error("job_was_not_written", {{"id", id}, {"error", failure.what()}});
        }
    }

    const std::string source_;
    runtime::SystemClock clock_;
    JobPublisher jobs_;
    EventPublisher events_;
};

Outbox::Outbox(bus::Connection& bus, sql::Pool& database, std::string source)
    : impl_(std::make_unique<Impl>(bus, database, source)) {}
Outbox::~Outbox() = default;

void Outbox::wake() {
    impl_->wake();
}

void Outbox::check(CheckJob job) {
    impl_->check(job);
}

void Outbox::notify(const std::vector<sql::NewDelivery>& deliveries) {
    for (const auto& delivery : deliveries) {
        impl_->notify(delivery);
    }
}

}  // namespace lumos::outbox
