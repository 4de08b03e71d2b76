#pragma once
// Checks the zones of the queue, several at once, each thread with a session of its own; and sweeps
// every second for what no job came for. What goes wrong with one zone stays with that zone.

#include "workers/failover/cycle_sweep.h"
#include "workers/failover/hearing_alarm.h"
#include "workers/failover/request_sweep.h"
#include "workers/failover/zone_switch.h"
#include "workers/shared/runtime/health.h"

#include <functional>
#include <stop_token>
#include <string_view>
#include <thread>
#include <vector>

namespace lumos::sql {
class Pool;
}

namespace lumos::failover {

// What the worker drives; all outlive it.
struct Machinery {
    sql::Pool& database;
    ZoneSwitch& zone_switch;
    ZoneQueue& queue;
    RequestSweep& requests;
    CycleSweep& cycles;
    HearingAlarm& hearing;
    const runtime::Clock& clock;
    runtime::Health& health;
};

class FailoverWorker {
public:
    // Its threads begin at once; the destructor lets each end the zone in its hands.
    FailoverWorker(const Machinery& machinery, int zones_at_once);
    ~FailoverWorker();
    FailoverWorker(const FailoverWorker&) = delete;
    FailoverWorker& operator=(const FailoverWorker&) = delete;

    // Sweeps until asked to stop; `each_second` is called after each sweep that went well.
    void sweep(const std::stop_token& stop, const std::function<void()>& each_second);

    // Wake-ups. Nothing is thrown: what a lost one was about is found by the sweep.
    void on_job(std::string_view subject);
    void on_tick(std::string_view body);

private:
    void work(const std::stop_token& stop);
    void check(Id zone);
    void back_off(Id zone, const std::string& error);
    [[nodiscard]] bool sweep_once();

    Machinery machinery_;
    runtime::metrics::Counter checked_;
    runtime::metrics::Counter failed_;
    runtime::metrics::Histogram check_seconds_;
    std::vector<std::jthread> threads_;
};

}  // namespace lumos::failover
