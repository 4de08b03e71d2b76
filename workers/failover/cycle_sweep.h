#pragma once
// The cycle's safety net: once in each cycle, by whichever worker the tick reaches first, checks of
// all that is wrong are requested. A dead scheduler costs nothing but the tick: after one and a
// half cycles without a sweep a worker makes its own. Thread-safe: each call brings its own
// session.

#include "workers/failover/request_sweep.h"
#include "workers/shared/runtime/metrics.h"

#include <chrono>
#include <string_view>

namespace lumos::runtime {
class Clock;
}

namespace lumos::failover {

class CycleSweep {
public:
    CycleSweep(RequestSweep& requests, const runtime::Clock& clock, std::chrono::seconds interval);

    // A tick's body. Throws schemas::InvalidMessage.
    void on_tick(sql::Connection& session, std::string_view body);
    void run_if_overdue(sql::Connection& session);

private:
    void run(sql::Connection& session);

    RequestSweep& requests_;
    const runtime::Clock& clock_;
    std::chrono::seconds interval_;
    runtime::metrics::Gauge last_;
};

}  // namespace lumos::failover
