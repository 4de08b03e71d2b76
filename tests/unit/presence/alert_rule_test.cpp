#include "workers/presence/alert_rule.h"

#include "tests/unit/presence/builders.h"

#include <gtest/gtest.h>

namespace lumos::presence {
namespace {

using namespace testing;

const ServerFacts kFacts{
    .server = "fra-1",
    .name = "Frankfurt 1",
    .ipv4 = "203.0.113.7",
    .ipv6 = std::nullopt,
    .domains_published = 3,
    .checks = {}};

ServerPresence down(Cause cause) {
    ServerPresence row = server().row;
    row.status = cause == Cause::LocalCheck ? Status::Error : Status::Offline;
    row.cause = cause;
    row.status_since = kDatabaseNow;
    row.transition = 2;
    return row;
}

schemas::CheckResult check(const std::string& name, bool ok, const std::string& error = "") {
    return {
        .name = name,
        .ok = ok,
        .latency_ms = 1,
        .error = ok || error.empty() ? std::nullopt : std::optional(error),
        .since = kDatabaseNow};
}

std::string message_of(
    const ServerPresence& after, Duration silence = {}, const ServerFacts& facts = kFacts) {
    const ServerPresence before = server().row;
    return status_event(facts, {.before = before, .after = after, .silence = silence}, Alert::Down)
        .message;
}

TEST(DownEvent, SaysWhyInWords) {
    ServerPresence dropped = down(Cause::Disconnect);
    EXPECT_EQ(message_of(dropped), "The agent's connection dropped (no reason given).");
    dropped.disconnect_reason = "Read Error";
    EXPECT_EQ(message_of(dropped), "The agent's connection dropped (Read Error).");
    EXPECT_EQ(message_of(down(Cause::Stopping)), "The agent was stopped and said goodbye.");
    EXPECT_EQ(
        message_of(down(Cause::Silence), 121s), "The agent has not been heard for 2 min 1 s.");
}

TEST(DownEvent, NamesTheChecksThatFail) {
    ServerFacts facts = kFacts;
    EXPECT_EQ(
        message_of(down(Cause::LocalCheck)),
        "The agent says that something on the server is wrong.");
    facts.checks = {
        check("tcp://a:1", true),
        check("tcp://b:2", false, "connection refused"),
        check("tcp://c:3", false)};
    EXPECT_EQ(
        message_of(down(Cause::LocalCheck), {}, facts),
        "check tcp://b:2 fails: connection refused; check tcp://c:3 fails: no reason given.");
    const ServerPresence before = server().row;
    const auto event = status_event(
        facts, {.before = before, .after = down(Cause::LocalCheck), .silence = {}}, Alert::Down);
    ASSERT_EQ(event.failed_checks.size(), 2U);
    EXPECT_EQ(event.failed_checks[0].name, "tcp://b:2");
}

TEST(DownEvent, CarriesTheFacts) {
    const ServerPresence before = server().row;
    const ServerPresence after = down(Cause::Stopping);
    const auto event =
        status_event(kFacts, {.before = before, .after = after, .silence = {}}, Alert::Down);
    EXPECT_EQ(event.server_id, "fra-1");
    EXPECT_EQ(event.server_name, "Frankfurt 1");
    EXPECT_EQ(event.status, "offline");
    EXPECT_EQ(event.previous_status, "online");
    EXPECT_EQ(event.cause, "stopping");
    EXPECT_EQ(event.since, kDatabaseNow);
    EXPECT_EQ(event.last_seen, kUntil - 1s);
    EXPECT_EQ(event.ipv4, "203.0.113.7");
    EXPECT_EQ(event.domains_published, 3);
}

TEST(UpEvent, SaysHowLongItWasDown) {
    ServerPresence before = down(Cause::Silence);
    before.status_since = kDatabaseNow - 412s;
    ServerPresence after = server().row;
    after.status_since = kDatabaseNow;
    ServerFacts facts = kFacts;
    facts.checks = {check("tcp://b:2", false, "connection refused")};
    const auto event =
        status_event(facts, {.before = before, .after = after, .silence = {}}, Alert::Up);
    EXPECT_EQ(event.message, "The agent is back after 6 min 52 s.");
    EXPECT_EQ(event.down_seconds, 412);
    EXPECT_EQ(event.status, "online");
    EXPECT_EQ(event.previous_status, "offline");
    EXPECT_TRUE(event.failed_checks.empty());
}

TEST(UpEvent, AfterTheDatabasesClockWasSetBackIsNotNegative) {
    ServerPresence before = down(Cause::Silence);
    before.status_since = kDatabaseNow + 1h;
    ServerPresence after = server().row;
    after.status_since = kDatabaseNow;
    const auto event =
        status_event(kFacts, {.before = before, .after = after, .silence = {}}, Alert::Up);
    EXPECT_EQ(event.down_seconds, 0);
    EXPECT_EQ(event.message, "The agent is back after 0 s.");
}

TEST(ConflictEvent, NamesTheConnectionsThatSpeak) {
    const Connections connections{
        connection(),
        with(connection(kOther), [](AgentConnection& one) { one.boot_id = "b2"; }),
        closed(connection({"N1", 3})),
        opened({"N1", 4})};
    const auto event = conflict_event(kFacts, connections);
    ASSERT_EQ(event.connections.size(), 2U);
    EXPECT_EQ(event.connections[0].client_id, 1);
    EXPECT_EQ(event.connections[0].boot_id, "b1");
    EXPECT_EQ(event.connections[1].client_id, 2);
    EXPECT_EQ(event.connections[1].boot_id, "b2");
    EXPECT_EQ(event.server_name, "Frankfurt 1");
    EXPECT_NE(event.message.find("credentials of fra-1"), std::string::npos);
}

TEST(ConflictEvent, NamesOneConnectionOfEachMachineAndFewMachines) {
    Connections connections;
    for (std::int64_t client = 1; client <= 60; ++client) {
        AgentConnection one = connection({"N1", client});
        one.boot_id = "b" + std::to_string(client / 3);
        one.heard_at = kUntil - std::chrono::seconds(client);
        connections.push_back(one);
    }
    const auto event = conflict_event(kFacts, connections);
    ASSERT_EQ(event.connections.size(), 8U);
    EXPECT_EQ(event.connections[0].client_id, 1);
    EXPECT_EQ(event.connections[1].client_id, 3) << "the newest of the next machine";
}

}  // namespace
}  // namespace lumos::presence
