// A round of presence against a real database, where streams and nodes change under it, and where a
// server claims more than it should.

#include "tests/store/presence/presence_world.h"

#include <gtest/gtest.h>

#include <string>

namespace lumos::presence::testing {
namespace {

// ---- another stream, another node ----

TEST(HearingRoundAndStreams, TakesTheHeartbeatsOfANewStreamThoughItsSequencesBeginAnew) {
    PresenceWorld world;
    world.server("fra-1");
    world.listen(40s, {"fra-1"});
    world.now += 1s;
    world.wipe_streams();
    world.speaks("fra-1", {.said = Said::Error});
    (void)world.round();
    EXPECT_EQ(world.of("fra-1", "status"), "error");
    EXPECT_EQ(world.of("fra-1", "last_seq"), "1");
    EXPECT_EQ(world.of("fra-1", "judged_seq"), "1");
    EXPECT_EQ(world.value("SELECT beat_seq FROM hearing"), "2");
    world.disconnects("fra-1", kClient, "Read Error");
    (void)world.round();
    EXPECT_EQ(world.value("SELECT reason FROM agent_connections"), "Read Error");
    EXPECT_EQ(world.value("SELECT bus_seq FROM hearing"), "1");
}

TEST(HearingRoundAndStreams, ANewStreamWhoseClockIsBehindCutsEveryTimeBack) {
    PresenceWorld world;
    world.server("fra-1");
    world.listen(10s, {"fra-1"});
    world.now -= 1h;
    world.wipe_streams();
    // As long as somebody hears the stream that is newer by its clock, that one counts.
    ASSERT_EQ(world.round().verdict, RoundVerdict::OlderStream);
    world.run("UPDATE heard_nodes SET advanced_at = advanced_at - interval '6 seconds'");
    ASSERT_EQ(world.round().verdict, RoundVerdict::GoesOn);
    EXPECT_EQ(
        world.value("SELECT count(*) FROM server_presence p, heard_nodes n "
                    "WHERE greatest(p.last_seen, p.steady_since, n.heard_since) > n.heard_until"),
        "0");
    world.listen(world.limits.health_timeout - 2s);
    EXPECT_EQ(world.of("fra-1", "status"), "online");
    world.listen(6s);
    EXPECT_EQ(world.of("fra-1", "status"), "offline");
}

TEST(HearingRoundAndStreams, AClockThatGoesBackLeavesNothingAheadOfTheBeat) {
    PresenceWorld world;
    world.server("fra-1");
    world.listen(10s, {"fra-1"});
    world.now += 1s;
    world.speaks("fra-1", {.client = 2});
    (void)world.round(-1h);
    EXPECT_EQ(world.of("fra-1", "client_id"), "2");
    EXPECT_EQ(
        world.value("SELECT count(*) FROM server_presence p, agent_connections c, heard_nodes n "
                    "WHERE greatest(p.last_seen, p.steady_since, c.opened_at, c.heard_since, "
                    "c.heard_at, n.heard_since) > n.heard_until"),
        "0");
}

TEST(HearingRoundAndStreams, AReplicaThatHoldsOnToAnOlderStreamWritesNothing) {
    PresenceWorld world(2);
    world.server("fra-1");
    world.speaks("fra-1");
    Replica& old = world.replica(0);
    (void)world.round(old);
    const ReadBeat late = world.beat(old);
    world.now += 1s;
    world.wipe_streams_unnoticed_by(old);
    (void)world.round(world.replica(0));
    const std::string before = world.everything();

    EXPECT_EQ(old.round.run(old.session, late).verdict, RoundVerdict::OlderStream);
    EXPECT_EQ(world.everything(), before);
}

TEST(HearingRoundAndStreams, MovesTheServersOfANodeThatIsGoneWithAFullTimeout) {
    PresenceWorld world;
    world.server("fra-1");
    world.speaks("fra-1");
    (void)world.round();
    world.listen(100s);
    world.node = "N2";  // The same URL answers with another id: it was started anew.
    (void)world.round();
    EXPECT_EQ(world.of("fra-1", "node"), "N2");
    EXPECT_EQ(world.of("fra-1", "span"), "");
    EXPECT_EQ(
        world.value("SELECT reason || ' ' || counts FROM agent_connections"), "Node Gone false");
    world.listen(world.limits.health_timeout - 4s);
    EXPECT_EQ(world.of("fra-1", "status"), "online");
    world.listen(8s);
    EXPECT_EQ(world.of("fra-1", "status"), "offline");
}

TEST(HearingRoundAndStreams, LeavesANodeThatWasMovedToAnotherAddressWhenNobodyHearsItAnyMore) {
    PresenceWorld world;
    world.server("fra-1");
    world.speaks("fra-1");
    (void)world.round();
    world.node = "N2";
    world.url = "nats://elsewhere";
    (void)world.round();
    EXPECT_EQ(world.of("fra-1", "node"), "N1");
    world.run(
        "UPDATE heard_nodes SET advanced_at = advanced_at - interval '6 seconds' "
        "WHERE node = 'N1'");
    (void)world.round();
    EXPECT_EQ(world.of("fra-1", "node"), "N2");
    EXPECT_EQ(world.of("fra-1", "status"), "online");
}

// ---- bounds ----

TEST(HearingRoundBounds, KeepsFewConnectionsOfAServerThatClaimsMany) {
    PresenceWorld world;
    world.server("fra-1");
    world.server("fra-2");
    for (int round = 0; round < 8; ++round) {
        for (int claim = 0; claim < 200; ++claim) {
            world.speaks("fra-1", {.client = 1'000 * round + claim});
            world.connects("fra-1", 1'000'000 + 1'000 * round + claim);
            world.disconnects("fra-1", 1'000'000 + 1'000 * round + claim, "Client Closed");
        }
        world.speaks("fra-2");
        (void)world.round();
    }
    EXPECT_EQ(
        world.value("SELECT count(*) FROM agent_connections WHERE server_id = 1"),
        std::to_string(kConnectionsMost));
    EXPECT_EQ(world.value("SELECT count(*) FROM agent_connections WHERE server_id = 2"), "1");
    EXPECT_EQ(world.value("SELECT count(*) FROM agent_connections WHERE client_id = 7199"), "1")
        << "the newest is kept";
}

TEST(HearingRoundBounds, WhoeverIsAlwaysOvertakenForgetsWhatTheOthersWrote) {
    PresenceWorld world(2);
    world.server("fra-1");
    Replica& slow = world.replica(0);
    for (int client = 1; client <= 5; ++client) {
        world.speaks("fra-1", {.client = client});
        world.connects("fra-1", client);
        const ReadBeat late = world.beat(slow);
        (void)world.round(world.replica(1));
        ASSERT_EQ(slow.round.run(slow.session, late).verdict, RoundVerdict::Overtaken);
    }
    const ReadBeat now = world.beat(slow);
    const auto heard = slow.heard.above(0, now.read.generation);
    ASSERT_TRUE(heard);
    EXPECT_EQ(heard->at(0).carried.size(), 1U);
    EXPECT_EQ(slow.heard.bus_events(0, 100)->events.size(), 0U);
}

TEST(HearingRoundBounds, ForgetsClosedConnectionsAfterADay) {
    PresenceWorld world;
    world.server("fra-1");
    world.listen(4s, {"fra-1"});
    world.connects("fra-1", 2);
    world.disconnects("fra-1", 2, "Client Closed");
    (void)world.round();
    world.run("UPDATE agent_connections SET closed_at = closed_at - interval '25 hours'");
    world.listen(120s, {"fra-1"});
    EXPECT_EQ(world.value("SELECT string_agg(client_id::text, ' ') FROM agent_connections"), "1");
}

TEST(HearingRoundBounds, ForgetsNodesThatAreGone) {
    PresenceWorld world;
    world.server("fra-1");
    for (int restart = 1; restart <= 150; ++restart) {
        world.node = "N" + std::to_string(restart);
        world.speaks("fra-1");
        (void)world.round(1s);
    }
    world.listen(120s, {"fra-1"});
    EXPECT_EQ(world.value("SELECT count(*) FROM heard_nodes WHERE gone_at IS NOT NULL"), "100");
    EXPECT_EQ(world.value("SELECT count(*) FROM heard_nodes WHERE node = 'N149'"), "1");
    world.run("UPDATE heard_nodes SET gone_at = gone_at - interval '25 hours'");
    world.listen(120s, {"fra-1"});
    EXPECT_EQ(world.value("SELECT string_agg(node, ' ') FROM heard_nodes"), "N150");
    EXPECT_EQ(world.of("fra-1", "status"), "online");
}

}  // namespace
}  // namespace lumos::presence::testing
