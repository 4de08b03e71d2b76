#include "workers/failover/cycle_sweep.h"

#include "schemas/work_messages.h"
#include "sql/request_store.h"
#include "workers/shared/runtime/clock.h"
#include "workers/shared/runtime/log.h"

namespace lumos::failover {

CycleSweep::CycleSweep(
    RequestSweep& requests, const runtime::Clock& clock, std::chrono::seconds interval)
    : requests_(requests),
      clock_(clock),
      interval_(interval),
      last_(
          "lumos_last_full_cycle_timestamp_seconds",
          "When this worker ended a cycle's sweep last") {}

void CycleSweep::on_tick(sql::Connection& session, std::string_view body) {
    const auto tick = schemas::read_cycle_tick(body);
    if (clock_.now() - tick.starts_at > std::chrono::seconds(tick.interval_seconds)) {
        return;  // Of a backlog: the newest one is enough.
    }
    run(session);
}

void CycleSweep::run_if_overdue(sql::Connection& session) {
    const auto age = sql::last_sweep_age(session);
    if (!age || *age > 1.5 * Seconds(interval_)) {
        run(session);
    }
}

void CycleSweep::run(sql::Connection& session) {
    const auto zones = sql::sweep_cycle(session, interval_);
    if (!zones) {
        return;
    }
    last_.set(Seconds(clock_.now().time_since_epoch()).count());
    runtime::log_info("cycle_swept", {{"outcome", "done"}, {"zones", *zones}});
    if (*zones > 0) {
        requests_.run_now(session);
    }
}

}  // namespace lumos::failover
