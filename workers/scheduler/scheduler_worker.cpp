#include "workers/scheduler/scheduler_worker.h"

#include "bus/error.h"
#include "bus/streams.h"
#include "schemas/subjects.h"
#include "schemas/work_messages.h"
#include "workers/shared/runtime/log.h"

#include <fmt/format.h>

#include <algorithm>

namespace lumos::scheduler {
namespace {

using std::chrono::milliseconds;

// For systemd's watchdog, and for a wall clock that is set while nobody looks.
constexpr milliseconds kTurnMax{1'000};
constexpr milliseconds kConnectLimit{2'000};
constexpr runtime::Backoff kBackoff{milliseconds(250), milliseconds(10'000)};

}  // namespace

SchedulerWorker::SchedulerWorker(
    SchedulerConfig config,
    bus::Connection& bus,
    const runtime::Process& process,
    const runtime::Clock& clock)
    : config_(std::move(config)),
      bus_(bus),
      process_(process),
      clock_(clock),
      published_(
          "lumos_scheduler_ticks_total",
          "Ticks that the stream has taken from this process or another."),
      failures_("lumos_scheduler_failures_total", "Ticks that could not be published at once."),
      last_tick_(
          "lumos_scheduler_last_tick_timestamp_seconds", "When the last published cycle began.") {
    process_.health().set("bus", false, "not connected yet");
}

void SchedulerWorker::run(const std::stop_token& stop) {
    // What is not connected yet need not be reported as a failure.
    (void)bus_.wait_connected(kConnectLimit);
    while (!stop.stop_requested()) {
        process_.alive();
        runtime::pause(stop, std::clamp(turn(), milliseconds(1), kTurnMax));
    }
}

milliseconds SchedulerWorker::turn() {
    const auto now = clock_.now();
    const auto tick = tick_at(now, config_.interval);
    const auto until_next = std::chrono::ceil<milliseconds>(tick.ends_at() - now);
    // Compared for being the same, not for being later: a clock that was set back ticks on.
    if (done_ == tick || !may_publish(tick, now)) {
        return until_next;
    }
    const auto steady = clock_.steady();
    if (try_again_at_ && steady < *try_again_at_) {
        return std::chrono::ceil<milliseconds>(*try_again_at_ - steady);
    }
    try {
        publish(tick);
        return until_next;
    } catch (const bus::StreamMissing& error) {
        return after_failure(error.what());
    } catch (const bus::BusUnavailable& error) {
        return after_failure(error.what());
    } catch (const bus::BusRefused& error) {
        return after_failure(error.what());
    }
}

void SchedulerWorker::publish(const Tick& tick) {
    if (failures_in_a_row_ > 0 || !done_) {
        (void)bus::ensure_stream(bus_, bus::kCycleStream);
    }
    const auto id = schemas::tick_id(tick.interval_seconds, tick.grid_second);
    const auto ack =
        bus_.publish_acknowledged(schemas::subjects::kTick, message_of(tick, clock_.now()), id);
    done_ = tick;
    failures_in_a_row_ = 0;
    try_again_at_.reset();
    published_.add();
    last_tick_.set(static_cast<double>(tick.grid_second));
    process_.health().set("bus", true);
    process_.status("last tick " + id);
    runtime::log(
        ack.duplicate ? runtime::LogLevel::Debug : runtime::LogLevel::Info,
        "tick_published",
        {{"message_id", id}, {"cycle", tick.cycle()}, {"duplicate", ack.duplicate}});
}

milliseconds SchedulerWorker::after_failure(const std::string& why) {
    failures_.add();
    const auto wait = kBackoff.wait(++failures_in_a_row_, runtime::random_unit());
    try_again_at_ = clock_.steady() + wait;
    process_.health().set("bus", false, why);
    // The first of a row, then fewer and fewer: the 2nd, 4th, 8th …
    if ((failures_in_a_row_ & (failures_in_a_row_ - 1)) == 0) {
        const auto line =
            fmt::format("tick not published: {}; retrying (attempt {})", why, failures_in_a_row_);
        runtime::log_warn(
            "tick_failed", {{"message", line}, {"attempt", failures_in_a_row_}, {"error", why}});
        process_.status(line);
    }
    return wait;
}

}  // namespace lumos::scheduler
