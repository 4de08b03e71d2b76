#include "workers/failover/failover_process.h"

#include "bus/connection.h"
#include "bus/consumer.h"
#include "bus/streams.h"
#include "sql/connection.h"
#include "sql/migrate.h"
#include "workers/failover/failover_config.h"
#include "workers/failover/failover_worker.h"
#include "workers/shared/http/client.h"
#include "workers/shared/http/server.h"
#include "workers/shared/outbox/outbox.h"
#include "workers/shared/runtime/clock.h"
#include "workers/shared/runtime/errors.h"
#include "workers/shared/runtime/ids.h"
#include "workers/shared/runtime/log.h"
#include "workers/shared/service/service.h"

#include <unistd.h>

namespace lumos::failover {
namespace {

constexpr std::chrono::seconds kSchemaAgain{1};
constexpr std::chrono::seconds kStopWakeUps{2};
constexpr std::size_t kZonesQueuedMax = 10'000;
// Besides those that check zones: the sweep, jobs, ticks, backing off, and the outbox's.
constexpr std::size_t kOtherSessions = 6;

void refuse_to_be_init() {
    if (getpid() == 1) {
        throw runtime::UsageError(
            "lumos-failover is process 1 here, and the kernel does not let a timer kill that one: "
            "start the "
            "container with --init");
    }
}

bus::ConnectionOptions bus_options(const runtime::Process& process) {
    const auto& values = process.values();
    bus::ConnectionOptions options;
    options.urls = values.text("nats_url");
    options.creds_file = values.text("nats_creds");
    options.ca_file = values.text("nats_ca");
    options.name = "lumos-failover";
    auto& health = process.health();
    options.on_connected = [&health](const bus::ConnectionState& state) {
        health.set("bus", true, state.url);
        runtime::log_info("bus_connected", {{"url", state.url}});
    };
    options.on_disconnected = [&health](const bus::ConnectionState& state) {
        health.set("bus", false, state.last_error);
        runtime::log_warn("bus_lost", {{"error", state.last_error}});
    };
    options.on_error = [](const std::string& what) {
        runtime::log_warn("bus_error", {{"error", what}});
    };
    return options;
}

// False when asked to stop before the schema was there.
bool wait_for_schema(const runtime::Process& process, sql::Pool& database) {
    const int mine = sql::schema_version();
    while (!process.stop().stop_requested()) {
        try {
            const int theirs = sql::database_version(*database.lease());
            if (theirs > mine + 1) {
                throw runtime::Permanent(
                    "the database is at " + std::to_string(theirs) + ", this program knows " +
                    std::to_string(mine) + ": install the newer release");
            }
            if (theirs >= mine) {
                return true;
            }
            process.health().set(
                "database",
                false,
                "database is at " + std::to_string(theirs) + ", this program needs " +
                    std::to_string(mine) + ": run lumosctl migrate");
        } catch (const runtime::Permanent&) {
            throw;
        } catch (const std::exception& error) {
            process.health().set("database", false, error.what());
            runtime::log_warn("database_not_reached", {{"error", error.what()}});
        }
        runtime::pause(process.stop(), kSchemaAgain);
    }
    return false;
}

void read_secrets_again(
    const runtime::Process& process, SealedProviders& providers, sql::Pool& database) {
    try {
        providers.reload();
        database.set_url(process.values().secret("database_url").reveal());
        runtime::log_info("secrets_read_again");
    } catch (const std::exception& error) {
        runtime::log_error("secrets_not_read", {{"error", error.what()}});
    }
}

}  // namespace

runtime::ProcessInfo failover_process_info() {
    return {
        .name = "lumos-failover", .settings = failover_settings(), .validate = &validate_failover};
}

void run_failover(const runtime::Process& process, StepObserver& observer) {
    refuse_to_be_init();
    const auto config = read_failover_config(process.values());
    const auto sessions = static_cast<std::size_t>(config.zones_at_once) + kOtherSessions;
    const runtime::SystemClock clock;
    auto& health = process.health();
    health.set("bus", false, "not connected yet");
    health.set("database", false, "not connected yet");
    const auto health_server = http::serve_health(process.values().text("metrics_listen"), health);
    http::CurlClient client;
    SealedProviders providers(config.secret_key_file, config.cloudflare_base_url, client);
    sql::Pool database(
        process.values().secret("database_url").reveal(),
        "failover/" + runtime::random_hex(4),
        sessions);
    const auto reload =
        process.on_reload([&] { read_secrets_again(process, providers, database); });
    runtime::log_info(
        "failover_started",
        {{"zones_at_once", config.zones_at_once}, {"database_sessions_max", sessions}});
    if (!wait_for_schema(process, database)) {
        return;
    }
    bus::Connection bus(bus_options(process));
    outbox::Outbox outbox(bus, database, "failover");
    BusAfterCommit after(bus, outbox, clock);
    const Tools tools{providers, after, clock, observer};
    ZoneSwitch zone_switch(tools);
    ZoneQueue queue(kZonesQueuedMax);
    RequestSweep requests(queue);
    CycleSweep cycles(requests, clock, config.cycle_interval);
    HearingAlarm hearing(after, clock, config.health_timeout);
    FailoverWorker worker(
        {database, zone_switch, queue, requests, cycles, hearing, clock, health},
        config.zones_at_once);
    const auto trouble = [](const std::string& what) {
        runtime::log_warn("wake_ups_interrupted", {{"error", what}});
    };
    bus::WakeUps checks(
        bus,
        std::string(bus::kJobStream),
        std::string(bus::kFailoverChecks),
        [&](const bus::StreamMessage& job) { worker.on_job(job.subject); },
        trouble);
    bus::WakeUps ticks(
        bus,
        std::string(bus::kCycleStream),
        std::string(bus::kFailoverTicks),
        [&](const bus::StreamMessage& tick) { worker.on_tick(tick.body); },
        trouble);
    const service::Service told(
        bus,
        {.name = "lumos-failover",
         .does = "Decides where domains are published, and moves their records",
         .endpoint = "check",
         .subject = "lumos.job.*.*.*.check",
         .done = {"lumos_failover_checks_total", {{{"outcome", "done"}}}},
         .failed = {"lumos_failover_checks_total", {{{"outcome", "failed"}}}},
         .seconds = "lumos_failover_check_seconds"});
    process.ready();
    worker.sweep(process.stop(), [&] { process.alive(); });
    checks.stop(kStopWakeUps);
    ticks.stop(kStopWakeUps);
}

}  // namespace lumos::failover
