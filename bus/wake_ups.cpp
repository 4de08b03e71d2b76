#include "bus/connection_impl.h"
#include "bus/consumer.h"
#include "bus/dead_letters.h"
#include "bus/error.h"
#include "bus/pull.h"
#include "bus/reconnect.h"
#include "bus/streams_impl.h"

#include <condition_variable>
#include <mutex>
#include <thread>

namespace lumos::bus {

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// A wake-up is acknowledged before it is handled, so only workers that die between taking and
// acknowledging, and lost acknowledgements, deliver it again.
constexpr std::uint64_t kDeliveriesMax = 5;
constexpr milliseconds kLook{60'000};
constexpr milliseconds kRetryFirst{250};
constexpr milliseconds kRetryMost{5'000};

}  // namespace

class WakeUps::Impl {
public:
    Impl(
        Connection& connection,
        std::string stream,
        std::string durable,
        Handler handler,
        std::function<void(const std::string&)> on_trouble)
        : connection_(connection),
          stream_(std::move(stream)),
          durable_(std::move(durable)),
          handler_(std::move(handler)),
          on_trouble_(std::move(on_trouble)),
          thread_([this](const std::stop_token& stop) { run(stop); }) {}

    void stop(milliseconds at_most) {
        thread_.request_stop();
        std::unique_lock lock(mutex_);
        changed_.wait_until(lock, deadline_in(at_most), [this] { return ended_; });
    }

private:
    void run(const std::stop_token& stop) {
        std::int64_t failures = 0;
        while (!stop.stop_requested()) {
            const auto link = connection_.impl().wait_link(kLook, stop);
            if (!link) {
                continue;
            }
            const auto since = steady_clock::now();
            try {
                serve(link, stop);
            } catch (const StreamMissing& missing) {
                on_trouble_(missing.what());  // Made again by the next round.
            } catch (const std::runtime_error& failure) {
                on_trouble_(failure.what());
            }
            failures = steady_clock::now() - since > kRetryMost ? 1 : failures + 1;
            pause(reconnect_wait(kRetryFirst, kRetryMost, failures, random_share()), stop);
        }
        const std::lock_guard lock(mutex_);
        ended_ = true;
        changed_.notify_all();
    }

    void serve(const LinkPtr& link, const std::stop_token& stop) {
        ensure_stream(*link, stream_);
        PullOptions options;
        options.stream = stream_;
        options.consumer = durable_;
        Pull pull(link, options);
        while (!stop.stop_requested()) {
            if (auto delivery = pull.take(deadline_in(kLook), stop)) {
                deal_with(*link, *delivery);
            }
        }
        // Taken, but not begun: somebody else gets it at once instead of after the
        // acknowledgement's time.
        for (const auto& left : pull.end()) {
            link->publish(left.ack_subject, {}, "-NAK");
        }
    }

    void deal_with(Link& link, const Delivery& delivery) {
        const auto& message = delivery.message;
        if (message.deliveries > kDeliveriesMax) {
            bury(link, message, "delivered " + std::to_string(message.deliveries) + " times");
            link.publish(delivery.ack_subject, {}, "+TERM");
            return;
        }
        link.publish(delivery.ack_subject, {}, "+ACK");
        try {
            handler_(message);
        } catch (const std::exception& failure) {
            on_trouble_(message.subject + ": " + failure.what());
            bury(link, message, failure.what());
        }
    }

    void bury(Link& link, const StreamMessage& message, const std::string& why) {
        try {
            publish_dead_letter(link, {stream_, durable_, why}, message);
        } catch (const std::runtime_error& failure) {
            // What it should have woken stands in rows: the letter is for people only.
            on_trouble_("dead letter of " + message.subject + " was not kept: " + failure.what());
        }
    }

    void pause(milliseconds at_most, const std::stop_token& stop) {
        std::unique_lock lock(mutex_);
        changed_.wait_until(lock, stop, deadline_in(at_most), [] { return false; });
    }

    Connection& connection_;
    const std::string stream_;
    const std::string durable_;
    const Handler handler_;
    const std::function<void(const std::string&)> on_trouble_;
    std::mutex mutex_;
    std::condition_variable_any changed_;
    bool ended_ = false;
    std::jthread thread_;
};

WakeUps::WakeUps(
    Connection& connection,
    std::string stream,
    std::string durable,
    Handler handler,
    std::function<void(const std::string&)> on_trouble)
    : impl_(std::make_unique<Impl>(
          connection,
          std::move(stream),
          std::move(durable),
          std::move(handler),
          std::move(on_trouble))) {}
WakeUps::~WakeUps() = default;

void WakeUps::stop(milliseconds at_most) {
    impl_->stop(at_most);
}

}  // namespace lumos::bus
