// A round of presence against a real database: what it writes, and that it is all or nothing.

#include "sql/error.h"
#include "tests/store/presence/presence_world.h"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <thread>

namespace lumos::presence::testing {
namespace {

// Every table that the fall of a server is written to.
constexpr const char* kTransactions =
    "SELECT count(DISTINCT x) FROM (SELECT xmin::text FROM hearing UNION ALL "
    "SELECT xmin::text FROM heard_nodes UNION ALL SELECT xmin::text FROM server_presence UNION ALL "
    "SELECT xmin::text FROM agent_connections UNION ALL SELECT xmin::text FROM events UNION ALL "
    "SELECT xmin::text FROM deliveries UNION ALL SELECT xmin::text FROM check_requests "
    "WHERE id = (SELECT max(id) FROM check_requests)) AS t (x)";

TEST(HearingRound, WritesWhatAServerSays) {
    PresenceWorld world;
    world.server("fra-1");
    world.speaks("fra-1", {.client = 12, .session = "s9", .boot = "b9"});

    const RoundResult result = world.round();

    EXPECT_EQ(result.verdict, RoundVerdict::GoesOn);
    EXPECT_EQ(world.of("fra-1", "status"), "online");
    EXPECT_EQ(world.of("fra-1", "fitness"), "unsure");
    EXPECT_EQ(world.of("fra-1", "node"), "N1");
    EXPECT_EQ(world.of("fra-1", "session"), "s9");
    EXPECT_EQ(world.of("fra-1", "last_seq"), world.of("fra-1", "judged_seq"));
    EXPECT_EQ(
        world.value("SELECT client_id || ' ' || session || ' ' || boot_id FROM agent_connections"),
        "12 s9 b9");
}

TEST(HearingRound, MakesASteadyServerReadyAndAsksForItsZones) {
    PresenceWorld world;
    world.server("fra-1");
    world.listen(world.limits.ready_hold + 4s, {"fra-1"});
    EXPECT_EQ(world.of("fra-1", "fitness"), "ready");
    EXPECT_EQ(world.value("SELECT string_agg(cause, ' ') FROM check_requests"), "ready");
}

TEST(HearingRound, WritesRowsEventsDeliveriesAndRequestsInOneTransaction) {
    PresenceWorld world;
    world.server("fra-1");
    world.listen(10s, {"fra-1"});
    world.speaks("fra-1", {.said = Said::Stopping});
    (void)world.round();

    EXPECT_EQ(world.of("fra-1", "status"), "offline");
    EXPECT_EQ(world.value(kTransactions), "1");
    EXPECT_EQ(world.value("SELECT type FROM events"), "server_down");
    EXPECT_EQ(world.value("SELECT data ->> 'cause' FROM events"), "stopping");
    EXPECT_EQ(world.value("SELECT count(*) FROM deliveries"), "1");
    EXPECT_EQ(world.value("SELECT incident FROM deliveries"), world.of("fra-1", "incident"));
    EXPECT_EQ(
        world.value("SELECT trigger_id FROM check_requests ORDER BY id DESC LIMIT 1"),
        world.value("SELECT id FROM events"));
    EXPECT_EQ(world.replica().round.deliveries().size(), 1U);
    ASSERT_EQ(world.replica().round.jobs().size(), 1U);
    EXPECT_EQ(world.replica().round.jobs()[0].name, "fra-1");
}

TEST(HearingRound, TellsTheEndOfAnIncidentAsPartOfIt) {
    PresenceWorld world;
    world.server("fra-1");
    world.listen(10s, {"fra-1"});
    world.speaks("fra-1", {.said = Said::Stopping});
    (void)world.round();
    world.speaks("fra-1", {.client = 2, .session = "s2"});
    (void)world.round();
    EXPECT_EQ(
        world.value("SELECT string_agg(type, ' ' ORDER BY sequence) FROM events"),
        "server_down server_up");
    EXPECT_EQ(world.value("SELECT count(DISTINCT incident) FROM deliveries"), "1");
}

TEST(HearingRound, JudgesADisconnectInTheRoundAfter) {
    PresenceWorld world;
    world.server("fra-1");
    world.listen(40s, {"fra-1"});
    world.disconnects("fra-1", kClient, "Read Error");

    const RoundResult first = world.round();
    EXPECT_TRUE(first.another_at_once);
    EXPECT_EQ(world.of("fra-1", "status"), "online");
    const RoundResult second = world.round(50ms);

    EXPECT_FALSE(second.another_at_once);
    EXPECT_EQ(world.of("fra-1", "status"), "offline");
    EXPECT_EQ(world.of("fra-1", "cause"), "disconnect");
    EXPECT_EQ(world.of("fra-1", "fitness"), "unsure");
    world.listen(world.limits.disconnect_grace);
    EXPECT_EQ(world.of("fra-1", "fitness"), "out");
    EXPECT_EQ(world.value("SELECT reason FROM agent_connections"), "Read Error");
}

TEST(HearingRound, CallsASilentServerOfflineAfterTheTimeoutOfHeardTime) {
    PresenceWorld world;
    world.server("fra-1");
    world.speaks("fra-1");
    (void)world.round();
    world.listen(world.limits.health_timeout - 2s);
    EXPECT_EQ(world.of("fra-1", "status"), "online");
    world.listen(6s);
    EXPECT_EQ(world.of("fra-1", "status"), "offline");
    EXPECT_EQ(world.of("fra-1", "cause"), "silence");
    EXPECT_EQ(world.of("fra-1", "fitness"), "out");
}

TEST(HearingRound, GivesEverybodyAFullTimeoutAfterAGapOfTheDatabasesClock) {
    PresenceWorld world;
    world.server("fra-1");
    world.speaks("fra-1");
    (void)world.round();
    world.listen(100s);
    world.run("UPDATE heard_nodes SET advanced_at = advanced_at - interval '6 seconds'");
    const std::string span = world.value("SELECT span FROM heard_nodes");
    world.listen(100s);
    EXPECT_NE(world.value("SELECT span FROM heard_nodes"), span);
    EXPECT_EQ(world.of("fra-1", "status"), "online");
    world.listen(26s);
    EXPECT_EQ(world.of("fra-1", "status"), "offline");
}

TEST(HearingRound, SkipsServersThatNobodyKnows) {
    PresenceWorld world;
    world.server("fra-1");
    world.speaks("nobody");
    world.disconnects("nobody", 9, "Read Error");
    world.speaks("fra-1");
    const RoundResult result = world.round();
    EXPECT_EQ(result.judged, 1);
    EXPECT_EQ(world.of("fra-1", "status"), "online");
    EXPECT_EQ(world.value("SELECT count(*) FROM agent_connections"), "1");
}

TEST(HearingRound, WritesFiveThousandServersAtOnce) {
    PresenceWorld world;
    world.servers(5'000);
    for (int number = 1; number <= 5'000; ++number) {
        world.speaks(fmt::format("s-{}", number));
    }
    EXPECT_EQ(world.round().judged, 5'000);
    EXPECT_EQ(world.value("SELECT count(*) FROM server_presence WHERE status = 'online'"), "5000");
    EXPECT_EQ(world.value("SELECT count(*) FROM agent_connections"), "5000");
}

// ---- failover's calls ----

TEST(HearingRound, AnAnsweredCallIsDeletedAndItsZoneRequested) {
    PresenceWorld world;
    const auto server = world.server("fra-1");
    world.run(
        "INSERT INTO zones (account_id, name, provider_zone_id) VALUES (1, 'a.example', 'z')");
    world.listen(4s, {"fra-1"});
    world.run(fmt::format(
        "INSERT INTO waiting_for (server_id, zone_id, asked_at) "
        "SELECT {}, 1, heard_until FROM heard_nodes",
        server));
    (void)world.round();
    EXPECT_EQ(world.value("SELECT count(*) FROM waiting_for"), "1");
    world.speaks("fra-1");
    (void)world.round();
    EXPECT_EQ(world.value("SELECT count(*) FROM waiting_for"), "0");
    EXPECT_EQ(world.value("SELECT cause FROM check_requests WHERE zone_id = 1"), "answer");
    ASSERT_EQ(world.replica().round.jobs().size(), 1U);
    EXPECT_TRUE(world.replica().round.jobs()[0].is_zone);
    EXPECT_EQ(world.replica().round.jobs()[0].name, "a.example");
}

TEST(HearingRound, AnUnansweredCallEndsReadinessAndTellsTheZoneOnce) {
    PresenceWorld world;
    const auto server = world.server("fra-1");
    world.run(
        "INSERT INTO zones (account_id, name, provider_zone_id) VALUES (1, 'a.example', 'z')");
    world.listen(world.limits.ready_hold + 4s, {"fra-1"});
    ASSERT_EQ(world.of("fra-1", "fitness"), "ready");
    world.run(fmt::format(
        "INSERT INTO waiting_for (server_id, zone_id, asked_at) "
        "SELECT {}, 1, heard_until FROM heard_nodes",
        server));
    world.listen(12s);
    EXPECT_EQ(world.of("fra-1", "fitness"), "unsure");
    EXPECT_EQ(world.value("SELECT count(*) FROM waiting_for"), "1");
    EXPECT_EQ(world.value("SELECT count(*) FROM check_requests WHERE zone_id = 1"), "1");
}

// ---- all or nothing ----

TEST(HearingRound, LeavesNothingWhereItFailsBeforeItsCommit) {
    PresenceWorld world;
    world.server("fra-1");
    world.listen(4s, {"fra-1"});
    world.run(
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'not now'; END $$; "
        "CREATE TRIGGER refuse BEFORE UPDATE ON hearing FOR EACH ROW EXECUTE FUNCTION refuse()");
    world.speaks("fra-1", {.said = Said::Stopping, .report = {.version = "2.0"}});
    world.disconnects("fra-1", kClient, "Client Closed");
    const std::string before = world.everything();

    EXPECT_THROW((void)world.round(), sql::Broken);

    EXPECT_EQ(world.everything(), before);
    world.run("DROP TRIGGER refuse ON hearing");
    (void)world.round();
    EXPECT_EQ(world.of("fra-1", "status"), "offline");
    EXPECT_EQ(world.value("SELECT agent_version FROM server_reports"), "2.0");
    EXPECT_EQ(world.value("SELECT reason FROM agent_connections"), "Client Closed");
}

TEST(HearingRound, WritesNothingWhereAnotherReplicaWasFaster) {
    PresenceWorld world(2);
    world.server("fra-1");
    world.speaks("fra-1");
    const ReadBeat slower = world.beat(world.replica(0));
    (void)world.round(world.replica(1));
    world.speaks("fra-1", {.said = Said::Stopping});
    const std::string before = world.everything();

    const RoundResult result = world.replica(0).round.run(world.replica(0).session, slower);

    EXPECT_EQ(result.verdict, RoundVerdict::Overtaken);
    EXPECT_EQ(world.everything(), before);
}

TEST(HearingRound, OfTwoRacingReplicasTellsEverythingOnce) {
    constexpr int kGoodbyes = 40;
    PresenceWorld world(2);
    world.server("fra-1");
    const auto run = [&](Replica& one, const ReadBeat& beat) {
        try {
            (void)one.round.run(one.session, beat);
        } catch (const sql::Busy&) {
            // The other one has been at it for too long.
        }
    };
    for (int turn = 0; turn < 2 * kGoodbyes; ++turn) {
        world.now += 1s;
        world.speaks(
            "fra-1",
            {.said = turn % 2 == 0 ? Said::Online : Said::Stopping,
             .session = "s" + std::to_string(turn / 2)});
        const ReadBeat first = world.beat(world.replica(0));
        const ReadBeat second = world.beat(world.replica(1));
        const std::jthread other([&] { run(world.replica(1), second); });
        run(world.replica(0), first);
    }
    const std::string goodbyes = std::to_string(kGoodbyes);
    EXPECT_EQ(world.value("SELECT count(*) FROM events WHERE type = 'server_down'"), goodbyes);
    EXPECT_EQ(world.value("SELECT count(DISTINCT incident) FROM events"), goodbyes);
    EXPECT_EQ(
        world.value("SELECT count(*) FROM events WHERE type = 'server_up'"),
        std::to_string(kGoodbyes - 1));
    EXPECT_EQ(world.of("fra-1", "transition"), std::to_string(2 * kGoodbyes));
}

TEST(HearingRound, WritesNothingWhereItStalled) {
    PresenceWorld world;
    world.server("fra-1");
    (void)world.round();
    world.speaks("fra-1");
    ReadBeat stalled = world.beat(world.replica());
    stalled.sent_at -= 6s;
    const std::string before = world.everything();
    EXPECT_EQ(
        world.replica().round.run(world.replica().session, stalled).verdict, RoundVerdict::Stalled);
    EXPECT_EQ(world.everything(), before);
}

TEST(HearingRound, WritesNothingWhereReadingBrokeOffSinceItsBeat) {
    PresenceWorld world;
    world.server("fra-1");
    (void)world.round();
    world.speaks("fra-1");
    const ReadBeat beat = world.beat(world.replica());
    world.replica().heard.lose_agent();
    const std::string before = world.everything();
    EXPECT_EQ(
        world.replica().round.run(world.replica().session, beat).verdict, RoundVerdict::Stalled);
    EXPECT_EQ(world.everything(), before);
}

TEST(HearingRound, IsBusyWhereAnotherReplicaIsAtWorkAndLeavesNothing) {
    PresenceWorld world(2);
    world.server("fra-1");
    (void)world.round();
    world.speaks("fra-1");
    const std::string before = world.everything();
    sql::Transaction other(world.replica(1).session);
    (void)other.run_text("SELECT FROM hearing FOR UPDATE");
    EXPECT_THROW((void)world.round(), sql::Busy);
    EXPECT_EQ(world.everything(), before);
}

}  // namespace
}  // namespace lumos::presence::testing
