// lumos-notifier: email and webhook, retried and recorded.

#include "bus/connection.h"
#include "bus/consumer.h"
#include "bus/streams.h"
#include "sql/connection.h"
#include "workers/notifier/email_sender.h"
#include "workers/notifier/notifier_config.h"
#include "workers/notifier/notifier_worker.h"
#include "workers/notifier/webhook_sender.h"
#include "workers/shared/http/server.h"
#include "workers/shared/outbox/outbox.h"
#include "workers/shared/runtime/ids.h"
#include "workers/shared/runtime/log.h"
#include "workers/shared/runtime/process.h"
#include "workers/shared/service/service.h"

namespace {

using namespace lumos;

// Threads that record, the one that claims, the outbox.
constexpr std::size_t kDatabaseSessions = 8;

bus::ConnectionOptions bus_options(
    const notifier::NotifierConfig& config, runtime::Health& health) {
    bus::ConnectionOptions options;
    options.urls = config.nats_url;
    options.creds_file = config.nats_creds;
    options.ca_file = config.nats_ca;
    options.name = "lumos-notifier";
    options.on_connected = [&health](const bus::ConnectionState& state) {
        health.set("bus", true, state.url);
    };
    options.on_disconnected = [&health](const bus::ConnectionState& state) {
        health.set("bus", false, state.last_error);
        runtime::log_warn("bus_connection_lost", {{"error", state.last_error}});
    };
    options.on_error = [](const std::string& what) {
        runtime::log_warn("bus_refused", {{"error", what}});
    };
    return options;
}

notifier::EmailSender::SharedMailer make_mailer(const runtime::Secret& smtp_url) {
    if (smtp_url.empty()) {
        runtime::log_warn("mail_not_configured", {{"setting", "LUMOS_SMTP_URL"}});
        return nullptr;
    }
    return std::make_shared<mail::SmtpMailer>(smtp_url);  // allow: see EmailSender
}

struct Reloaded {
    notifier::EmailSender& email;
    notifier::WebhookSender& webhook;
    sql::Pool& database;
};

void read_secrets_again(const runtime::Values& values, const Reloaded& parts) {
    try {
        const auto config = notifier::read_notifier_config(values);
        parts.webhook.set_keys(runtime::KeyRing::from_file(config.secret_key_file));
        parts.email.set_mailer(make_mailer(config.smtp_url));
        parts.database.set_url(config.database_url.reveal());
        runtime::log_info("secrets_read_again");
    } catch (const std::runtime_error& problem) {
        runtime::log_error("secrets_not_read", {{"error", problem.what()}});
    }
}

void run(const runtime::Process& process) {
    const auto config = notifier::read_notifier_config(process.values());
    const runtime::SystemClock clock;
    process.health().set("bus", false, "not connected yet");
    process.health().set("database", false, "not looked at yet");
    sql::Pool database(
        config.database_url.reveal(), "notifier/" + runtime::random_hex(4), kDatabaseSessions);
    bus::Connection bus(bus_options(config, process.health()));
    outbox::Outbox outbox(bus, database, "notifier");
    http::CurlClient client;
    notifier::WebhookSender webhook(
        client,
        http::AddressGuard(config.webhook_allow),
        runtime::KeyRing::from_file(config.secret_key_file),
        clock);
    notifier::EmailSender email(make_mailer(config.smtp_url), config.mail_from, clock);
    sql::DeliveryStore store(database);
    notifier::WorkerOptions options;
    options.on_turn = [&process] { process.alive(); };
    options.on_events_recorded = [&outbox] { outbox.wake(); };
    notifier::NotifierWorker worker(store, {email, webhook}, clock, process.health(), options);
    bus::WakeUps jobs(
        bus,
        std::string(bus::kJobStream),
        std::string(bus::kNotifierJobs),
        [&worker](const bus::StreamMessage&) { worker.wake(); },
        [](const std::string& trouble) {
            runtime::log_warn("job_not_taken", {{"error", trouble}});
        });
    const auto reload = process.on_reload([&] {
        read_secrets_again(process.values(), {email, webhook, database});
    });
    const auto health = http::serve_health(config.metrics_listen, process.health());
    const service::Service told(
        bus,
        {.name = "lumos-notifier",
         .does = "Delivers mails and webhooks",
         .endpoint = "deliver",
         .subject = "lumos.job.*.*.*.notify",
         .done = {"lumos_deliveries_total", {{{"outcome", "sent"}}}},
         .failed = {"lumos_deliveries_total", {{{"outcome", "failed"}}, {{"outcome", "dead"}}}}});
    process.ready();
    worker.run(process.stop());
    jobs.stop(std::chrono::seconds(1));
    bus.drain(std::chrono::seconds(2));
}

}  // namespace

int main(int argc, char** argv) {
    return runtime::run_process(
        {.name = "lumos-notifier",
         .settings = notifier::notifier_settings(),
         .validate = notifier::validate_notifier},
        argc,
        argv,
        run);
}
