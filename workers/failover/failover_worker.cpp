#include "workers/failover/failover_worker.h"

#include "schemas/envelope.h"
#include "sql/connection.h"
#include "sql/error.h"
#include "sql/request_store.h"
#include "workers/shared/runtime/backoff.h"
#include "workers/shared/runtime/clock.h"
#include "workers/shared/runtime/log.h"

#include <algorithm>

namespace lumos::failover {
namespace {

constexpr std::chrono::seconds kSweepEvery{1};
constexpr std::chrono::seconds kZoneBackoffFirst{2};
constexpr std::chrono::seconds kZoneBackoffMost{300};
// Later alarms are found by the sweep, whoever has them.
constexpr std::chrono::seconds kOwnAlarms{10};

}  // namespace

FailoverWorker::FailoverWorker(const Machinery& machinery, int zones_at_once)
    : machinery_(machinery),
      checked_("lumos_failover_checks_total", "Checks of zones", {{"outcome", "done"}}),
      failed_("lumos_failover_checks_total", "Checks of zones", {{"outcome", "failed"}}),
      check_seconds_(
          "lumos_failover_check_seconds",
          "How long a check of a zone took",
          {0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20}) {
    for (int thread = 0; thread < zones_at_once; ++thread) {
        threads_.emplace_back([this](const std::stop_token& stop) { work(stop); });
    }
}

FailoverWorker::~FailoverWorker() {
    for (auto& thread : threads_) {
        thread.request_stop();
    }
}

void FailoverWorker::work(const std::stop_token& stop) {
    while (const auto zone = machinery_.queue.pop(stop)) {
        check(*zone);
        machinery_.queue.done(*zone);
    }
}

void FailoverWorker::check(Id zone) {
    const auto began = machinery_.clock.steady();
    try {
        auto session = machinery_.database.lease();
        const auto result = machinery_.zone_switch.check(*session, zone);
        checked_.add();
        if (result.due_in && *result.due_in <= kOwnAlarms) {
            machinery_.queue.push_at(zone, machinery_.clock.steady() + *result.due_in);
        }
    } catch (const sql::Lost& error) {
        // The rows stand as they stood; the sweep says that the database is away.
        runtime::log_debug("zone_check_interrupted", {{"zone", zone}, {"error", error.what()}});
    } catch (const sql::InDoubt& error) {
        runtime::log_debug("zone_check_interrupted", {{"zone", zone}, {"error", error.what()}});
    } catch (const sql::Busy& error) {
        runtime::log_debug("zone_check_interrupted", {{"zone", zone}, {"error", error.what()}});
    } catch (const std::exception& error) {
        failed_.add();
        runtime::log_error("zone_check_failed", {{"zone", zone}, {"error", error.what()}});
        back_off(zone, error.what());
    }
    check_seconds_.observe(Seconds(machinery_.clock.steady() - began).count());
}

// In a transaction of its own: that of the check is gone, and with it what it wrote.
void FailoverWorker::back_off(Id zone, const std::string& error) {
    try {
        auto session = machinery_.database.lease();
        sql::back_off_zone(
            *session,
            zone,
            {kZoneBackoffFirst, kZoneBackoffMost, 0.75 + 0.25 * runtime::random_unit()},
            error);
    } catch (const std::exception& again) {
        runtime::log_warn("zone_back_off_failed", {{"zone", zone}, {"error", again.what()}});
    }
}

void FailoverWorker::sweep(const std::stop_token& stop, const std::function<void()>& each_second) {
    auto next_sweep = machinery_.clock.steady();
    while (!stop.stop_requested()) {
        const auto now = machinery_.clock.steady();
        const auto next_alarm = machinery_.queue.push_due(now);
        if (now >= next_sweep) {
            next_sweep = now + kSweepEvery;
            if (sweep_once()) {
                each_second();
            }
        }
        machinery_.queue.wait_for_alarm(
            stop, std::min(next_alarm.value_or(next_sweep), next_sweep));
    }
}

bool FailoverWorker::sweep_once() {
    try {
        auto session = machinery_.database.lease();
        machinery_.requests.run(*session);
        machinery_.cycles.run_if_overdue(*session);
        machinery_.hearing.run(*session);
        machinery_.health.set("database", true);
        return true;
    } catch (const std::exception& error) {
        machinery_.health.set("database", false, error.what());
        runtime::log_warn("sweep_failed", {{"error", error.what()}});
        return false;
    }
}

void FailoverWorker::on_job(std::string_view subject) {
    try {
        auto session = machinery_.database.lease();
        machinery_.requests.on_job(*session, subject);
    } catch (const std::exception& error) {
        runtime::log_debug("job_left_to_sweep", {{"subject", subject}, {"error", error.what()}});
    }
}

void FailoverWorker::on_tick(std::string_view body) {
    try {
        auto session = machinery_.database.lease();
        machinery_.cycles.on_tick(*session, body);
    } catch (const schemas::InvalidMessage& error) {
        runtime::log_warn("tick_refused", {{"error", error.what()}});
    } catch (const std::exception& error) {
        runtime::log_debug("tick_left_to_sweep", {{"error", error.what()}});
    }
}

}  // namespace lumos::failover
