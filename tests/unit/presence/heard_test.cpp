// What was read and not written yet: the view of the AGENT stream, and what both reading threads
// share with the round.

#include "workers/presence/heard.h"

#include "tests/unit/presence/builders.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <map>
#include <thread>

namespace lumos::presence {
namespace {

using namespace testing;

HeardHeartbeat said(
    std::int64_t sequence,
    std::int64_t client = 1,
    const std::string& server = "fra-1",
    Said what = Said::Online) {
    return {
        .account = "acme",
        .server = server,
        .heartbeat =
            {.sequence = sequence,
             .stored_at = kUntil + std::chrono::seconds(sequence),
             .through = ConnectionKey{"N1", client},
             .session = "s1",
             .interval = 15s,
             .said = what},
        .boot_id = "b1"};
}

// ---- the view ----

TEST(HeartbeatView, GivesWhatIsAboveASequence) {
    HeartbeatView view;
    (void)view.take(said(1, 1, "a"));
    (void)view.take(said(2, 1, "b"));
    (void)view.take(said(3, 1, "a"));
    ASSERT_EQ(view.above(0).size(), 2U);
    ASSERT_EQ(view.above(2).size(), 1U);
    EXPECT_EQ(view.above(2)[0].server, "a");
    EXPECT_EQ(view.above(2)[0].newest.sequence, 3);
    EXPECT_TRUE(view.above(3).empty());
}

TEST(HeartbeatView, KeepsEachConnectionUntilItWasWritten) {
    HeartbeatView view;
    (void)view.take(said(1, 1));
    (void)view.take(said(2, 2));
    (void)view.take(said(3, 2));
    ASSERT_EQ(view.above(0)[0].carried.size(), 2U);
    EXPECT_EQ(view.above(1)[0].carried.size(), 1U);
    view.forget_until(3);
    ASSERT_EQ(view.above(0).size(), 1U) << "the newest stays";
    ASSERT_EQ(view.above(0)[0].carried.size(), 1U);
    EXPECT_EQ(view.above(0)[0].carried[0].key.client_id, 2);
}

TEST(HeartbeatView, KnowsAConnectionsFirstAndLastHeartbeat) {
    HeartbeatView view;
    (void)view.take(said(1));
    (void)view.take(said(5));
    EXPECT_EQ(view.above(0)[0].carried[0].heard_since, kUntil + 1s);
    EXPECT_EQ(view.above(0)[0].carried[0].heard_at, kUntil + 5s);
    HeardHeartbeat earlier = said(6);
    earlier.heartbeat.stored_at = kUntil - 1h;  // A clock that was set back.
    (void)view.take(earlier);
    EXPECT_EQ(view.above(0)[0].carried[0].heard_since, kUntil - 1h);
    EXPECT_EQ(view.above(0)[0].carried[0].heard_at, kUntil - 1h);
}

TEST(HeartbeatView, SaysWhatIsWorthARoundAtOnce) {
    HeartbeatView view;
    EXPECT_TRUE(view.take(said(1))) << "the first";
    EXPECT_FALSE(view.take(said(2))) << "the same again";
    EXPECT_TRUE(view.take(said(3, 2))) << "another connection";
    EXPECT_TRUE(view.take(said(4, 2, "fra-1", Said::Error))) << "another word";
    HeardHeartbeat restarted = said(5, 2, "fra-1", Said::Error);
    restarted.heartbeat.session = "s2";
    EXPECT_TRUE(view.take(restarted)) << "another process";
    HeardHeartbeat nameless = said(6);
    nameless.heartbeat.through.reset();
    (void)view.take(nameless);
    EXPECT_EQ(view.above(5)[0].carried.size(), 0U) << "it names no connection";
    EXPECT_EQ(view.above(5)[0].newest.sequence, 6);
}

TEST(HeartbeatView, TellsServersOfTwoAccountsApart) {
    HeartbeatView view;
    (void)view.take(said(1));
    HeardHeartbeat other = said(2);
    other.account = "umbrella";
    (void)view.take(other);
    EXPECT_EQ(view.size(), 2U);
}

RC_GTEST_PROP(HeartbeatView, HoldsTheNewestConnectionsOnlyAndNeverMoreThanTheMost, ()) {
    HeartbeatView view;
    std::map<std::int64_t, std::int64_t> last;  // By client: the sequence of its last heartbeat.
    const auto count = *rc::gen::inRange(1, 120);
    for (std::int64_t sequence = 1; sequence <= count; ++sequence) {
        const auto client = *rc::gen::inRange<std::int64_t>(1, 40);
        (void)view.take(said(sequence, client));
        last[client] = sequence;
    }
    const auto held = view.above(0).at(0).carried;
    RC_ASSERT(held.size() == std::min(last.size(), kHeardConnectionsMost));
    Time oldest_held = kUntil + 1h;
    std::map<std::int64_t, Time> at;
    for (const CarriedHeartbeat& one : held) {
        oldest_held = std::min(oldest_held, one.heard_at);
        at[one.key.client_id] = one.heard_at;
    }
    for (const auto& [client, sequence] : last) {
        const Time spoke = kUntil + std::chrono::seconds(sequence);
        const bool is_right = at.contains(client) ? at[client] == spoke : spoke < oldest_held;
        RC_ASSERT(is_right);
    }
}

// ---- the AGENT stream's reader and the round ----

class HeardTest : public ::testing::Test {
protected:
    HeardTest() { heard.begin_agent(kCreated); }
    [[nodiscard]] std::optional<Heard::BeatRead> read_back(std::int64_t sequence) {
        return heard.wait_for_beat(sequence, 0ms, {});
    }
    static constexpr Time kCreated{std::chrono::seconds{1'795'000'000}};
    Heard heard;
};

TEST_F(HeardTest, ABeatThatWasReadBackHasItsStreamsTime) {
    heard.take_beat(3, kUntil);
    heard.take_beat(4, kUntil + 1s);  // Another replica's.
    const auto read = read_back(3);
    ASSERT_TRUE(read);
    EXPECT_EQ(read->stored_at, kUntil);
    EXPECT_EQ(read->stream_created, kCreated);
}

TEST_F(HeardTest, ABeatThatWasNotReadBackProvesNothing) {
    EXPECT_FALSE(read_back(3));
    heard.take_beat(4, kUntil);
    EXPECT_FALSE(read_back(3)) << "it was passed over";
}

TEST_F(HeardTest, WaitingForABeatEndsWhenItComesOrReadingBreaksOff) {
    const auto waits_while = [&](auto happens) {
        std::jthread reader(happens);
        return heard.wait_for_beat(7, 10s, {});
    };
    EXPECT_TRUE(waits_while([&] { heard.take_beat(7, kUntil); }));
    std::stop_source stop;
    stop.request_stop();
    EXPECT_FALSE(heard.wait_for_beat(8, 10s, stop.get_token()));
}

TEST_F(HeardTest, NothingIsAboveWhereReadingBrokeOffSinceTheBeat) {
    heard.take(said(1), false);
    heard.take_beat(2, kUntil);
    const auto read = read_back(2);
    ASSERT_TRUE(heard.above(0, read->generation));
    heard.lose_agent();
    EXPECT_FALSE(heard.above(0, read->generation));
    EXPECT_FALSE(read_back(2));
    heard.begin_agent(kCreated + 1h);
    EXPECT_FALSE(heard.above(0, read->generation));
}

TEST_F(HeardTest, WhatAnotherStreamSaidIsNotForgottenByTheSequencesOfTheOneBefore) {
    heard.take_beat(900, kUntil);
    const auto before = read_back(900);
    heard.begin_agent(kCreated + 1h);
    heard.take(said(1, 1), false);
    heard.take(said(2, 2), false);
    heard.forget_until(900, before->generation);
    heard.take_beat(3, kUntil);
    EXPECT_EQ(heard.above(0, read_back(3)->generation)->at(0).carried.size(), 2U);
}

TEST_F(HeardTest, TheReaderIsToldOnceToBeginAnew) {
    EXPECT_FALSE(heard.agent_is_to_begin_anew());
    heard.break_off();
    EXPECT_TRUE(heard.agent_is_to_begin_anew());
    heard.begin_agent(kCreated);
    EXPECT_FALSE(heard.agent_is_to_begin_anew());
}

TEST_F(HeardTest, NewsWakeTheRoundOnce) {
    EXPECT_FALSE(heard.wait_for_news(0ms, {}));
    heard.take(said(1), false);
    EXPECT_TRUE(heard.wait_for_news(0ms, {}));
    EXPECT_FALSE(heard.wait_for_news(0ms, {}));
    heard.take(said(2), false);
    EXPECT_FALSE(heard.wait_for_news(0ms, {})) << "nothing new";
    heard.take(said(3), true);
    EXPECT_TRUE(heard.wait_for_news(0ms, {})) << "it answers a call";
    heard.take(NamedClientEvent{.sequence = 1, .account = "acme", .server = "fra-1", .event = {}});
    EXPECT_TRUE(heard.wait_for_news(0ms, {}));
}

// ---- the BUS stream ----

NamedClientEvent event(std::int64_t sequence) {
    return {
        .sequence = sequence,
        .account = "acme",
        .server = "fra-1",
        .event = {.connected = true, .key = {"N1", sequence}, .reason = ""}};
}

TEST_F(HeardTest, GivesClientEventsBehindASequenceAFewAtATime) {
    EXPECT_FALSE(heard.bus_events(0, 10)) << "no reader is at work";
    heard.begin_bus(kCreated, std::nullopt);
    for (std::int64_t sequence = 1; sequence <= 5; ++sequence) {
        heard.take(event(sequence));
    }
    heard.pass_bus(6);
    const auto first = heard.bus_events(0, 2);
    EXPECT_EQ(first->events.size(), 2U);
    EXPECT_EQ(first->read_until, 2);
    const auto rest = heard.bus_events(first->read_until, 10);
    EXPECT_EQ(rest->events.size(), 3U);
    EXPECT_EQ(rest->read_until, 6) << "what was no event is read as well";
    EXPECT_EQ(heard.bus_events(9, 10)->read_until, 9) << "never back";
}

TEST_F(HeardTest, ForgetsClientEventsOfTheSameStreamOnly) {
    heard.begin_bus(kCreated, std::nullopt);
    heard.take(event(1));
    heard.take(event(2));
    heard.forget_bus_until(kCreated + 1h, 2);
    heard.forget_bus_until(std::nullopt, 2);
    EXPECT_EQ(heard.bus_events(0, 10)->events.size(), 2U);
    heard.forget_bus_until(kCreated, 1);
    EXPECT_EQ(heard.bus_events(0, 10)->events.size(), 1U);
    heard.lose_bus();
    EXPECT_FALSE(heard.bus_events(0, 10));
}

TEST_F(HeardTest, MakesTheReaderWaitWhenThereIsNoRoom) {
    heard.begin_bus(kCreated, std::nullopt);
    std::int64_t sequence = 0;
    while (heard.has_room_for_events() && sequence < 100'000) {
        heard.take(event(++sequence));
    }
    EXPECT_EQ(sequence, 50'000);
    heard.forget_bus_until(kCreated, 1);
    EXPECT_TRUE(heard.has_room_for_events());
}

}  // namespace
}  // namespace lumos::presence
