// The real lumos-agent against a real NATS in operator mode, as `bus init` and `server add` make
// it.

#include "bus/connection.h"
#include "bus/identity.h"
#include "schemas/agent_messages.h"
#include "schemas/subjects.h"
#include "tests/bus/agent/notify_socket.h"
#include "tests/support/child_process.h"
#include "tests/support/free_port.h"
#include "tests/support/nats_server.h"
#include "tests/support/temp_dir.h"
#include "tests/support/wait_until.h"
#include "workers/shared/runtime/clock.h"
#include "workers/shared/runtime/guarded.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace lumos::agent {
namespace {

using schemas::AgentStatus;
using schemas::GoodbyeCause;
using schemas::Heartbeat;
using support::wait_until;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::chrono::milliseconds kLimit{30'000};
// Only a reason, never the interval, makes a heartbeat come within the test.
constexpr const char* kLongInterval = "60s";

class AgentProcess : public ::testing::Test {
protected:
    AgentProcess() : port_(support::free_port()) {
        bus::BusInit init;
        init.directory = folder_ / "bus";
        init.listen = "127.0.0.1:" + std::to_string(port_);
        bus::init_bus(init, clock_.now());
        nats_ = std::make_unique<support::NatsServer>(folder_ / "bus/nats.conf", port_);
        listen();
    }

    void listen() {
        control_ = connect("ctl");
        caller_ = connect("failover");
        heard_subscription_ = control_->subscribe(
            std::string(schemas::subjects::kAllHeartbeats), [this](const bus::Message& message) {
                heard_.lock()->push_back({message.subject, schemas::read_heartbeat(message.body)});
            });
        control_->flush(kLimit);
    }

    std::unique_ptr<bus::Connection> connect(const std::string& kind) {
        bus::ConnectionOptions options;
        options.urls = nats_->url();
        options.creds_file = folder_ / ("bus/creds/" + kind + ".creds");
        options.name = "test";
        options.reconnect_wait_max = std::chrono::milliseconds(250);
        auto connection = std::make_unique<bus::Connection>(options);
        EXPECT_TRUE(connection->wait_connected(kLimit));
        return connection;
    }

    std::string credentials_for(const std::string& server) {
        const auto minted = bus::mint_agent(
            "acme", server, bus::read_signing_key(folder_ / "bus/signing.key"), clock_.now());
        const auto path = folder_ / (server + ".creds");
        support::write_file(path, minted.text);
        return path;
    }

    support::ChildProcess& start_agent(
        std::vector<std::string> environment = {}, const std::string& credentials = "fra-1") {
        environment.insert(  // Of two with one name the first counts.
            environment.end(),
            {"LUMOS_NATS_URL=nats://127.0.0.1:" + std::to_string(port_),
             "LUMOS_NATS_CREDS=" + credentials_for(credentials),
             std::string("LUMOS_HEARTBEAT_INTERVAL=") + kLongInterval});
        agent_ = std::make_unique<support::ChildProcess>(support::ChildOptions{
            .command = {LUMOS_BIN_DIR "/lumos-agent"},
            .environment = environment,
            .output_file = folder_ / "agent.log"});
        return *agent_;
    }

    struct Heard {
        std::string subject;
        Heartbeat heartbeat;
    };
    std::vector<Heartbeat> heartbeats() {
        std::vector<Heartbeat> all;
        for (const auto heard = *heard_.lock(); const auto& one : heard) {
            all.push_back(one.heartbeat);
        }
        return all;
    }
    // The n-th heartbeat, from 1; what came when the limit was over fails the test.
    Heartbeat wait_for(std::size_t n) {
        EXPECT_TRUE(wait_until([&] { return heartbeats().size() >= n; }, kLimit))
            << agent_->output();
        return heartbeats().size() >= n ? heartbeats().at(n - 1) : Heartbeat{};
    }
    void call(const std::string& id) {
        schemas::Envelope envelope;
        envelope.id = id;
        envelope.source = "/lumos/failover";
        envelope.what = "agent_call";
        envelope.subject = "fra-1";
        envelope.time = clock_.now();
        envelope.account = "acme";
        caller_->publish(
            schemas::subjects::call("acme", "fra-1"), schemas::write_agent_call(envelope, {id}));
        caller_->flush(kLimit);
    }
    bool logs(const std::string& text) {
        return wait_until([&] { return agent_->output().find(text) != std::string::npos; }, kLimit);
    }

    runtime::SystemClock clock_;
    support::TempDir folder_;
    std::uint16_t port_;
    std::unique_ptr<support::NatsServer> nats_;
    runtime::Guarded<std::vector<Heard>> heard_;
    std::unique_ptr<bus::Connection> control_;
    std::unique_ptr<bus::Connection> caller_;
    std::unique_ptr<bus::Subscription> heard_subscription_;
    std::unique_ptr<support::ChildProcess> agent_;
};

TEST_F(AgentProcess, SpeaksAtOnceWhenItHasConnectedAndSaysThroughWhat) {
    start_agent();
    const auto first = wait_for(1);
    EXPECT_EQ(first.status, AgentStatus::Online);
    EXPECT_EQ(first.count, 1);
    EXPECT_EQ(first.interval_seconds, 60);
    EXPECT_EQ(first.nats_server, control_->state().nats_server);
    EXPECT_GT(first.client_id.value_or(0), 0);
    EXPECT_EQ(first.boot_id + "\n", support::read_file("/proc/sys/kernel/random/boot_id"));
    EXPECT_FALSE(first.call);
    EXPECT_EQ(heard_.lock()->front().subject, "lumos.agent.acme.fra-1.heartbeat");
    EXPECT_TRUE(logs("connected to nats://127.0.0.1:" + std::to_string(port_) + " as acme/fra-1"));
    EXPECT_TRUE(logs("heartbeat accepted (every 1m)"));
}

TEST_F(AgentProcess, AnswersACallWithinMilliseconds) {
    start_agent();
    wait_for(1);
    const auto before = clock_.steady();
    call("c-17");
    const auto answer = wait_for(2);
    const auto took = clock_.steady() - before;
    EXPECT_EQ(answer.call, "c-17");
    EXPECT_EQ(answer.status, AgentStatus::Online);
    EXPECT_LT(took, std::chrono::seconds(1));
}

TEST_F(AgentProcess, SharesAnswersWhenItIsCalledTooOften) {
    start_agent();
    wait_for(1);
    for (int i = 1; i <= 50; ++i) {
        call("c-" + std::to_string(i));
    }
    ASSERT_TRUE(wait_until([&] { return heartbeats().back().call == "c-50"; }, kLimit));
    EXPECT_LT(heartbeats().size(), 51U);
}

TEST_F(AgentProcess, SaysGoodbyeWhenItIsStopped) {
    auto& agent = start_agent();
    wait_for(1);
    agent.send(SIGTERM);
    EXPECT_EQ(agent.wait(kLimit), 0);
    const auto goodbye = wait_for(2);
    EXPECT_EQ(goodbye.status, AgentStatus::Offline);
    EXPECT_EQ(goodbye.cause, GoodbyeCause::Stopping);
    EXPECT_THAT(agent.output(), HasSubstr("stopping: told the control plane (goodbye)"));
}

TEST_F(AgentProcess, RestartsItselfOnHangupAsTheSameProcess) {
    const NotifySocket systemd;
    auto& agent = start_agent({"NOTIFY_SOCKET=" + systemd.path()});
    EXPECT_TRUE(systemd.hears("READY=1"));
    const auto first = wait_for(1);
    agent.send(SIGHUP);
    const auto goodbye = wait_for(2);
    EXPECT_EQ(goodbye.status, AgentStatus::Offline);
    EXPECT_EQ(goodbye.cause, GoodbyeCause::Restarting);
    EXPECT_TRUE(systemd.hears("RELOADING=1"));
    EXPECT_TRUE(systemd.hears("READY=1"));
    const auto again = wait_for(3);
    EXPECT_EQ(again.status, AgentStatus::Online);
    EXPECT_EQ(again.count, 1);
    EXPECT_NE(again.session, first.session);
    EXPECT_TRUE(agent.is_running());
    agent.send(SIGTERM);
    EXPECT_EQ(agent.wait(kLimit), 0);
    EXPECT_TRUE(systemd.hears("STOPPING=1"));
}

TEST_F(AgentProcess, ComesBackWithAFreshHeartbeatAfterTheServerWasKilled) {
    start_agent({"LUMOS_HEARTBEAT_INTERVAL=1s"});
    const auto first = wait_for(1);
    nats_->kill();
    ASSERT_TRUE(logs("connection lost: "));
    ASSERT_TRUE(logs("retrying (attempt 1)")) << agent_->output();
    heard_.lock()->clear();
    nats_->start();
    const auto started_again = clock_.now();
    ASSERT_TRUE(control_->wait_connected(kLimit));
    const auto back = wait_for(1);
    EXPECT_NE(back.nats_server, first.nats_server);
    EXPECT_EQ(back.session, first.session);
    EXPECT_EQ(back.nats_server, control_->state().nats_server);
    // What was due while the bus was away has not been kept: the numbers go on without a gap.
    EXPECT_LE(
        back.count,
        first.count +
            std::chrono::duration_cast<std::chrono::seconds>(clock_.now() - started_again).count() +
            3);
}

TEST_F(AgentProcess, WaitsForABusThatIsNotThereYet) {
    nats_->stop();
    // The test's own connection may come back later than the agent and miss the first ones.
    start_agent({"LUMOS_HEARTBEAT_INTERVAL=1s"});
    ASSERT_TRUE(logs("cannot connect to nats://127.0.0.1:" + std::to_string(port_)));
    nats_->start();
    EXPECT_EQ(wait_for(1).status, AgentStatus::Online);
}

TEST_F(AgentProcess, ARefusalReachesTheLogWithWhoseTheCredentialsAre) {
    start_agent({"LUMOS_SERVER=fra-1"}, "iad-1");
    EXPECT_TRUE(logs("server refused heartbeats: these credentials are for acme/iad-1"))
        << agent_->output();
    EXPECT_THAT(agent_->output(), Not(HasSubstr("heartbeat accepted")));
    EXPECT_TRUE(heartbeats().empty());
}

TEST_F(AgentProcess, AFailingCheckIsAnErrorFromTheFirstHeartbeatOn) {
    const auto target = "tcp://127.0.0.1:" + std::to_string(support::free_port());
    start_agent({"LUMOS_CHECKS=" + target});
    const auto first = wait_for(1);
    EXPECT_EQ(first.status, AgentStatus::Error);
    ASSERT_EQ(first.checks.size(), 1U);
    EXPECT_EQ(first.checks[0].name, target);
    EXPECT_EQ(first.checks[0].error, "connection refused");
    EXPECT_TRUE(logs("check " + target + " fails: connection refused -> error"));
}

TEST(AgentProgram, LinksNeitherDatabaseNorConsole) {
    const std::string command = "ldd " LUMOS_BIN_DIR "/lumos-agent";
    FILE* const pipe = ::popen(command.c_str(), "r");
    ASSERT_NE(pipe, nullptr);
    std::string output;
    for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe)) {
        output += static_cast<char>(c);
    }
    EXPECT_EQ(::pclose(pipe), 0);
    EXPECT_THAT(output, HasSubstr("libnats"));
    EXPECT_THAT(output, Not(HasSubstr("libpq")));
}

}  // namespace
}  // namespace lumos::agent
