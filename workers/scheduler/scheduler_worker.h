#pragma once
// Publishes each cycle's tick into the CYCLE stream. While the bus is away it tries again, always
// with the present cycle: one that is over is of no use to anybody.

#include "bus/connection.h"
#include "workers/scheduler/scheduler_config.h"
#include "workers/scheduler/tick_rule.h"
#include "workers/shared/runtime/backoff.h"
#include "workers/shared/runtime/clock.h"
#include "workers/shared/runtime/metrics.h"
#include "workers/shared/runtime/process.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>

namespace lumos::scheduler {

class SchedulerWorker {
public:
    // All references outlive the worker.
    SchedulerWorker(
        SchedulerConfig config,
        bus::Connection& bus,
        const runtime::Process& process,
        const runtime::Clock& clock);

    void run(const std::stop_token& stop);

private:
    // How long until the next turn.
    [[nodiscard]] std::chrono::milliseconds turn();
    void publish(const Tick& tick);
    [[nodiscard]] std::chrono::milliseconds after_failure(const std::string& why);

    const SchedulerConfig config_;
    bus::Connection& bus_;
    const runtime::Process& process_;
    const runtime::Clock& clock_;
    runtime::metrics::Counter published_;
    runtime::metrics::Counter failures_;
    runtime::metrics::Gauge last_tick_;
    std::optional<Tick> done_;
    std::int64_t failures_in_a_row_ = 0;
    std::optional<runtime::SteadyTime> try_again_at_;
};

}  // namespace lumos::scheduler
