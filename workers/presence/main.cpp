// lumos-presence: who is down, and how do we know.

#include "bus/connection.h"
#include "bus/streams.h"
#include "sql/connection.h"
#include "workers/presence/heard.h"
#include "workers/presence/presence_config.h"
#include "workers/presence/presence_worker.h"
#include "workers/presence/stream_readers.h"
#include "workers/shared/http/server.h"
#include "workers/shared/outbox/outbox.h"
#include "workers/shared/runtime/clock.h"
#include "workers/shared/runtime/ids.h"
#include "workers/shared/runtime/log.h"
#include "workers/shared/runtime/process.h"
#include "workers/shared/service/service.h"

namespace {

using namespace lumos;

constexpr std::size_t kReplicaBytes = 6;
constexpr std::size_t kOutboxSessions = 2;

void run(const runtime::Process& process) {
    const runtime::SystemClock clock;
    const presence::PresenceConfig config = presence::read_presence_config(process.values());
    const auto health = http::serve_health(config.metrics_listen, process.health());
    const std::string replica = runtime::random_hex(kReplicaBytes);
    const std::string session_name = "lumos-presence/" + replica;
    bus::ConnectionOptions options;
    options.urls = config.nats_url;
    options.creds_file = config.nats_creds;
    options.ca_file = config.nats_ca;
    options.name = "lumos-presence";
    options.on_error = [](const std::string& what) {
        runtime::log_warn("bus_refused", {{"error", what}});
    };
    bus::Connection bus(std::move(options));
    const auto database_url = [&process] {
        return process.values().secret("database_url").reveal();
    };
    sql::Pool pool(database_url(), session_name, kOutboxSessions);
    outbox::Outbox outbox(bus, pool, "presence");
    presence::Heard heard;
    const presence::StreamReaders readers(bus, heard, replica);
    presence::PresenceWorker worker(
        {.bus = bus,
         .outbox = outbox,
         .heard = heard,
         .clock = clock,
         .health = process.health(),
         .connect = [&] { return sql::Connection(database_url(), session_name); }},
        config.limits,
        replica);
    const service::Service told(
        bus,
        {.name = "lumos-presence",
         .does = "Hears agents and NATS, and says who is down",
         .endpoint = "hear",
         .subject = "lumos.agent.*.*.heartbeat",
         .done = {"lumos_hearing_rounds_total", {{{"outcome", "written"}}, {{"outcome", "left"}}}},
         .failed = {"lumos_hearing_rounds_total", {{{"outcome", "failed"}}}},
         .seconds = "lumos_hearing_round_seconds"});
    runtime::log_info("presence_started", {{"replica", replica}});
    process.ready();
    worker.run(process.stop());
}

}  // namespace

int main(int argc, char** argv) {
    return lumos::runtime::run_process(
        {.name = "lumos-presence",
         .settings = lumos::presence::presence_settings(),
         .validate = lumos::presence::validate_presence},
        argc,
        argv,
        run);
}
