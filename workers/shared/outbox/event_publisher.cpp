#include "workers/shared/outbox/event_publisher.h"

#include "bus/connection.h"
#include "bus/error.h"
#include "schemas/envelope.h"
#include "workers/shared/outbox/event_body.h"
#include "workers/shared/runtime/log.h"

#include <stdexcept>
#include <utility>

namespace lumos::outbox {

namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr milliseconds kSweep{1'000};
// Younger rows are in the hands of whoever recorded them.
constexpr milliseconds kLeftBehind{2'000};
// How soon an idle process notices that the stream was wiped.
constexpr seconds kLook{10};
constexpr seconds kTidy{60};
constexpr hours kKept{24};
constexpr std::size_t kTidyRows = 5'000;
// Rounds hold a transaction open while they publish.
constexpr milliseconds kPublishLimit{2'000};
constexpr seconds kRoundBudget{5};
// Another process is at it, and may stop before it came to what we recorded.
constexpr milliseconds kNotMyTurn{50};
constexpr runtime::Backoff kBackoff{milliseconds{250}, milliseconds{2'000}};

}  // namespace

EventPublisher::EventPublisher(bus::Connection& bus, sql::Pool& database)
    : bus_(bus),
      store_(database),
      published_("lumos_events_published_total", "Events that the EVENT stream has taken."),
      looked_at_(clock_.steady()),
      tidied_at_(looked_at_),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

EventPublisher::~EventPublisher() = default;

void EventPublisher::wake() {
    {
        const std::lock_guard lock(mutex_);
        woken_ = true;
    }
    changed_.notify_one();
}

void EventPublisher::run(const std::stop_token& stop) {
    std::int64_t failures = 0;
    milliseconds pause{0};
    while (!stop.stop_requested()) {
        if (failures > 0 && !runtime::pause(stop, pause)) {
            return;
        }
        const bool woken = failures > 0 || wait(stop, kSweep);
        try {
            if (!stop.stop_requested() && something_to_do(woken)) {
                publish_all(stop);
            }
            tidy();
            if (std::exchange(failures, 0) > 0) {
                runtime::log_info("events_were_published_again");
            }
        } catch (const std::runtime_error& failure) {
            ++failures;
            pause = kBackoff.wait(failures, runtime::random_unit());
            if (failures == 1) {
                runtime::log_warn("events_were_not_published", {{"error", failure.what()}});
            }
        }
    }
}

bool EventPublisher::wait(const std::stop_token& stop, milliseconds at_most) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, stop, at_most, [this] { return woken_; });
    return std::exchange(woken_, false);
}

bool EventPublisher::something_to_do(bool woken) {
    if (woken || clock_.steady() - looked_at_ >= kLook) {
        return true;
    }
    // Another connection may mean another store.
    const auto state = bus_.state();
    if (state.connected && state.nats_server != looked_at_server_) {
        return true;
    }
    return store_.has_left_behind(kLeftBehind);
}

void EventPublisher::publish_all(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
        const auto next = publish_some();
        if (next == Next::Nothing) {
            return;
        }
        if (next == Next::Later && !runtime::pause(stop, kNotMyTurn)) {
            return;
        }
    }
}

EventPublisher::Next EventPublisher::publish_some() {
    const auto stream = bus::ensure_stream(bus_, bus::kEventStream);
    looked_at_ = clock_.steady();
    looked_at_server_ = bus_.state().nats_server;
    problem_.reset();
    const auto round = store_.round(
        {stream.name, stream.created_at}, {}, [this](const std::vector<sql::StoredEvent>& events) {
            return publish_batch(events);
        });
    published_.add(static_cast<double>(round.published));
    if (problem_) {
        throw std::runtime_error(*problem_);
    }
    if (!round.mine) {
        // Whose turn it is goes on until nothing is left; only what it leaves concerns us.
        return store_.has_left_behind(milliseconds{0}) ? Next::Later : Next::Nothing;
    }
    if (round.stream_anew) {
        runtime::log_warn("event_stream_was_made_anew", {{"stream", stream.name}});
        return Next::AtOnce;
    }
    return round.taken > 0 ? Next::AtOnce : Next::Nothing;
}

std::vector<std::string> EventPublisher::publish_batch(
    const std::vector<sql::StoredEvent>& events) {
    const auto until = clock_.steady() + kRoundBudget;
    std::vector<std::string> done;
    for (const auto& event : events) {
        if (clock_.steady() >= until || !publish_one(event)) {
            break;
        }
        done.push_back(event.id);
    }
    return done;
}

// False: this one and all behind it wait, or the order would be lost.
bool EventPublisher::publish_one(const sql::StoredEvent& event) {
    try {
        (void)bus_.publish_acknowledged(
            event_subject(event), event_body(event), event.id, kPublishLimit);
    } catch (const bus::StreamMissing& missing) {
        problem_ = missing.what();
        return false;
    } catch (const bus::BusUnavailable& away) {
        problem_ = away.what();
        return false;
    } catch (const bus::BusRefused& refused) {
        problem_ = refused.what();
        return false;
    } catch (const schemas::InvalidMessage& invalid) {
        // It can never be published, and must not keep all others from it. The API shows it.
        runtime::log_error(
            "event_was_not_published", {{"event", event.id}, {"error", invalid.what()}});
    } catch (const std::length_error& too_large) {
        runtime::log_error(
            "event_was_not_published", {{"event", event.id}, {"error", too_large.what()}});
    }
    return true;
}

void EventPublisher::tidy() {
    if (clock_.steady() - tidied_at_ < kTidy) {
        return;
    }
    tidied_at_ = clock_.steady();
    // The rest is deleted the next time: a backlog must not keep events waiting.
    (void)store_.delete_old(kKept, kTidyRows);
}

}  // namespace lumos::outbox
