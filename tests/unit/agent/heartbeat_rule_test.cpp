#include "workers/agent/heartbeat_rule.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace lumos::agent {
namespace {

using schemas::AgentStatus;

constexpr Time kStart{std::chrono::seconds(1'795'317'000)};

AgentFacts facts() {
    AgentFacts made;
    made.account = "acme";
    made.server = "fra-1";
    made.session = "8f0c2d6e";
    made.boot_id = "6b1d0f0a-6f4e-4c57-8f27-3f2b1a5c9d10";
    made.version = "1.0.0";
    made.interval_seconds = 15;
    made.started_at = kStart;
    return made;
}

NamedCheck check(CheckVerdict verdict, const CheckOutcome& last) {
    return {
        "tcp://127.0.0.1:443", {.verdict = verdict, .in_a_row = 1, .last = last, .since = kStart}};
}

Moment moment(std::vector<NamedCheck> checks = {}) {
    Moment made;
    made.now = kStart + std::chrono::minutes(1);
    made.count = 7;
    made.nats_server = "NABC";
    made.client_id = 42;
    made.checks = std::move(checks);
    return made;
}

TEST(HeartbeatRule, SaysWhoSpeaksAndThroughWhichConnection) {
    auto when = moment();
    when.call = "c-1";
    const auto heartbeat = make_heartbeat(facts(), when);
    EXPECT_EQ(heartbeat.status, AgentStatus::Online);
    EXPECT_FALSE(heartbeat.cause);
    EXPECT_EQ(heartbeat.session, "8f0c2d6e");
    EXPECT_EQ(heartbeat.boot_id, "6b1d0f0a-6f4e-4c57-8f27-3f2b1a5c9d10");
    EXPECT_EQ(heartbeat.count, 7);
    EXPECT_EQ(heartbeat.interval_seconds, 15);
    EXPECT_EQ(heartbeat.nats_server, "NABC");
    EXPECT_EQ(heartbeat.client_id, 42);
    EXPECT_EQ(heartbeat.call, "c-1");
    EXPECT_EQ(heartbeat.agent_version, "1.0.0");
    EXPECT_EQ(heartbeat.started_at, kStart);
    const auto envelope = make_envelope(facts(), when);
    EXPECT_EQ(envelope.id, "8f0c2d6e-7");
    EXPECT_EQ(envelope.source, "/lumos/agent");
    EXPECT_EQ(envelope.subject, "fra-1");
    EXPECT_EQ(envelope.account, "acme");
}

TEST(HeartbeatRule, IsAnErrorWhereOneCheckFails) {
    const auto heartbeat = make_heartbeat(
        facts(),
        moment(
            {check(CheckVerdict::Passing, {true, 0.4, ""}),
             check(CheckVerdict::Failing, {false, 1, "connection refused"})}));
    EXPECT_EQ(heartbeat.status, AgentStatus::Error);
    ASSERT_EQ(heartbeat.checks.size(), 2U);
    EXPECT_TRUE(heartbeat.checks[0].ok);
    EXPECT_FALSE(heartbeat.checks[0].error);
    EXPECT_EQ(heartbeat.checks[0].latency_ms, 0.4);
    EXPECT_FALSE(heartbeat.checks[1].ok);
    EXPECT_EQ(heartbeat.checks[1].error, "connection refused");
    EXPECT_EQ(heartbeat.checks[1].since, kStart);
}

TEST(HeartbeatRule, AMissThatIsNotYetAFailureIsNotShown) {
    const auto heartbeat = make_heartbeat(
        facts(), moment({check(CheckVerdict::Passing, {false, 1, "connection refused"})}));
    EXPECT_EQ(heartbeat.status, AgentStatus::Online);
    EXPECT_TRUE(heartbeat.checks[0].ok);
    EXPECT_FALSE(heartbeat.checks[0].error);
}

TEST(HeartbeatRule, AFailingCheckAlwaysSaysWhy) {
    const auto heartbeat =
        make_heartbeat(facts(), moment({check(CheckVerdict::Failing, {true, 1, ""})}));
    EXPECT_EQ(heartbeat.status, AgentStatus::Error);
    EXPECT_TRUE(heartbeat.checks[0].error.has_value());
}

TEST(HeartbeatRule, AGoodbyeIsOfflineWithItsCauseWhateverTheChecksSay) {
    auto when = moment({check(CheckVerdict::Failing, {false, 1, "x"})});
    when.goodbye = schemas::GoodbyeCause::Restarting;
    const auto heartbeat = make_heartbeat(facts(), when);
    EXPECT_EQ(heartbeat.status, AgentStatus::Offline);
    EXPECT_EQ(heartbeat.cause, schemas::GoodbyeCause::Restarting);
}

TEST(HeartbeatRule, TheLargestPossibleOneFitsIntoItsLimit) {
    std::vector<NamedCheck> checks;
    for (std::size_t i = 0; i < schemas::kChecksMax; ++i) {
        // Sixteen names as long as the configuration allows them together.
        auto one = check(CheckVerdict::Failing, {false, 1234.5678, std::string(500, '"')});
        one.name = "tcp://" + std::string(69, 'x');
        checks.push_back(one);
    }
    auto when = moment(checks);
    when.call = std::string(128, 'c');
    when.nats_server = std::string(56, 'N');
    when.count = 1'000'000'000;
    auto who = facts();
    who.account = std::string(63, 'a');
    who.server = std::string(63, 's');
    EXPECT_LE(
        schemas::write_heartbeat(make_envelope(who, when), make_heartbeat(who, when)).size(),
        schemas::kHeartbeatBytesMax);
}

}  // namespace
}  // namespace lumos::agent
