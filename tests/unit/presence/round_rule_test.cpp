#include "workers/presence/round_rule.h"

#include "tests/unit/presence/builders.h"

#include <gtest/gtest.h>

#include <ostream>

namespace lumos::presence {
namespace {

using namespace testing;

NodeHearing named(const std::string& name, std::int64_t span = kSpan + 1) {
    NodeHearing node = hearing();
    node.node = name;
    node.span = span;
    return node;
}

NodeHearing gone(NodeHearing node) {
    node.gone_at = kUntil;
    return node;
}

// ---- which servers are judged without news ----

struct Due {
    const char* claim;
    bool is_due;
    ServerRecord server;
    NodeHearing node = hearing();
};

void PrintTo(const Due& row, std::ostream* out) {
    *out << row.claim;
}

class IsDue : public ::testing::TestWithParam<Due> {};

TEST_P(IsDue, WhereSomethingMayTurn) {
    const Due& row = GetParam();
    EXPECT_EQ(is_due(row.server.row, row.server.asked_at, row.node, kLimits), row.is_due)
        << row.claim;
}

INSTANTIATE_TEST_SUITE_P(
    Table,
    IsDue,
    ::testing::Values(
        Due{"a healthy server is not", false, server()},
        Due{"one that was never heard is not", false, ServerRecord{}},
        Due{"one that is out by silence is not", false, out()},
        Due{"one that disconnected is", true, disconnected(1s)},
        Due{"one that disconnected and is out is not", false, disconnected(1min, out())},
        Due{"one that said goodbye is", true, said_goodbye(1s)},
        Due{"one that restarts is", true, said_goodbye(1s, Said::Restarting)},
        Due{"one that is silent for three intervals is not", false, last_seen(45s)},
        Due{"one that is silent for longer is", true, last_seen(45s + 1us)},
        Due{"by heard time", false, last_seen(1h), for_only(45s)},
        Due{"one in error that is silent is",
            true,
            with(
                last_seen(1min),
                [](ServerRecord& one) {
                    one.row.status = Status::Error;
                    one.row.fitness = Fitness::Out;
                })},
        Due{"one that was called is",
            true,
            with(server(), [](ServerRecord& one) { one.asked_at = kUntil; })},
        Due{"one in conflict is",
            true,
            with(server(), [](ServerRecord& one) { one.row.conflict = true; })},
        Due{"one whose last heartbeat was not judged is", true, with(out(), [](ServerRecord& one) {
                one.row.last_seq = kLastSeq + 1;
            })}));

// What is not due may be left alone: judging it would change nothing.
TEST(NotDue, MeansThatAJudgementChangesNothing) {
    for (const ServerRecord& one : {server(), ServerRecord{}, out(), last_seen(45s)}) {
        EXPECT_EQ(judged(one).row, one.row);
    }
}

// ---- whose hearing counts ----

TEST(NodeOf, IsTheServersOwnOrTheRounds) {
    const std::vector<NodeHearing> nodes{hearing(), named("N2")};
    const NodeHearing beaten = nodes[1];
    EXPECT_EQ(node_of(server().row, nodes, beaten).node, "N1");
    EXPECT_EQ(node_of({}, nodes, beaten).node, "N2") << "never heard";
    ServerPresence lost = server().row;
    lost.node = "N9";
    EXPECT_EQ(node_of(lost, nodes, beaten).node, "N2") << "a node without a row";
}

TEST(MoveTo, GivesAFullTimeoutThere) {
    ServerPresence row = last_seen(100s).row;
    move_to(row, named("N2"));
    EXPECT_EQ(row.node, "N2");
    EXPECT_EQ(row.moved_at, kUntil);
    EXPECT_EQ(
        silence(
            named("N2"), {.span = row.span, .last_seen = row.last_seen, .moved_at = row.moved_at}),
        0s);
}

// ---- the news of one server ----

ServerNews news_of(const NewHeartbeat& newest) {
    ServerNews news;
    news.newest = newest;
    news.carried.push_back(
        {.key = *newest.through,
         .session = newest.session,
         .boot_id = "b1",
         .heard_since = newest.stored_at,
         .heard_at = newest.stored_at});
    return news;
}

ServerRecord taken(
    ServerRecord record, const ServerNews& news, const std::vector<NodeHearing>& nodes) {
    take_news(record, news, nodes, nodes.front(), kLimits);
    return record;
}

TEST(TakeNews, TakesTheNodeThatTheHeartbeatNames) {
    NewHeartbeat elsewhere = heartbeat();
    elsewhere.through = ConnectionKey{"N2", 5};
    const ServerRecord moved = taken(server(), news_of(elsewhere), {hearing(), named("N2")});
    EXPECT_EQ(moved.row.node, "N2");
    EXPECT_EQ(moved.row.span, kSpan + 1);
    EXPECT_EQ(moved.row.client_id, 5);
}

TEST(TakeNews, TakesTheRoundsNodeWhereTheNamedOneIsUnknownOrGone) {
    NewHeartbeat elsewhere = heartbeat();
    elsewhere.through = ConnectionKey{"N2", 5};
    EXPECT_EQ(taken(server(), news_of(elsewhere), {hearing()}).row.node, "N1");
    EXPECT_EQ(taken(server(), news_of(elsewhere), {hearing(), gone(named("N2"))}).row.node, "N1");
}

TEST(TakeNews, TakesHeartbeatsBeforeClientEvents) {
    ServerNews news = news_of(heartbeat());
    news.events = {{.connected = false, .key = kOwn, .reason = "Read Error"}};
    ServerRecord fresh;
    const ServerRecord left = taken(fresh, news, {hearing()});
    EXPECT_EQ(left.row.disconnected_at, kUntil)
        << "the connection was opened by the heartbeat, so that its end is somebody's";
}

TEST(TakeNews, TakesClientEventsInTheirOrder) {
    ServerNews news;
    news.events = {
        {.connected = true, .key = kOther, .reason = ""},
        {.connected = false, .key = kOwn, .reason = "Read Error"}};
    EXPECT_FALSE(taken(server(), news, {hearing()}).row.disconnected_at);
    std::swap(news.events[0], news.events[1]);
    EXPECT_TRUE(taken(server(), news, {hearing()}).row.disconnected_at);
}

TEST(TakeNews, ForgetsConnectionsBeyondTheMost) {
    ServerNews news;
    for (std::int64_t client = 10; client < 110; ++client) {
        news.events.push_back({.connected = true, .key = {"N1", client}, .reason = ""});
    }
    const ServerRecord storm = taken(server(), news, {hearing()});
    EXPECT_EQ(storm.connections.size(), kConnectionsMost);
    EXPECT_EQ(storm.forgotten.size(), 101 - kConnectionsMost);
}

TEST(CutBack, LeavesNoTimeAfterTheBeat) {
    NewHeartbeat late = heartbeat();
    late.stored_at = kUntil + 10s;
    ServerNews news = news_of(late);
    news.carried[0].heard_since = kUntil - 10s;
    cut_back(news, kUntil);
    EXPECT_EQ(news.newest->stored_at, kUntil);
    EXPECT_EQ(news.carried[0].heard_at, kUntil);
    EXPECT_EQ(news.carried[0].heard_since, kUntil - 10s) << "what is earlier stays";
    ServerNews none;
    cut_back(none, kUntil);
    EXPECT_FALSE(none.newest);
}

}  // namespace
}  // namespace lumos::presence
