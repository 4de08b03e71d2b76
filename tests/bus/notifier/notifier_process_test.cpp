// The whole process: real NATS, real PostgreSQL, a mail server and a webhook receiver.

#include "bus/connection.h"
#include "bus/streams.h"
#include "tests/bus/notifier/sink.h"
#include "tests/store/notifier/delivery_world.h"
#include "tests/support/nats_server.h"
#include "workers/shared/outbox/outbox.h"
#include "workers/shared/runtime/secret_box.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

namespace lumos::notifier {
namespace {

using namespace std::chrono_literals;

constexpr const char* kSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

class NotifierProcess : public testing::Test {
protected:
    NotifierProcess() {
        support::write_file(folder_ / "keys", key_line_);
        chmod((folder_ / "keys").c_str(), 0600);
        support::write_file(folder_ / "smtp", "smtp://" + mails.address());
        hooks.set_secret(kSecret);
    }

    std::int64_t add_webhook(const std::string& slug, const std::string& url) {
        const auto id = world.channel(slug, "webhook");
        const auto sealed = runtime::KeyRing::from_text(key_line_).seal(
            runtime::Secret(kSecret), "channels/" + std::to_string(id) + "/secret");
        world.run(fmt::format("UPDATE channels SET target = '{}' WHERE id = {}", url, id));
        std::string hex;
        for (const char c : sealed.box) {
            hex += fmt::format("{:02x}", static_cast<unsigned char>(c));
        }
        world.run(fmt::format(
            "UPDATE channels SET secret_key = '{}', secret_box = '\\x{}' WHERE id = {}",
            sealed.key_id,
            hex,
            id));
        return id;
    }
    std::string hook_url(const std::string& path = "/hook") const {
        return "http://" + hooks.address() + path;
    }

    std::unique_ptr<support::ChildProcess> start(const std::string& allow = "127.0.0.0/8") {
        return std::make_unique<support::ChildProcess>(support::ChildOptions{
            .command = {std::string(LUMOS_BIN_DIR) + "/lumos-notifier"},
            .environment =
                {"LUMOS_NATS_URL=" + nats.url(),
                 "LUMOS_DATABASE_URL=" + world.url,
                 "LUMOS_SECRET_KEY_FILE=" + (folder_ / "keys"),
                 "LUMOS_SMTP_URL_FILE=" + (folder_ / "smtp"),
                 "LUMOS_MAIL_FROM=Lumos <alerts@lumos.example>",
                 "LUMOS_WEBHOOK_ALLOW=" + allow},
            .output_file = folder_ / "log"});
    }
    std::string log() const { return support::read_file(folder_ / "log"); }
    testing::AssertionResult comes(std::int64_t number, const std::string& where) {
        const auto there = [&] { return world.count(where) == number; };
        if (support::wait_until(there, 30s)) {
            return testing::AssertionSuccess();
        }
        return testing::AssertionFailure()
               << world.count(where) << " deliveries are " << where << "\n"
               << log();
    }

