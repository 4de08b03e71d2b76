// lumos-console: the HTTP API. Wires the real parts.

#include "bus/connection.h"
#include "bus/error.h"
#include "sql/connection.h"
#include "workers/console/api.h"
#include "workers/console/console_config.h"
#include "workers/console/parts.h"
#include "workers/console/revoker.h"
#include "workers/console/state_metrics.h"
#include "workers/console/subscriber_keeper.h"
#include "workers/shared/http/server.h"
#include "workers/shared/outbox/outbox.h"
#include "workers/shared/runtime/ids.h"
#include "workers/shared/runtime/log.h"
#include "workers/shared/runtime/process.h"
#include "workers/shared/service/service.h"

namespace lumos::console {
namespace {

constexpr std::size_t kThreads = 24;
// Adding a domain holds a session while another is asked for.
constexpr std::size_t kSessions = kThreads + 4;
constexpr std::size_t kBodyBytesMax = 64UL * 1024;
constexpr std::chrono::seconds kLook{2};
constexpr std::chrono::milliseconds kAsk{500};

bus::ConnectionOptions bus_options(const ConsoleConfig& config, runtime::Health& health) {
    bus::ConnectionOptions options;
    options.urls = config.nats_url;
    options.creds_file = config.nats_creds;
    options.ca_file = config.nats_ca;
    options.name = "lumos-console";
    options.on_connected = [&health](const bus::ConnectionState& state) {
        health.set("bus", true, state.url);
    };
    options.on_disconnected = [&health](const bus::ConnectionState& state) {
        health.set("bus", false, state.last_error);
        runtime::log_warn("bus_lost", {{"error", state.last_error}});
    };
    options.on_error = [](const std::string& what) {
        runtime::log_warn("bus_refused", {{"error", what}});
    };
    return options;
}

bus::ConnectionOptions revoker_bus_options(const ConsoleConfig& config) {
    bus::ConnectionOptions options;
    options.urls = config.nats_url;
    options.ca_file = config.nats_ca;
    options.on_error = [](const std::string& what) {
        runtime::log_warn("bus_refused", {{"error", what}});
    };
    return options;
}

// The API answers without a database, too; whoever starts it wants to know why it does nothing.
void look_at_database(sql::Pool& database, StateMetrics& metrics, runtime::Health& health) {
    try {
        const auto lease = database.lease();
        sql::console::Work work(*lease);
        (void)sql::console::plans(work);
        metrics.look_when_due();
        health.set("database", true);
    } catch (const std::exception& failed) {
        health.set("database", false, failed.what());
    }
}

// What cannot be read now leaves the old secrets in place.
void read_secrets_again(
    const ConsoleConfig& config, const runtime::Process& process, Keys& keys, sql::Pool& database) {
    try {
        auto ring = runtime::KeyRing::from_file(config.secret_key_file);
        *keys.lock() = std::move(ring);
        database.set_url(process.values().secret("database_url").reveal());
        runtime::log_info("secrets_read_again");
    } catch (const std::exception& failed) {
        runtime::log_error("secrets_not_read_again", {{"error", failed.what()}});
    }
}

void run(const runtime::Process& process) {
    const auto config = read_console_config(process.values());
    Keys keys(runtime::KeyRing::from_file(config.secret_key_file));
    std::optional<bus::SigningKey> signing_key;
    if (config.signing_key_file) {
        signing_key = bus::read_signing_key(*config.signing_key_file);
        if (signing_key->mints != bus::Mints::Agents) {
            throw bus::BusRefused(
                "LUMOS_BUS_SIGNING_KEY_FILE is the key of processes; set it to signing.key of "
                "lumosctl bus init");
        }
    }
    const http::AddressGuard guard(config.webhook_allow);
    const runtime::SystemClock clock;
    sql::Pool database(
        process.values().secret("database_url").reveal(),
        "lumos-console/" + runtime::random_hex(4),
        kSessions);
    bus::Connection bus(bus_options(config, process.health()));
    outbox::Outbox outbox(bus, database, "console");
    http::CurlClient client;
    SubscriberKeeper subscribers(
        {.bus = bus, .database = database, .clock = clock, .health = process.health()});
    std::optional<Revoker> revoker;
    if (config.revoker_key_file) {
        revoker.emplace(
            Revoker::Parts{.database = database, .clock = clock, .health = process.health()},
            bus::read_revoker_key(*config.revoker_key_file),
            revoker_bus_options(config));
    }

    Parts parts{
        .database = database,
        .outbox = outbox,
        .clock = clock,
        .client = client,
        .guard = guard,
        .keys = keys,
        .make_provider =
            [&](std::string_view kind, runtime::Secret token) {
                return dns::make_provider(
                    kind, config.cloudflare_base_url, std::move(token), client);
            },
        .signing_key = signing_key,
        .revoker = revoker ? &*revoker : nullptr,
        .subscribers = &subscribers,
        .nats_url = config.nats_url.substr(0, config.nats_url.find(',')),
        .cycle = config.cycle,
        .grace = config.grace,
        .bus_connected = [&bus] { return bus.state().connected; },
        .ask_processes =
            [&bus] {
                try {
                    return bus.gather("$SRV.STATS", kAsk);
                } catch (const std::exception& away) {
                    runtime::log_warn("processes_not_asked", {{"error", away.what()}});
                    return std::vector<std::string>();
                }
            },
        .stop = process.stop()};
    const auto reload =
        process.on_reload([&] { read_secrets_again(config, process, keys, database); });

    http::Server server(
        {.listen = config.http_listen, .threads = kThreads, .body_bytes_max = kBodyBytesMax});
    Api api(server, parts);
    add_routes(api);
    server.start();
    const auto health_server =
        http::serve_health(process.values().text("metrics_listen"), process.health());
    runtime::log_info("console_started", {{"port", server.port()}});
    const service::Service told(
        bus,
        {.name = "lumos-console",
         .does = "The HTTP API",
         .endpoint = "request",
         .subject = "/api/v1",
         .done =
             {"lumos_console_requests_total",
              {{{"status", "2xx"}}, {{"status", "3xx"}}, {{"status", "4xx"}}}},
         .failed = {"lumos_console_requests_total", {{{"status", "5xx"}}}},
         .seconds = "lumos_console_request_seconds"});
    StateMetrics metrics(database, clock);
    process.ready();
    do {
        look_at_database(database, metrics, process.health());
        process.alive();
    } while (runtime::pause(process.stop(), kLook));
    server.stop();
    runtime::log_info("console_stopped");
}

}  // namespace
}  // namespace lumos::console

int main(int argc, char** argv) {
    return lumos::runtime::run_process(
        {"lumos-console", lumos::console::console_settings()}, argc, argv, lumos::console::run);
}
