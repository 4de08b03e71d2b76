// The real lumos-presence against a real NATS and a real PostgreSQL: what happens to it, and what
// happens around it.

#include "bus/connection.h"
#include "schemas/subjects.h"
#include "sql/connection.h"
#include "sql/transaction.h"
#include "tests/bus/bus/bus_fixture.h"
#include "tests/bus/presence/messages.h"
#include "tests/support/child_process.h"
#include "tests/support/nats_server.h"
#include "tests/support/postgres_server.h"
#include "tests/support/temp_dir.h"
#include "tests/support/wait_until.h"
#include "workers/shared/runtime/clock.h"

#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <thread>
#include <vector>

namespace lumos::presence {
namespace {

using namespace std::chrono_literals;
using support::wait_until;
using ::testing::HasSubstr;

constexpr auto kSoon = 40s;

// An agent in one thread: a heartbeat a second for as long as it lives, whatever happens to NATS.
class Speaker {
public:
    Speaker(const support::NatsServer& nats, std::string server)
        : bus_(bus::options_for(nats)),
          server_(std::move(server)),
          thread_([this](const std::stop_token& stop) {
              while (runtime::pause(stop, 500ms)) {
                  say(schemas::AgentStatus::Online);
              }
          }) {
        EXPECT_TRUE(bus_.wait_connected(10s));
        say(schemas::AgentStatus::Online);
    }
    void say(schemas::AgentStatus status) {
        try {
            const auto state = bus_.state();
            bus_.publish(
                schemas::subjects::heartbeat("acme", server_),
                body_of(
                    {.server = server_,
                     .nats_server = state.nats_server,
                     .client = state.client_id,
                     .interval_seconds = 1,
                     .status = status}));
        } catch (const std::runtime_error&) {
            // NATS is away; the next heartbeat comes.
        }
    }

private:
    bus::Connection bus_;
    std::string server_;
    std::jthread thread_;
};

class PresenceProcess : public ::testing::Test {
protected:
    explicit PresenceProcess(support::PostgresServer& postgres = support::PostgresServer::shared())
        : database_(postgres.fresh_database()) {
        for (const char* slug : {"fra-1", "iad-1"}) {
            run(fmt::format(
                "INSERT INTO accounts (slug, name, plan) VALUES ('acme', 'Acme', 'pro') "
                "ON CONFLICT DO NOTHING; "
                "WITH made AS (INSERT INTO servers (account_id, slug, name, ipv4) "
                "VALUES (1, '{}', 'S', '203.0.113.7') RETURNING id) "
                "INSERT INTO server_presence (server_id) SELECT id FROM made",
                slug));
        }
    }

    void start(const std::map<std::string, std::string>& more = {}) {
        std::map<std::string, std::string> settings{
            {"LUMOS_NATS_URL", nats_.url()},
            {"LUMOS_DATABASE_URL", database_},
            {"LUMOS_HEARTBEAT_INTERVAL", "1s"},
            {"LUMOS_HEALTH_TIMEOUT", "6s"},
            {"LUMOS_DISCONNECT_GRACE", "2s"},
            {"LUMOS_READY_HOLD", "3s"}};
        for (const auto& [name, setting] : more) {
            settings[name] = setting;
        }
        support::ChildOptions options{
            .command = {LUMOS_BIN_DIR "/lumos-presence"},
            .output_file = folder_ / fmt::format("presence-{}.log", replicas_.size())};
        for (const auto& [name, setting] : settings) {
            options.environment.push_back(name + "=" + setting);
        }
        replicas_.push_back(std::make_unique<support::ChildProcess>(options));
    }

    sql::Rows run(const std::string& text) {
        sql::Connection session(database_, "test/1");
        sql::Transaction transaction(session);
        auto rows = transaction.run_text(text);
        transaction.commit();
        return rows;
    }
    std::string value(const std::string& text) {
        try {
            return run("SELECT (" + text + ")::text AS value")
                .only()
                .optional_text("value")
                .value_or("");
        } catch (const std::runtime_error&) {
            return "";  // The database is away.
        }
    }
    std::string of(const std::string& slug, const std::string& column) {
        return value(fmt::format(
            "SELECT p.{} FROM server_presence p JOIN servers s ON s.id = p.server_id "
            "WHERE s.slug = '{}'",
            column,
            slug));
    }
    bool becomes(const std::string& slug, const std::string& status, const std::string& fitness) {
        return wait_until(
            [&] { return of(slug, "status") == status && of(slug, "fitness") == fitness; }, kSoon);
    }
    // Rounds go on: what was heard until now is not the last.
    bool hears_on() {
        const std::string until = value("SELECT max(heard_until) FROM heard_nodes");
        return wait_until(
            [&] {
                const std::string now = value("SELECT max(heard_until) FROM heard_nodes");
                return !now.empty() && now != until;
            },
            kSoon);
    }
    std::string downs() { return value("SELECT count(*) FROM events WHERE type = 'server_down'"); }