    support::TempDir folder_;
    std::string key_line_ = runtime::new_key_line("k1") + "\n";
    support::NatsServer nats;
    DeliveryWorld world;
    Sink mails{"mail_sink.py"};
    Sink hooks{"webhook_sink.py"};
};

TEST_F(NotifierProcess, AnAlertArrivesByMailAndSignedByWebhook) {
    add_webhook("hook", hook_url());
    world.channel("ops", "email");
    const auto notifier = start();
    const auto recorded = world.record("server_down", "fra-1");
    const auto event = recorded.deliveries.front().event_id;
    ASSERT_TRUE(comes(2, "state = 'sent' AND attempt = 1"));
    const auto requests = hooks.journal();
    ASSERT_EQ(requests.size(), 1U);
    EXPECT_EQ(requests[0].at("verdict").as_string(), "valid");
    EXPECT_EQ(requests[0].at("webhookId").as_string(), event);
    EXPECT_EQ(requests[0].at("type").as_string(), "gate.lumos.server_down.v1");
    const auto body = boost::json::parse(requests[0].at("body").as_string()).as_object();
    EXPECT_EQ(body.at("account").as_string(), "acme");
    EXPECT_EQ(body.at("source").as_string(), "/lumos/presence");
    EXPECT_EQ(body.at("subject").as_string(), "fra-1");
    EXPECT_EQ(body.at("sequence").as_string().size(), 20U);
    const auto received = mails.with("file");
    ASSERT_EQ(received.size(), 1U);
    EXPECT_EQ(received[0].at("subject").as_string(), "[lumos] DOWN fra-1");
    EXPECT_EQ(received[0].at("parts"), (boost::json::array{"text/plain", "text/html"}));
    EXPECT_EQ(received[0].at("messageId").as_string(), "<" + event + ".ops@lumos.example>");
    EXPECT_EQ(received[0].at("to"), (boost::json::array{"ops@acme.example"}));
}

TEST_F(NotifierProcess, TheMailsOfAnIncidentAreOneThread) {
    world.channel("ops", "email");
    const auto notifier = start();
    const auto incident = world.record("server_down", "fra-1").incident;
    world.record("failover_triggered", "www.example.com", incident);
    world.record("server_up", "fra-1", incident);
    ASSERT_TRUE(comes(3, "state = 'sent'"));
    const std::string root = "<" + incident + ".ops@lumos.example>";
    for (const auto& mail : mails.with("file")) {
        if (mail.at("messageId").as_string() == root) {
            EXPECT_TRUE(mail.at("references").as_array().empty());
        } else {
            EXPECT_EQ(mail.at("references"), (boost::json::array{boost::json::string(root)}));
        }
    }
}

TEST_F(NotifierProcess, KilledBetweenSendingAndRecordingItSendsAgainUnderTheSameId) {
    add_webhook("hook", hook_url());
    world.channel("ops", "email");
    mails.fault("slow");
    hooks.fault("slow 60");
    auto notifier = start();
    const auto event = world.record("server_down", "fra-1").deliveries.front().event_id;
    ASSERT_TRUE(mails.wait_for("file", 1)) << log();
    ASSERT_TRUE(hooks.wait_for("webhookId", 1)) << log();
    notifier->send(SIGKILL);
    EXPECT_EQ(notifier->wait(10s), 128 + SIGKILL);
    EXPECT_EQ(world.count("state = 'pending' AND claimed AND attempt = 1"), 2);
    mails.fault("");
    hooks.fault("");
    world.make_due();
    notifier = start();
    ASSERT_TRUE(comes(2, "state = 'sent' AND attempt = 2"));
    const auto received = mails.with("file");
    ASSERT_EQ(received.size(), 2U);
    EXPECT_EQ(received[0].at("messageId"), received[1].at("messageId"));
    const auto requests = hooks.with("webhookId");
    ASSERT_EQ(requests.size(), 2U);
    for (const auto& request : requests) {
        EXPECT_EQ(request.at("webhookId").as_string(), event);
        EXPECT_EQ(request.at("verdict").as_string(), "valid");
    }
}

TEST_F(NotifierProcess, PrivateAddressesAreReachedOnlyWhereTheOperatorAllowsIt) {
    add_webhook("hook", hook_url());
    add_webhook("metadata", "http://localhost:" + hooks.port() + "/latest/meta-data");
    const auto notifier = start("");
    world.record("server_down", "fra-1");
    ASSERT_TRUE(comes(2, "state = 'pending' AND last_error LIKE '%may not be connected to%'"));
    EXPECT_TRUE(hooks.journal().empty());
}

TEST_F(NotifierProcess, AReceiversFaultsMeanWhatTheStandardSays) {
    add_webhook("moved", hook_url("/fault/redirect/elsewhere"));
    add_webhook("busy", hook_url("/fault/429/300"));
    add_webhook("gone", hook_url("/fault/410"));
    add_webhook("broken", hook_url("/fault/500"));
    const auto notifier = start();
    world.record("server_down", "fra-1");
    ASSERT_TRUE(comes(4, "attempt = 1 AND NOT claimed AND last_error IS NOT NULL"));
    EXPECT_EQ(world.count("last_error LIKE '%302; redirects are not followed'"), 1);
    EXPECT_EQ(
        world.count("last_error LIKE '%429' AND next_at > clock_timestamp() + interval '280 s'"),
        1);
    EXPECT_EQ(
        world.count("last_error LIKE '%500' AND next_at < clock_timestamp() + interval '6 s'"), 1);
    EXPECT_EQ(world.count("state = 'dead' AND last_error LIKE '%410 (gone)'"), 1);
    EXPECT_EQ(
        world.run("SELECT slug FROM channels WHERE disabled_at IS NOT NULL").only().text("slug"),
        "gone");
    EXPECT_EQ(hooks.journal().size(), 4U);
    // The death of a delivery is told on the bus, by the notifier's own outbox.
    EXPECT_TRUE(support::wait_until(
        [&] {
            return world.number(
                       "SELECT count(*) AS number FROM outbox JOIN events ON id = event_id WHERE "
                       "type = 'delivery_dead' "
                       "AND published_at IS NOT NULL") == 1;
        },
        20s))
        << log();
}

TEST_F(NotifierProcess, AJobOnTheBusIsTakenAndWakesIt) {
    add_webhook("hook", hook_url());
    bus::ConnectionOptions options;
    options.urls = nats.url();
    options.name = "test";
    bus::Connection connection(options);
    ASSERT_TRUE(connection.wait_connected(10s));
    outbox::Outbox outbox(connection, world.pool, "presence");
    const auto notifier = start();
    outbox.notify(world.record("server_down", "fra-1").deliveries);
    ASSERT_TRUE(comes(1, "state = 'sent'"));
    EXPECT_TRUE(support::wait_until(
        [&] {
            const auto job = bus::stream_state(connection, bus::kJobStream);
            return job.last_sequence >= 1 && job.messages == 0;
        },
        20s));
}

TEST_F(NotifierProcess, WithoutTheBusItLooksByItself) {
    add_webhook("hook", hook_url());
    nats.stop();
    const auto notifier = start();
    world.record("server_down", "fra-1");
    EXPECT_TRUE(comes(1, "state = 'sent'"));
}

TEST_F(NotifierProcess, AHangupReadsTheMailServerAgain) {
    world.channel("ops", "email");
    support::write_file(folder_ / "smtp", "smtp://127.0.0.1:1");
    const auto notifier = start();
    world.record("server_down", "fra-1");
    ASSERT_TRUE(comes(1, "attempt = 1 AND NOT claimed AND last_error IS NOT NULL"));
    support::write_file(folder_ / "smtp", "smtp://" + mails.address());
    notifier->send(SIGHUP);
    ASSERT_TRUE(support::wait_until(
        [&] { return log().find("secrets_read_again") != std::string::npos; }, 10s))
        << log();
    world.make_due();
    EXPECT_TRUE(comes(1, "state = 'sent'"));
}

TEST_F(NotifierProcess, ItEndsByItselfWhenAskedAndLeavesNoSecretInItsLog) {
    add_webhook("hook", hook_url());
    auto notifier = start();
    world.record("server_down", "fra-1");
    ASSERT_TRUE(comes(1, "state = 'sent'"));
    EXPECT_EQ(notifier->stop(10s), 0) << log();
    EXPECT_EQ(log().find("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"), std::string::npos);
    EXPECT_EQ(log().find(key_line_.substr(3, 20)), std::string::npos);
}

TEST(NotifierSettings, MistakesAreReportedTogetherWithStatusTwo) {
    const support::TempDir folder;
    support::ChildProcess notifier(
        {.command = {std::string(LUMOS_BIN_DIR) + "/lumos-notifier", "--check-config"},
         .environment =
             {"LUMOS_SECRET_KEY_FILE=" + (folder / "keys"),
              "LUMOS_SMTP_URL=smtp://user:hunter2@relay.example?tls=none",
              "LUMOS_MAIL_FROM=nobody",
              "LUMOS_WEBHOOK_ALLOW=10.0.0.0/99"},
         .output_file = folder / "log"});
    EXPECT_EQ(notifier.wait(10s), 2);
    const auto said = notifier.output();
    for (const auto* setting : {"LUMOS_SMTP_URL", "LUMOS_MAIL_FROM", "LUMOS_WEBHOOK_ALLOW"}) {
        EXPECT_NE(said.find(setting), std::string::npos) << said;
    }
    EXPECT_EQ(said.find("hunter2"), std::string::npos);
}

}  // namespace
}  // namespace lumos::notifier
