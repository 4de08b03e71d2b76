// What a judgement writes and leaves, what begins a hold anew, and what changes mean to others.
#include "tests/unit/presence/builders.h"

#include <gtest/gtest.h>

#include <ostream>
#include <tuple>

namespace lumos::presence {
namespace {

using namespace testing;

// ---- what a judgement leaves as it was ----

TEST(JudgeLeaves, AServerOfANodeThatIsNotHeardAsItWas) {
    const ServerRecord silent = last_seen(10min);
    const Judgement result = judge(
        silent, {.node = hearing(), .is_heard = false, .database_now = kDatabaseNow}, kLimits);
    EXPECT_EQ(result.row, silent.row);
}

TEST(JudgeLeaves, AHeartbeatUnjudgedUntilItsNodeIsHeard) {
    const ServerRecord back = heard(out(), heartbeat());
    const Judgement deaf =
        judge(back, {.node = hearing(), .is_heard = false, .database_now = kDatabaseNow}, kLimits);
    EXPECT_EQ(deaf.row.status, Status::Offline);
    EXPECT_LT(deaf.row.judged_seq, deaf.row.last_seq);

    const Judgement later = judged({.row = deaf.row, .connections = back.connections});
    EXPECT_EQ(later.row.status, Status::Online);
    EXPECT_EQ(later.row.judged_seq, later.row.last_seq);
}

TEST(JudgeLeaves, AServerInUntilTheRoundAfterItsDisconnectEvenWithoutAGrace) {
    Limits limits = kLimits;
    limits.disconnect_grace = 0s;
    const auto fitness = [&](const ServerRecord& one) {
        return judge(
                   one, {.node = hearing(), .is_heard = true, .database_now = kDatabaseNow}, limits)
            .row.fitness;
    };
    EXPECT_EQ(fitness(disconnected(0s, said_goodbye(1s))), Fitness::Unsure);
    EXPECT_EQ(fitness(disconnected(1us, said_goodbye(1s))), Fitness::Out);
}

TEST(JudgeWrites, TheBeginningOfAHoldThatNobodyHasNotedYet) {
    const ServerRecord late = with(server(), [](ServerRecord& one) {
        one.row.last_seq = kLastSeq + 1;
        one.row.steady_since.reset();
    });
    EXPECT_EQ(judged(late).row.steady_since, late.row.last_seen);
    EXPECT_EQ(judged(late).row.fitness, Fitness::Unsure);
}

TEST(JudgeLeaves, AnOldHeartbeatUnread) {
    ServerRecord record = server();
    NewHeartbeat old = heartbeat(Said::Error);
    old.sequence = kLastSeq;
    take_heartbeat(record, old, hearing(), kLimits);
    EXPECT_EQ(record.row, server().row);
}

// ---- what a judgement writes ----

TEST(JudgeWrites, WhenFitnessAndStatusTurned) {
    const Judgement result = judged(last_seen(121s));
    EXPECT_EQ(result.row.out_at, kUntil);
    EXPECT_EQ(result.row.fitness_since, kDatabaseNow);
    EXPECT_EQ(result.row.status_since, kDatabaseNow);
    EXPECT_EQ(result.row.transition, 2);
}

TEST(JudgeWrites, NothingNewWhereNothingTurned) {
    const ServerRecord before = out();
    const Judgement result = judged(before);
    EXPECT_EQ(result.row, before.row);
}

TEST(JudgeWrites, AConflictOnceWhileItLasts) {
    const Judgement first = judged(cloned());
    EXPECT_TRUE(first.conflict_began);
    const Judgement second = judged({.row = first.row, .connections = cloned().connections});
    EXPECT_FALSE(second.conflict_began);
    EXPECT_TRUE(second.row.conflict);
    const Judgement over = judged({.row = second.row, .connections = server().connections});
    EXPECT_FALSE(over.row.conflict);
}

TEST(JudgeWrites, ThatWhoeverWasReadyDidNotAnswer) {
    const auto called = [](ServerRecord record) {
        record.asked_at = kUntil - 6s;
        return record;
    };
    EXPECT_TRUE(judged(called(last_seen(7s))).is_unanswering);
    EXPECT_FALSE(judged(called(last_seen(5s))).is_unanswering) << "it has spoken since";
    EXPECT_FALSE(judged(called(steady_for(0s))).is_unanswering) << "it was not ready";
}

// ---- steady ----

struct Steady {
    const char* claim;
    ServerRecord before;
    NewHeartbeat heartbeat;
    bool begins_anew;
    NodeHearing node = hearing();
};

void PrintTo(const Steady& row, std::ostream* out) {
    *out << row.claim;
}

class SteadySince : public ::testing::TestWithParam<Steady> {};

TEST_P(SteadySince, BeginsAnewAfterABreak) {
    const Steady& row = GetParam();
    const Judgement result = judged(heard(row.before, row.heartbeat, row.node), row.node);
    EXPECT_EQ(
        result.row.steady_since,
        row.begins_anew ? result.row.last_seen : row.before.row.steady_since)
        << row.claim;
}

NewHeartbeat by(const ConnectionKey& key, const std::string& session) {
    NewHeartbeat one = heartbeat();
    one.through = key;
    one.session = session;
    return one;
}

INSTANTIATE_TEST_SUITE_P(
    Bullet,
    SteadySince,
    ::testing::Values(
        Steady{"the next heartbeat is no break", server(), heartbeat(), false},
        Steady{"nor is one after three intervals", last_seen(45s), heartbeat(), false},
        Steady{"more than three intervals of silence are", last_seen(45s + 1us), heartbeat(), true},
        Steady{"a disconnect is", disconnected(2s), by(kOther, "s1"), true},
        Steady{"another connection is", server(), by(kOther, "s1"), true},
        Steady{"another process is", server(), by(kOwn, "s2"), true},
        Steady{
            "another status is",
            with(server(), [](ServerRecord& one) { one.row.status = Status::Error; }),
            heartbeat(),
            true},
        Steady{
            "another span is",
            with(server(), [](ServerRecord& one) { one.row.span = kSpan - 1; }),
            heartbeat(),
            true},
        Steady{"a first heartbeat is", ServerRecord{}, heartbeat(), true},
        Steady{
            "an answer within 5 s is none",
            with(server(), [](ServerRecord& one) { one.asked_at = kUntil - 5s; }),
            heartbeat(),
            false},
        Steady{
            "an answer after more than 5 s is",
            with(server(), [](ServerRecord& one) { one.asked_at = kUntil - 5s - 1us; }),
            heartbeat(),
            true},
        Steady{
            "an answer is late by heard time only",
            with(server(), [](ServerRecord& one) { one.asked_at = kUntil - 40s; }),
            heartbeat(),
            false,
            for_only(5s)}));

TEST(TakeHeartbeat, KeepsTheSpanWhereTheHeartbeatIsOlderThanIt) {
    NodeHearing node = hearing();
    node.span = kSpan + 1;
    node.span_seq = kLastSeq + 1;
    EXPECT_EQ(heard(server(), heartbeat(), node).row.span, kSpan);
    node.span_seq = kLastSeq;
    EXPECT_EQ(heard(server(), heartbeat(), node).row.span, kSpan + 1);
}

TEST(TakeHeartbeat, NeverTakesBackWhatWasSeen) {
    EXPECT_EQ(heard(server(), heartbeat(Said::Online, 10s)).row.last_seen, server().row.last_seen);
}

TEST(TakeHeartbeat, LimitsTheIntervalThatAnAgentClaims) {
    const auto claimed = [](Duration interval) {
        NewHeartbeat one = heartbeat();
        one.interval = interval;
        return heard(server(), one).row.interval;
    };
    EXPECT_EQ(claimed(1h), kIntervalMax);
    EXPECT_EQ(claimed(1ms), kIntervalMin);
    EXPECT_EQ(claimed(20s), 20s);
}

// ---- client events ----

ServerRecord after_event(ServerRecord record, const ClientEvent& event, const NodeHearing& node) {
    take_client_event(record, event, node, &node, kLimits);
    return record;
}

TEST(TakeClientEvent, ACountedClosingOfTheLastConnectionDisconnectsTheServer) {
    const ServerRecord left =
        after_event(server(), {.connected = false, .key = kOwn, .reason = "Read Error"}, hearing());
    EXPECT_EQ(left.row.disconnected_at, kUntil);
    EXPECT_EQ(left.row.disconnect_reason, "Read Error");
    const ServerRecord later = after_event(
        with_connection(left, opened(kOther)),
        {.connected = false, .key = kOther, .reason = "Client Closed"},
        after(hearing(), 5s));
    EXPECT_EQ(later.row.disconnected_at, kUntil) << "the grace runs from the first";
}

TEST(TakeClientEvent, AClosingThatSpeaksOfTheBusDisconnectsNobody) {
    const ServerRecord expelled = after_event(
        server(), {.connected = false, .key = kOwn, .reason = "Credentials Revoked"}, hearing());
    EXPECT_EQ(expelled.row.disconnected_at, std::nullopt);
    EXPECT_TRUE(expelled.connections[0].closed_at);
}

TEST(TakeClientEvent, AConnectToANodeThatIsGoneIsHistory) {
    NodeHearing gone = hearing();
    gone.node = "N0";
    gone.gone_at = kUntil - 1s;
    ServerRecord record = server();
    const ClientEvent event{.connected = true, .key = {"N0", 9}, .reason = ""};
    take_client_event(record, event, hearing(), &gone, kLimits);
    EXPECT_EQ(record.connections.size(), 1U);
    take_client_event(record, event, hearing(), nullptr, kLimits);
    EXPECT_EQ(record.connections.size(), 2U) << "a node that nobody has heard yet may be new";
}

// ---- what it means to others ----

TEST(Alerts, DownIsEachChangeToADeadStatusAndUpEachEndOfIt) {
    const auto alert = [](Status before, Status after) {
        ServerPresence one;
        ServerPresence other;
        one.status = before;
        other.status = after;
        return alert_of(one, other);
    };
    for (const Status alive : {Status::Unknown, Status::Online}) {
        for (const Status dead : {Status::Offline, Status::Error}) {
            EXPECT_EQ(alert(alive, dead), Alert::Down);
            EXPECT_EQ(alert(dead, alive), Alert::Up);
        }
    }
    EXPECT_EQ(alert(Status::Offline, Status::Error), Alert::None);
    EXPECT_EQ(alert(Status::Error, Status::Offline), Alert::None);
    EXPECT_EQ(alert(Status::Unknown, Status::Online), Alert::None);
}

TEST(Requests, AreMadeWhenRoutingMayHaveToMove) {
    const auto request = [](Status s1, Fitness f1, Status s2, Fitness f2) {
        ServerPresence one;
        ServerPresence other;
        std::tie(one.status, one.fitness) = std::tie(s1, f1);
        std::tie(other.status, other.fitness) = std::tie(s2, f2);
        return request_of(one, other).value_or("");
    };
    using enum Status;
    using enum Fitness;
    EXPECT_EQ(request(Online, Ready, Offline, Unsure), "offline");
    EXPECT_EQ(request(Online, Ready, Error, Out), "out");
    EXPECT_EQ(request(Offline, Unsure, Offline, Out), "out");
    EXPECT_EQ(request(Offline, Out, Online, Unsure), "out");
    EXPECT_EQ(request(Online, Unsure, Online, Ready), "ready");
    EXPECT_EQ(request(Online, Ready, Online, Unsure), "");
    EXPECT_EQ(request(Offline, Unsure, Online, Unsure), "");
    EXPECT_EQ(request(Unknown, Unsure, Online, Unsure), "");
}

TEST(AnotherLook, IsWantedAtADisconnectThatThisRoundLearnedOf) {
    EXPECT_TRUE(needs_another_look(disconnected(0s).row, hearing()));
    EXPECT_FALSE(needs_another_look(disconnected(1us).row, hearing()));
    EXPECT_FALSE(needs_another_look(server().row, hearing()));
    ServerRecord gone = disconnected(0s);
    gone.row.status = Status::Offline;
    EXPECT_FALSE(needs_another_look(gone.row, hearing())) << "there is nothing left to say";
}

TEST(Words, ComeBackFromTheirColumns) {
    for (const Status one : {Status::Unknown, Status::Online, Status::Offline, Status::Error}) {
        EXPECT_EQ(status_of(to_text(one)), one);
    }
    for (const Fitness one : {Fitness::Ready, Fitness::Unsure, Fitness::Out}) {
        EXPECT_EQ(fitness_of(to_text(one)), one);
    }
    for (const Said one : {Said::Online, Said::Error, Said::Stopping, Said::Restarting}) {
        EXPECT_EQ(said_of(to_text(one)), one);
    }
    for (const Cause one :
         {Cause::Heartbeat,
          Cause::Disconnect,
          Cause::Stopping,
          Cause::Silence,
          Cause::LocalCheck}) {
        EXPECT_EQ(cause_of(to_text(one)), one);
    }
    EXPECT_EQ(status_of("dead"), std::nullopt);
}

}  // namespace
}  // namespace lumos::presence
