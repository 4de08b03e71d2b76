#include "workers/presence/connection_rule.h"

#include "tests/unit/presence/builders.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <numeric>
#include <set>

namespace lumos::presence {
namespace {

using namespace testing;

constexpr Duration kInterval = 15s;

TEST(Closing, CountsWhereItSpeaksOfTheServer) {
    for (const char* reason :
         {"Client Closed",
          "Read Error",
          "Write Error",
          "Stale Connection",
          "Slow Consumer (Pending Bytes)",
          "Slow Consumer (Write Deadline)"}) {
        EXPECT_TRUE(closing_counts(reason)) << reason;
    }
    for (const char* reason :
         {"Server Shutdown",
          "Credentials Revoked",
          "Authentication Expired",
          "Node Gone",
          "client closed",
          "Something New",
          ""}) {
        EXPECT_FALSE(closing_counts(reason)) << reason;
    }
}

TEST(Live, IsWhatIsOpenAndGaveASignWithinThreeIntervals) {
    EXPECT_TRUE(is_live(opened(kOwn, kUntil - 45s), hearing(), kInterval));
    EXPECT_FALSE(is_live(opened(kOwn, kUntil - 45s - 1us), hearing(), kInterval));
    AgentConnection spoke = connection();
    spoke.heard_at = kUntil - 45s;
    EXPECT_TRUE(is_live(spoke, hearing(), kInterval));
    spoke.heard_at = kUntil - 45s - 1us;
    EXPECT_FALSE(is_live(spoke, hearing(), kInterval));
    EXPECT_FALSE(is_live(closed(connection()), hearing(), kInterval));
}

TEST(Live, MeasuresHeardTime) {
    EXPECT_TRUE(is_live(opened(kOwn, kUntil - 1h), for_only(45s), kInterval));
    EXPECT_FALSE(is_live(opened(kOwn, kUntil - 1h), for_only(46s), kInterval));
}

CarriedHeartbeat carried(const ConnectionKey& key = kOwn) {
    return {
        .key = key,
        .session = "s1",
        .boot_id = "b1",
        .heard_since = kUntil - 10s,
        .heard_at = kUntil - 2s};
}

TEST(OpenByHeartbeat, OpensARowThatNobodyAnnounced) {
    Connections rows;
    open_by_heartbeat(rows, carried());
    ASSERT_EQ(rows.size(), 1U);
    EXPECT_EQ(rows[0].opened_at, kUntil - 10s);
    EXPECT_EQ(rows[0].heard_at, kUntil - 2s);
    EXPECT_TRUE(rows[0].is_changed);
}

TEST(OpenByHeartbeat, LeavesAClosedRowClosedAndRemembersWhoItWas) {
    Connections rows{closed(opened(kOwn))};
    open_by_heartbeat(rows, carried());
    EXPECT_TRUE(rows[0].closed_at);
    EXPECT_EQ(rows[0].boot_id, "b1");
}

TEST(OpenByHeartbeat, OpensWhatWasClosedBecauseItsNodeSeemedGone) {
    Connections rows{connection()};
    close_with_node(rows, "N1", kUntil);
    ASSERT_EQ(rows[0].reason, kNodeGone);
    open_by_heartbeat(rows, carried());
    EXPECT_FALSE(rows[0].closed_at);
    EXPECT_FALSE(rows[0].reason);
}

TEST(CloseWithNode, ClosesWhatIsOpenOnThatNodeWithoutCounting) {
    Connections rows{connection(), closed(connection(kOther)), connection({"N2", 1})};
    close_with_node(rows, "N1", kUntil);
    EXPECT_EQ(rows[0].closed_at, kUntil);
    EXPECT_FALSE(rows[0].counts);
    EXPECT_EQ(rows[1].reason, "Client Closed");
    EXPECT_FALSE(rows[2].closed_at);
}

// ---- closing ----

bool closes(Connections rows, const ConnectionKey& key, const std::string& reason) {
    return close_by_disconnect(rows, {.key = key, .reason = reason}, hearing(), kInterval);
}

TEST(CloseByDisconnect, EndsTheLastLiveConnectionWhereItCounts) {
    EXPECT_TRUE(closes({connection()}, kOwn, "Read Error"));
    EXPECT_TRUE(closes({opened(kOwn)}, kOwn, "Read Error"));
    EXPECT_FALSE(closes({connection()}, kOwn, "Server Shutdown"));
    EXPECT_FALSE(closes({connection(), opened(kOther)}, kOwn, "Read Error")) << "one is left";
    EXPECT_TRUE(closes({connection(), closed(connection(kOther))}, kOwn, "Read Error"));
    EXPECT_FALSE(closes({}, kOwn, "Read Error")) << "it was nobody's";
    EXPECT_FALSE(closes({closed(connection())}, kOwn, "Read Error")) << "it was closed";
}

TEST(CloseByDisconnect, OfAConnectionThatWasSilentForLongEndsNothing) {
    AgentConnection silent = connection();
    silent.heard_at = kUntil - 46s;
    EXPECT_FALSE(closes({silent}, kOwn, "Stale Connection"));
    EXPECT_TRUE(closes({silent, connection(kOther)}, kOther, "Read Error"))
        << "a silent one speaks for nobody";
}

TEST(CloseByDisconnect, IsFinal) {
    Connections rows{connection()};
    (void)close_by_disconnect(rows, {.key = kOwn, .reason = "Read Error"}, hearing(), kInterval);
    (void)close_by_disconnect(
        rows, {.key = kOwn, .reason = "Client Closed"}, after(hearing(), 5s), kInterval);
    open_by_connect(rows, kOwn, kUntil + 6s);
    open_by_heartbeat(rows, carried());
    ASSERT_EQ(rows.size(), 1U);
    EXPECT_EQ(rows[0].closed_at, kUntil);
}

// ---- in any order ----

TEST(Order, OfOpeningSpeakingAndClosingDoesNotMatter) {
    const std::vector<std::function<void(Connections&)>> happenings{
        [](Connections& rows) { open_by_connect(rows, kOwn, kUntil - 20s); },
        [](Connections& rows) { open_by_heartbeat(rows, carried()); },
        [](Connections& rows) {
            (void)close_by_disconnect(
                rows, {.key = kOwn, .reason = "Read Error"}, hearing(), kInterval);
        }};
    std::vector<std::size_t> order{0, 1, 2};
    do {
        Connections rows;
        for (const std::size_t one : order) {
            happenings[one](rows);
        }
        ASSERT_EQ(rows.size(), 1U);
        EXPECT_EQ(rows[0].closed_at, kUntil);
        EXPECT_EQ(rows[0].reason, "Read Error");
        EXPECT_TRUE(rows[0].counts);
        EXPECT_EQ(rows[0].session, "s1");
        EXPECT_EQ(rows[0].heard_since, kUntil - 10s);
        EXPECT_EQ(rows[0].heard_at, kUntil - 2s);
    } while (std::ranges::next_permutation(order).found);
}

TEST(Order, OfAPairThatWasSwappedLeavesTheNewConnectionAlive) {
    Connections rows{connection()};
    open_by_connect(rows, kOther, kUntil);
    EXPECT_FALSE(
        close_by_disconnect(rows, {.key = kOwn, .reason = "Read Error"}, hearing(), kInterval));
    Connections swapped{connection()};
    EXPECT_TRUE(
        close_by_disconnect(swapped, {.key = kOwn, .reason = "Read Error"}, hearing(), kInterval));
    open_by_connect(swapped, kOther, kUntil);
    EXPECT_TRUE(is_live(*find_connection(rows, kOther), hearing(), kInterval));
    EXPECT_TRUE(is_live(*find_connection(swapped, kOther), hearing(), kInterval));
}

// ---- two machines ----

Connections two_machines() {
    Connections rows{connection(), connection(kOther)};
    rows[1].boot_id = "b2";
    return rows;
}

struct Pair {
    const char* claim;
    bool is_conflict;
    std::function<void(Connections&)> change = [](Connections&) {};
};

void PrintTo(const Pair& row, std::ostream* out) {
    *out << row.claim;
}

class Conflicts : public ::testing::TestWithParam<Pair> {};

TEST_P(Conflicts, AreOfTwoMachinesThatSpeakBoth) {
    Connections rows = two_machines();
    GetParam().change(rows);
    EXPECT_EQ(is_conflict(rows, hearing(), kInterval), GetParam().is_conflict);
    std::ranges::reverse(rows);
    EXPECT_EQ(is_conflict(rows, hearing(), kInterval), GetParam().is_conflict) << "either way";
}

INSTANTIATE_TEST_SUITE_P(
    Table,
    Conflicts,
    ::testing::Values(
        Pair{"two boots, both speaking", true},
        Pair{"one boot is one machine", false, [](Connections& rows) { rows[1].boot_id = "b1"; }},
        Pair{
            "an unknown boot accuses nobody",
            false,
            [](Connections& rows) { rows[1].boot_id.reset(); }},
        Pair{
            "a closed connection speaks no more",
            false,
            [](Connections& rows) { rows[1] = closed(rows[1]); }},
        Pair{
            "nor does one that is silent for three intervals",
            false,
            [](Connections& rows) { rows[0].heard_at = kUntil - 46s; }},
        Pair{
            "a reboot: the old one spoke an interval after the new one's first at most",
            false,
            [](Connections& rows) {
                rows[1].heard_since = kUntil - 30s;
                rows[0].heard_at = kUntil - 15s;
            }},
        Pair{
            "later than that it is there still",
            true,
            [](Connections& rows) {
                rows[1].heard_since = kUntil - 30s;
                rows[0].heard_at = kUntil - 15s + 1us;
            }},
        Pair{
            "the new one has spoken for less than an interval",
            false,
            [](Connections& rows) { rows[1].heard_since = kUntil - 10s; }},
        Pair{"a connection without a heartbeat accuses nobody", false, [](Connections& rows) {
                 rows[1] = opened(kOther);
                 rows[1].boot_id = "b2";
             }}));

// ---- not too many ----

TEST(ForgetSurplus, KeepsWhatIsOpenAndNewest) {
    Connections rows;
    for (std::int64_t number = 0; number < 100; ++number) {
        AgentConnection one = opened({"N1", number}, kUntil - std::chrono::seconds(number));
        rows.push_back(number % 2 == 0 ? one : closed(one, kUntil - std::chrono::seconds(number)));
    }
    const auto forgotten = forget_surplus(rows);
    EXPECT_EQ(rows.size(), kConnectionsMost);
    EXPECT_EQ(forgotten.size(), 100 - kConnectionsMost);
    const auto is_open = [](const AgentConnection& one) { return !one.closed_at; };
    EXPECT_EQ(std::ranges::count_if(rows, is_open), 50);
    for (const ConnectionKey& key : forgotten) {
        EXPECT_EQ(key.client_id % 2, 1);
        EXPECT_GE(key.client_id, 28) << "the newest closed ones stay";
        EXPECT_EQ(find_connection(rows, key), nullptr);
    }
}

TEST(ForgetSurplus, ForgetsOpenOnesThatGaveNoSignForTheLongestTime) {
    Connections rows;
    for (std::int64_t number = 0; number < 70; ++number) {
        rows.push_back(opened({"N1", number}, kUntil - std::chrono::seconds(number)));
    }
    rows[69].heard_at = kUntil;
    const auto forgotten = forget_surplus(rows);
    EXPECT_EQ(forgotten.size(), 6U);
    EXPECT_NE(find_connection(rows, {"N1", 69}), nullptr);
    EXPECT_EQ(find_connection(rows, {"N1", 63}), nullptr);
}

TEST(ForgetSurplus, LeavesAsManyAsThereMayBe) {
    Connections rows(kConnectionsMost, connection());
    EXPECT_TRUE(forget_surplus(rows).empty());
    EXPECT_EQ(rows.size(), kConnectionsMost);
}

}  // namespace
}  // namespace lumos::presence