    support::NatsServer nats_;
    support::TempDir folder_;
    std::string database_;
    std::vector<std::unique_ptr<support::ChildProcess>> replicas_;
};

TEST_F(PresenceProcess, FollowsAServerFromItsFirstHeartbeatToItsSilence) {
    start();
    {
        const Speaker agent(nats_, "fra-1");
        EXPECT_TRUE(becomes("fra-1", "online", "ready")) << replicas_[0]->output();
        EXPECT_EQ(of("iad-1", "status"), "unknown");
    }
    EXPECT_TRUE(becomes("fra-1", "offline", "out")) << replicas_[0]->output();
    EXPECT_EQ(of("fra-1", "cause"), "silence");
    EXPECT_EQ(downs(), "1");
    EXPECT_EQ(replicas_[0]->stop(), 0);
}

TEST_F(PresenceProcess, GoesOnListeningThroughTheDeathOfAReplica) {
    start();
    start();
    const Speaker agent(nats_, "fra-1");
    ASSERT_TRUE(becomes("fra-1", "online", "ready")) << replicas_[0]->output();
    replicas_[0]->send(SIGKILL);
    EXPECT_TRUE(hears_on()) << replicas_[1]->output();
    EXPECT_TRUE(hears_on());
    EXPECT_EQ(value("SELECT max(span) FROM heard_nodes"), "1") << "nobody stopped listening";
    EXPECT_EQ(of("fra-1", "fitness"), "ready");
}

TEST_F(PresenceProcess, TakesNoRestartOfNatsForTheDeathOfAServer) {
    start();
    const Speaker agent(nats_, "fra-1");
    ASSERT_TRUE(becomes("fra-1", "online", "ready")) << replicas_[0]->output();
    const std::string node = of("fra-1", "node");
    nats_.kill();
    nats_.wipe_store();
    nats_.start();
    EXPECT_TRUE(wait_until(
        [&] { return !of("fra-1", "node").empty() && of("fra-1", "node") != node; }, kSoon))
        << replicas_[0]->output();
    EXPECT_TRUE(becomes("fra-1", "online", "ready")) << replicas_[0]->output();
    EXPECT_EQ(downs(), "0");
}

// A PostgreSQL of its own, because it is stopped.
struct OwnPostgres {
    support::PostgresServer postgres_;
};
class PresenceProcessAndPostgres : protected OwnPostgres, public PresenceProcess {
protected:
    PresenceProcessAndPostgres() : PresenceProcess(postgres_) {}
};

TEST_F(PresenceProcessAndPostgres, TakesNoRestartOfTheDatabaseForTheDeathOfAServer) {
    start();
    const Speaker agent(nats_, "fra-1");
    ASSERT_TRUE(becomes("fra-1", "online", "ready")) << replicas_[0]->output();
    postgres_.stop();
    postgres_.start();
    EXPECT_TRUE(hears_on()) << replicas_[0]->output();
    EXPECT_TRUE(becomes("fra-1", "online", "ready")) << replicas_[0]->output();
    EXPECT_EQ(downs(), "0");
}

TEST_F(PresenceProcess, BelievesAGoodbyeAtOnceAndTheNextHeartbeatToo) {
    start();
    Speaker agent(nats_, "fra-1");
    ASSERT_TRUE(becomes("fra-1", "online", "ready")) << replicas_[0]->output();
    // Said again, because a round takes only the last word of those that it finds.
    EXPECT_TRUE(wait_until(
        [&] {
            agent.say(schemas::AgentStatus::Offline);
            return downs() != "0";
        },
        kSoon));
    EXPECT_TRUE(becomes("fra-1", "online", "ready"));
}

TEST_F(PresenceProcess, IsNotDisturbedByAnAgentThatTalksNonsense) {
    start();
    bus::Connection hostile(bus::options_for(nats_));
    ASSERT_TRUE(hostile.wait_connected(10s));
    const Speaker agent(nats_, "fra-1");
    ASSERT_TRUE(becomes("fra-1", "online", "ready")) << replicas_[0]->output();
    const auto says = [&](const Speech& speech, const std::string& session) {
        std::string body = body_of(speech);
        body.replace(body.find("SESSION"), 7, session);
        hostile.publish(schemas::subjects::heartbeat("acme", "iad-1"), body);
    };
    says({.server = "iad-1", .session = "SESSION"}, R"(\u0000)");
    says({.server = "iad-1", .session = "SESSION"}, std::string(3'000, 'x'));
    for (int client = 0; client < 500; ++client) {
        says({.server = "iad-1", .session = "SESSION", .client = client}, "s");
    }
    says({.server = "iad-1", .session = "SESSION", .client = 501}, R"({\"\\,}')");
    EXPECT_TRUE(wait_until([&] { return of("iad-1", "client_id") == "501"; }, kSoon))
        << replicas_[0]->output();
    EXPECT_EQ(of("iad-1", "session"), R"({"\,}')");
    EXPECT_EQ(of("fra-1", "status"), "online");
    EXPECT_THAT(replicas_[0]->output(), Not(HasSubstr("round_failed")));
}

TEST_F(PresenceProcess, RefusesAnIntervalThatTheTimeoutDoesNotBear) {
    start({{"LUMOS_HEARTBEAT_INTERVAL", "2s"}, {"LUMOS_READY_HOLD", "5s"}});
    const auto status = replicas_[0]->wait(10s);
    ASSERT_TRUE(status);
    EXPECT_NE(*status, 0);
    EXPECT_THAT(
        replicas_[0]->output(),
        AllOf(
            HasSubstr("LUMOS_HEALTH_TIMEOUT: 6s is less than four heartbeat intervals"),
            HasSubstr("LUMOS_READY_HOLD: 5s is less than three heartbeat intervals")));
}

}  // namespace
}  // namespace lumos::presence
