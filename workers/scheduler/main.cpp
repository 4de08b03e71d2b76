// lumos-scheduler: one tick per maintenance cycle, whatever the number of its replicas.

#include "bus/connection.h"
#include "schemas/subjects.h"
#include "workers/scheduler/scheduler_config.h"
#include "workers/scheduler/scheduler_worker.h"
#include "workers/shared/http/server.h"
#include "workers/shared/runtime/clock.h"
#include "workers/shared/runtime/log.h"
#include "workers/shared/runtime/process.h"
#include "workers/shared/service/service.h"

#include <chrono>

namespace {

using namespace lumos;

constexpr std::chrono::seconds kDrainLimit{3};

bus::ConnectionOptions connection_options(const scheduler::SchedulerConfig& config) {
    bus::ConnectionOptions options;
    options.urls = config.nats_url;
    options.creds_file = config.nats_creds;
    options.ca_file = config.nats_ca;
    options.name = "lumos-scheduler";
    options.on_connected = [](const bus::ConnectionState& state) {
        runtime::log_info(
            "connected", {{"message", "connected to " + state.url}, {"url", state.url}});
    };
    options.on_disconnected = [](const bus::ConnectionState& state) {
        runtime::log_warn(
            "connection_lost",
            {{"message", "connection lost: " + state.last_error + "; retrying"}});
    };
    options.on_error = [](const std::string& what) {
        runtime::log_error("bus_error", {{"error", what}});
    };
    return options;
}

}  // namespace

int main(int argc, char** argv) {
    return runtime::run_process(
        {"lumos-scheduler", scheduler::scheduler_settings(), &scheduler::validate_scheduler},
        argc,
        argv,
        [](const runtime::Process& process) {
            const runtime::SystemClock clock;
            const auto config = scheduler::read_scheduler_config(process.values());
            const auto health = http::serve_health(config.metrics_listen, process.health());
            bus::Connection bus(connection_options(config));
            scheduler::SchedulerWorker worker(config, bus, process, clock);
            const service::Service told(
                bus,
                {.name = "lumos-scheduler",
                 .does = "Ticks once a cycle",
                 .endpoint = "tick",
                 .subject = std::string(schemas::subjects::kTick),
                 .done = {"lumos_scheduler_ticks_total"},
                 .failed = {"lumos_scheduler_failures_total"}});
            process.ready();
            worker.run(process.stop());
            bus.drain(kDrainLimit);
        });
}
