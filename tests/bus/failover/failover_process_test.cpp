// The real lumos-failover between a real NATS, a real PostgreSQL and the Cloudflare simulator.

#include "bus/connection.h"
#include "bus/streams.h"
#include "schemas/work_messages.h"
#include "sql/migrate.h"
#include "tests/cloudflare/simulator.h"
#include "tests/store/failover/switch_world.h"
#include "tests/support/child_process.h"
#include "tests/support/free_port.h"
#include "tests/support/nats_server.h"
#include "tests/support/temp_dir.h"
#include "tests/support/wait_until.h"
#include "workers/shared/outbox/job_message.h"
#include "workers/shared/runtime/secret_box.h"

#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <memory>
#include <string>
#include <vector>

namespace lumos::failover::testing {
namespace {

using namespace std::chrono_literals;
using support::wait_until;
using ::testing::AssertionFailure;
using ::testing::AssertionResult;
using ::testing::AssertionSuccess;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::chrono::milliseconds kLimit{30'000};
constexpr const char* kName = "www.example.com";
const std::string kToken = "0123456789abcdefghijklmnopqrstuvwxyzABCD";

simulator::Options cloudflare_options() {
    simulator::Options options;
    options.zones = {{.name = "example.com"}};
    simulator::Token token;
    token.text = kToken;
    token.may_edit = true;
    options.tokens = {token};
    return options;
}

// The write is made, and its answer waits until it is released.
simulator::Fault held_answer() {
    simulator::Fault fault;
    fault.method = "PATCH";
    fault.hold_after = true;
    return fault;
}

class FailoverProcess : public ::testing::Test {
protected:
    FailoverProcess() {
        support::write_file(folder_ / "keys", key_line_);
        chmod((folder_ / "keys").c_str(), 0600);
        put_token(kToken);
        world.run(fmt::format(
            "UPDATE zones SET provider_zone_id = '{}'",
            cloudflare.store().zone("example.com")->id));
        cloudflare.set_record(
            "example.com",
            {{"type", "A"}, {"name", kName}, {"content", "203.0.113.1"}, {"ttl", 300}});
        bus::ConnectionOptions options;
        options.urls = nats.url();
        options.name = "test";
        options.reconnect_wait_max = 250ms;
        bus_ = std::make_unique<bus::Connection>(options);
        EXPECT_TRUE(bus_->wait_connected(kLimit));
    }

    void put_token(const std::string& token) {
        const auto sealed = runtime::KeyRing::from_text(key_line_).seal(
            runtime::Secret(token), "providers/1/token");
        std::string hex;
        for (const char c : sealed.box) {
            hex += fmt::format("{:02x}", static_cast<unsigned char>(c));
        }
        world.run(fmt::format(
            "UPDATE providers SET token_key = '{}', token_box = '\\x{}' WHERE id = 1",
            sealed.key_id,
            hex));
    }

    std::unique_ptr<support::ChildProcess> start(std::vector<std::string> more = {}) {
        std::vector<std::string> environment{
            "LUMOS_NATS_URL=" + nats.url(),
            "LUMOS_DATABASE_URL=" + world.url(),
            "LUMOS_SECRET_KEY_FILE=" + (folder_ / "keys"),
            "CLOUDFLARE_BASE_URL=" + cloudflare.base_url(),
            "LUMOS_CYCLE_INTERVAL=24h",
            "LUMOS_LOG_LEVEL=debug"};
        std::ranges::move(more, std::back_inserter(environment));
        return std::make_unique<support::ChildProcess>(support::ChildOptions{
            .command = {LUMOS_BIN_DIR "/lumos-failover"},
            .environment = std::move(environment),
            .output_file = folder_ / "log"});
    }
    // Ready: its first sweep has been made.
    std::unique_ptr<support::ChildProcess> start_and_wait() {
        auto process = start();
        EXPECT_TRUE(says("cycle_swept")) << log();
        EXPECT_TRUE(says("bus_connected")) << log();
        return process;
    }
    std::string log() const { return support::read_file(folder_ / "log"); }
    bool says(const std::string& text, std::size_t times = 1) {
        return wait_until(
            [&] {
                const auto said = log();
                std::size_t found = 0;
                for (auto at = said.find(text); at != std::string::npos;
                     at = said.find(text, at + 1)) {
                    ++found;
                }
                return found >= times;
            },
            kLimit);
    }

    void fail() {
        world.goes_out(primary);
        world.answers(secondary);
    }
    AssertionResult is_moved(const std::string& address = "203.0.113.2") {
        const auto moved = [&] {
            world.keep_hearing();
            return cloudflare.content("example.com", kName) == address &&
                   world.domain_value(www, "host(published_ipv4)") == address;
        };
        return wait_until(moved, kLimit) ? AssertionSuccess()
                                         : AssertionFailure()
                                               << cloudflare.content("example.com", kName) << ", "
                                               << world.domain_value(
                                                      www,
                                                      "coalesce(decision_code, '-') || ' ' || "
                                                      "coalesce(last_error::text, '')")
                                               << "\n"
                                               << log();
    }
    std::int64_t unpublished() {
        return world.number("SELECT count(*) AS value FROM outbox WHERE published_at IS NULL");
    }

    support::TempDir folder_;
    std::string key_line_ = runtime::new_key_line("k1") + "\n";
    support::NatsServer nats;
    SwitchWorld world;
    simulator::Simulator cloudflare{cloudflare_options()};
    std::unique_ptr<bus::Connection> bus_;
    Id primary = world.server("fra-1");
    Id secondary = world.server("iad-1");
    Id www = world.domain(kName, {primary, secondary});
};

TEST_F(FailoverProcess, MovesARecordTellsItOnTheBusAndBringsItHome) {
    const auto process = start_and_wait();

    fail();
    ASSERT_TRUE(is_moved());
    world.gets_ready(primary);
    ASSERT_TRUE(is_moved("203.0.113.1"));

    EXPECT_EQ(
        world.event_types(), (std::vector<std::string>{"failover_triggered", "server_recovered"}));
    EXPECT_TRUE(wait_until([&] { return unpublished() == 0; }, kLimit));
    EXPECT_EQ(bus::stream_state(*bus_, bus::kEventStream).messages, 2U);
    EXPECT_EQ(process->stop(), 0) << log();
    EXPECT_THAT(log(), Not(HasSubstr(kToken)));
    EXPECT_THAT(log(), Not(HasSubstr(key_line_.substr(3, 20))));
}

// A sweep leaves requests younger than a second to their jobs: what is answered sooner was woken.
TEST_F(FailoverProcess, IsWokenByAJobOnTheBus) {
    const auto process = start_and_wait();
    bus::ensure_stream(*bus_, bus::kJobStream);
    const auto answered_within_a_second = [&] {
        const auto id = world
                            .run(fmt::format(
                                "INSERT INTO check_requests (zone_id, cause) VALUES ({}, "
                                "'operator') RETURNING id::text",
                                world.zone))
                            .only()
                            .text("id");
        const auto message = outbox::check_message(
            {.account = "acme",
             .name = "example.com",
             .trigger = "operator",
             .id = "request-" + id,
             .trigger_id = {}},
            "/lumos/test",
            world.clock.now());
        (void)bus_->publish_acknowledged(message.subject, message.body, message.id, 2s);
        return wait_until(
            [&] { return world.number("SELECT count(*) AS value FROM check_requests") == 0; },
            900ms);
    };

    bool woken = false;
    for (int attempt = 0; attempt < 10 && !woken; ++attempt) {
        woken = answered_within_a_second();
    }

    EXPECT_TRUE(woken) << log();
    EXPECT_TRUE(
        wait_until([&] { return bus::stream_state(*bus_, bus::kJobStream).messages == 0; }, kLimit))
        << "acknowledged on receipt";
}

TEST_F(FailoverProcess, SweepsACycleWhenItsTickComes) {
    const auto process = start_and_wait();
    // Wrong, and nobody has asked; the sweep of the cycle before was a moment ago.
    world.goes_out(primary);
    world.answers(secondary);
    world.run("DELETE FROM check_requests");
    world.run("UPDATE cycles SET id = id - 1");
    bus::ensure_stream(*bus_, bus::kCycleStream);

    const auto now = world.clock.now();
    const schemas::Envelope envelope{
        .id = schemas::tick_id(86'400, 1),
        .source = "/lumos/scheduler",
        .what = "cycle_tick",
        .subject = "1",
        .time = now,
        .account = {},
        .sequence = {},
        .correlationid = {}};
    (void)bus_->publish_acknowledged(
        "lumos.cycle.tick",
        schemas::write_cycle_tick(
            envelope, {.cycle = 1, .starts_at = now, .interval_seconds = 86'400}),
        envelope.id,
        2s);

    EXPECT_TRUE(is_moved());
}

TEST_F(FailoverProcess, EndsTheWriteInItsHandsWithinTenSecondsOfBeingAskedToStop) {
    const auto process = start_and_wait();
    cloudflare.faults().add(held_answer());
    fail();
    ASSERT_TRUE(cloudflare.faults().wait_held(1, kLimit)) << log();

    const auto asked = world.clock.steady();
    process->send(SIGTERM);
    cloudflare.faults().release();

    EXPECT_EQ(process->wait(kLimit), 0) << log();
    EXPECT_LT(world.clock.steady() - asked, 10s);
    EXPECT_EQ(world.published(www), "iad-1");
    EXPECT_EQ(world.text("SELECT state AS value FROM dns_changes"), "applied");
    EXPECT_EQ(world.event_types(), std::vector<std::string>{"failover_triggered"});
}

TEST_F(FailoverProcess, IsFollowedByAnotherThatRecordsWhatItHasWrittenWhenItIsKilled) {
    auto process = start_and_wait();
    cloudflare.faults().add(held_answer());
    fail();
    ASSERT_TRUE(cloudflare.faults().wait_held(1, kLimit)) << log();
    process->send(SIGKILL);
    EXPECT_EQ(process->wait(kLimit), 128 + SIGKILL);
    cloudflare.faults().release();

    process = start();

    EXPECT_TRUE(is_moved());
    ASSERT_EQ(world.event_types(), std::vector<std::string>{"failover_triggered"});
    EXPECT_THAT(world.events()[0].data, HasSubstr(R"("cause": "settled")"));
}

TEST_F(FailoverProcess, GoesOnWithoutTheBusAndTellsEverythingWhenItIsBack) {
    const auto process = start_and_wait();
    nats.kill();
    ASSERT_TRUE(says("bus_lost")) << log();

    fail();
    EXPECT_TRUE(is_moved()) << "found by the sweep";
    EXPECT_EQ(unpublished(), 1);
    nats.wipe_store();
    nats.start();

    EXPECT_TRUE(wait_until([&] { return unpublished() == 0; }, kLimit)) << log();
    ASSERT_TRUE(bus_->wait_connected(kLimit));
    EXPECT_EQ(bus::stream_state(*bus_, bus::kEventStream).messages, 1U);
    EXPECT_TRUE(process->is_running());
}

TEST_F(FailoverProcess, StartsWithoutTheBus) {
    nats.stop();
    const auto process = start();

    fail();

    EXPECT_TRUE(is_moved());
}

TEST_F(FailoverProcess, SaysWhichSecretsItCannotReadAndTakesNewOnesAtAHangup) {
    const auto other_ring = runtime::new_key_line("k2") + "\n";
    support::write_file(folder_ / "keys", other_ring);
    const auto process = start_and_wait();
    fail();
    ASSERT_TRUE(wait_until(
        [&] {
            world.keep_hearing();
            return world.domain_value(www, "hold_code") == "token_invalid";
        },
        kLimit))
        << log();
    EXPECT_THAT(world.text("SELECT last_error AS value FROM zone_work"), HasSubstr("k1"));

    support::write_file(folder_ / "keys", other_ring + key_line_);
    process->send(SIGHUP);
    ASSERT_TRUE(says("secrets_read_again")) << log();
    world.ring_alarms();

    EXPECT_TRUE(is_moved());
}

TEST_F(FailoverProcess, WaitsForTheSchemaAndGoesOnWhenItIsThere) {
    const auto empty = support::PostgresServer::shared().empty_database();
    const auto process = start({"LUMOS_DATABASE_URL=" + empty});

    ASSERT_TRUE(says("failover_started")) << log();
    EXPECT_THAT(log(), Not(HasSubstr("cycle_swept")));
    sql::Connection connection(empty, "test/migrate");
    sql::migrate(connection);

    EXPECT_TRUE(says("cycle_swept")) << log();
}

TEST_F(FailoverProcess, StopsAlsoWhileItWaitsForTheSchema) {
    const auto process =
        start({"LUMOS_DATABASE_URL=" + support::PostgresServer::shared().empty_database()});
    ASSERT_TRUE(says("failover_started")) << log();

    EXPECT_EQ(process->stop(), 0) << log();
}

class FailoverSettings : public ::testing::Test {
protected:
    // Its exit status.
    std::optional<int> check(std::vector<std::string> environment) {
        environment.push_back("LUMOS_SECRET_KEY_FILE=" + key_file_);
        process_ = std::make_unique<support::ChildProcess>(support::ChildOptions{
            .command = {LUMOS_BIN_DIR "/lumos-failover", "--check-config"},
            .environment = std::move(environment),
            .output_file = folder_ / "log"});
        return process_->wait(kLimit);
    }
    support::TempDir folder_;
    std::string key_file_ = folder_ / "keys";
    std::unique_ptr<support::ChildProcess> process_;
};

TEST_F(FailoverSettings, AreRefusedTogetherEachByItsName) {
    EXPECT_EQ(
        check(
            {"LUMOS_FAILOVER_ZONES_AT_ONCE=0",
             "LUMOS_CYCLE_INTERVAL=500ms",
             "LUMOS_HEALTH_TIMEOUT=soon",
             "LUMOS_DATABASE_URL=postgresql://lumos:hunter2@db/lumos"}),
        2);

    const auto said = process_->output();
    EXPECT_THAT(said, HasSubstr("LUMOS_FAILOVER_ZONES_AT_ONCE is 0: give 1 to 64"));
    EXPECT_THAT(said, HasSubstr("LUMOS_CYCLE_INTERVAL is shorter than a second: give 1s or more"));
    EXPECT_THAT(said, HasSubstr("LUMOS_HEALTH_TIMEOUT"));
    EXPECT_THAT(said, Not(HasSubstr("hunter2")));
}

TEST_F(FailoverSettings, NeedAKeyRing) {
    key_file_.clear();

    EXPECT_EQ(check({}), 2);

    EXPECT_THAT(process_->output(), HasSubstr("LUMOS_SECRET_KEY_FILE"));
}

TEST_F(FailoverSettings, KnowTheLimitOfZonesAtOnce) {
    EXPECT_EQ(check({"LUMOS_FAILOVER_ZONES_AT_ONCE=65"}), 2);
    EXPECT_THAT(process_->output(), HasSubstr("LUMOS_FAILOVER_ZONES_AT_ONCE is 65"));
    EXPECT_EQ(check({"LUMOS_FAILOVER_ZONES_AT_ONCE=64"}), 0) << process_->output();
}

}  // namespace
}  // namespace lumos::failover::testing
