#include "workers/failover/request_sweep.h"

#include "schemas/subjects.h"
#include "sql/request_store.h"
#include "workers/failover/api_budget.h"

namespace lumos::failover {
namespace {

constexpr std::chrono::milliseconds kOld{1'000};
constexpr std::chrono::milliseconds kAnyAge{0};
constexpr std::int64_t kRequestsMax = 500;
constexpr std::int64_t kZonesMax = 1'000;

}  // namespace

void RequestSweep::run(sql::Connection& session) {
    for (const auto zone : sql::expand_server_requests(session, kOld, kRequestsMax)) {
        queue_.push(zone);
    }
    sql::add_missing_zone_work(session, kOld);
    for (const auto zone : sql::list_due_zones(
             session, kOld, kZonesMax, api_budget::kCallsOfASwitch, api_budget::kShape)) {
        queue_.push(zone);
    }
}

void RequestSweep::run_now(sql::Connection& session) {
    for (const auto zone : sql::list_due_zones(
             session, kAnyAge, kZonesMax, api_budget::kCallsOfASwitch, api_budget::kShape)) {
        queue_.push(zone);
    }
}

void RequestSweep::on_job(sql::Connection& session, std::string_view subject) {
    const auto job = schemas::subjects::parse_check(subject);
    if (!job) {
        return;
    }
    if (!job->is_zone) {
        for (const auto zone : sql::expand_server_requests(session, kAnyAge, kRequestsMax)) {
            queue_.push(zone);
        }
        return;
    }
    if (const auto zone = sql::find_zone(session, job->account, job->name)) {
        queue_.push(*zone);
    }
}

}  // namespace lumos::failover
