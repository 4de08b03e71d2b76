// From requests for servers to zones, and from rows to the queue.

#include "schemas/work_messages.h"
#include "sql/request_store.h"
#include "tests/store/failover/switch_world.h"
#include "workers/failover/api_budget.h"
#include "workers/failover/cycle_sweep.h"
#include "workers/failover/request_sweep.h"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace lumos::failover::testing {
namespace {

using Zones = std::vector<Id>;

class Requests : public ::testing::Test {
protected:
    SwitchWorld world;
    Id primary = world.server("fra-1");
    Id secondary = world.server("iad-1");
    Id third = world.server("sgp-1");
    std::unique_ptr<sql::Connection> session = world.new_session();
    ZoneQueue queue{100};
    RequestSweep sweep{queue};

    // A domain in a zone of its own.
    Id zone_with(const std::string& name, const std::vector<Id>& servers) {
        const auto first = world.zone;
        world.zone = world.another_zone(name);
        (void)world.domain("www." + name, servers);
        return std::exchange(world.zone, first);
    }
    Zones expand(const std::string& cause, Id server) {
        world.run(fmt::format(
            "INSERT INTO check_requests (server_id, cause) VALUES ({}, '{}')", server, cause));
        auto zones = sql::expand_server_requests(*session, std::chrono::milliseconds{0}, 100);
        std::ranges::sort(zones);
        world.run("DELETE FROM check_requests WHERE zone_id IS NOT NULL");
        return zones;
    }
    void fail_over(Id zone) {
        world.run(fmt::format(
            "UPDATE domains SET published_server = {}, failover_status = 'failed_over' "
            "WHERE zone_id = {}",
            secondary,
            zone));
    }
    std::int64_t asked() {
        return world.number(
            "SELECT count(*) AS value FROM check_requests WHERE zone_id IS NOT NULL");
    }
    void age_requests() {
        world.run("UPDATE check_requests SET requested_at = requested_at - interval '2 seconds'");
    }
};

TEST_F(Requests, OfAServerThatGoesConcernTheZonesPublishedThere) {
    const auto mine = zone_with("one.example", {primary, secondary});
    (void)zone_with("two.example", {secondary, primary});

    EXPECT_EQ(expand("offline", primary), Zones{mine});
    EXPECT_EQ(expand("out", primary), Zones{mine});
}

TEST_F(Requests, OfAServerThatIsReadyConcernTheZonesThatWaitForThatPrimary) {
    const auto waiting = zone_with("one.example", {primary, secondary});
    (void)zone_with("two.example", {primary, secondary});
    fail_over(waiting);

    EXPECT_EQ(expand("ready", primary), Zones{waiting});
}

TEST_F(Requests, OfAServerThatIsReadyConcernTheZonesThatLackOne) {
    const auto lacking = zone_with("one.example", {primary, secondary, third});
    (void)zone_with("two.example", {secondary, third});
    world.goes_out(primary);
    world.run("DELETE FROM check_requests");

    EXPECT_EQ(expand("ready", third), Zones{lacking});
}

TEST_F(Requests, OfAServerEndTheHoldsOfWhatIsPublishedThere) {
    const auto held = zone_with("one.example", {primary, secondary});
    (void)zone_with("two.example", {primary, secondary});
    world.run(fmt::format("UPDATE domains SET hold_code = 'grace' WHERE zone_id = {}", held));

    EXPECT_EQ(expand("ready", primary), Zones{held});
}

TEST_F(Requests, OfAServerThatIsReadyEndTheDoubtAboutWhatIsPublishedThere) {
    const auto unsure = zone_with("one.example", {primary, secondary});
    const auto unknown = zone_with("two.example", {primary, secondary});
    (void)zone_with("three.example", {primary, secondary});
    const auto decide = [&](Id zone, const std::string& code) {
        world.run(
            fmt::format("UPDATE domains SET decision_code = '{}' WHERE zone_id = {}", code, zone));
    };
    decide(unsure, "primary_unsure");
    decide(unknown, "primary_unknown");

    EXPECT_EQ(expand("ready", primary), (Zones{unsure, unknown}));
}

TEST_F(Requests, OfAnEditConcernAllThatHaveTheServer) {
    const auto one = zone_with("one.example", {primary, secondary});
    const auto two = zone_with("two.example", {secondary, primary});
    (void)zone_with("three.example", {secondary, third});

    EXPECT_EQ(expand("config_change", primary), (Zones{one, two}));
}

TEST_F(Requests, AreExpandedOnceAndGone) {
    (void)zone_with("one.example", {primary, secondary});
    world.goes_out(primary);

    EXPECT_EQ(sql::expand_server_requests(*session, std::chrono::milliseconds{0}, 100).size(), 1U);
    EXPECT_TRUE(sql::expand_server_requests(*session, std::chrono::milliseconds{0}, 100).empty());
    EXPECT_EQ(asked(), 1);
}

TEST_F(Requests, ThatAreYoungAreLeftToTheirJob) {
    (void)world.domain("www.example.com", {primary, secondary});
    world.request();
    world.goes_out(primary);

    sweep.run(*session);
    EXPECT_EQ(queue.size(), 0U);
    age_requests();
    sweep.run(*session);

    EXPECT_EQ(queue.size(), 1U);
}

TEST_F(Requests, AreTakenAtOnceWhenTheirJobComes) {
    (void)world.domain("www.example.com", {primary, secondary});
    world.goes_out(primary);
    sweep.on_job(*session, "lumos.job.acme.server.fra-1.check");
    EXPECT_EQ(queue.size(), 1U);

    (void)world.another_zone("two.example");
    sweep.on_job(*session, "lumos.job.acme.zone.two_example.check");
    EXPECT_EQ(queue.size(), 2U);
    sweep.on_job(*session, "lumos.job.acme.zone.unknown_example.check");
    sweep.on_job(*session, "lumos.nonsense");
    EXPECT_EQ(queue.size(), 2U);
}

TEST_F(Requests, MakeTheRowThatTheirZoneLacks) {
    world.run("DELETE FROM zone_work");
    world.request();
    world.run("INSERT INTO check_requests (zone_id, cause) VALUES (4711, 'cycle')");
    age_requests();

    sweep.run(*session);

    EXPECT_EQ(queue.size(), 1U);
    EXPECT_EQ(asked(), 1) << "one was for a zone that is gone";
}

class DueZones : public Requests {
protected:
    std::size_t due() {
        return sql::list_due_zones(
                   *session, std::chrono::milliseconds{1'000}, 100, 2, api_budget::kShape)
            .size();
    }
    void set_work(const std::string& what) { world.run("UPDATE zone_work SET " + what); }
    const std::string past = "clock_timestamp() - interval '1 second'";
    const std::string future = "clock_timestamp() + interval '30 seconds'";
};

TEST_F(DueZones, AreThoseWhoseAlarmHasComeAndThatAreFree) {
    EXPECT_EQ(due(), 0U);
    set_work("due_at = " + future);
    EXPECT_EQ(due(), 0U);
    set_work("due_at = " + past);
    EXPECT_EQ(due(), 1U);
    set_work("reserved_until = " + future);
    EXPECT_EQ(due(), 0U);
    set_work("reserved_until = " + past + ", not_before = " + future);
    EXPECT_EQ(due(), 0U);
    set_work("not_before = " + past);
    EXPECT_EQ(due(), 1U);
}

TEST_F(DueZones, LeaveOutWhoWaitsForItsTokenUntilItsAlarm) {
    world.run(
        "INSERT INTO provider_budgets (provider_id, blocked_until) VALUES (1, " + future + ")");
    world.request();
    age_requests();

    EXPECT_EQ(due(), 1U) << "nobody has looked at it yet";
    set_work("due_at = " + future);
    EXPECT_EQ(due(), 0U);
    world.run("UPDATE provider_budgets SET blocked_until = NULL, calls = 0");
    EXPECT_EQ(due(), 0U);
    world.run("UPDATE provider_budgets SET calls = 2");
    EXPECT_EQ(due(), 1U);
}

class Cycle : public Requests {
protected:
    CycleSweep cycles{sweep, world.clock, std::chrono::seconds{300}};

    std::string tick(Time starts_at) {
        const schemas::Envelope envelope{
            .id = "tick-300-1",
            .source = "/lumos/scheduler",
            .what = "cycle_tick",
            .subject = "1",
            .time = starts_at,
            .account = {},
            .sequence = {},
            .correlationid = {}};
        return schemas::write_cycle_tick(
            envelope, {.cycle = 1, .starts_at = starts_at, .interval_seconds = 300});
    }
    std::int64_t completed() { return world.number("SELECT count(*) AS value FROM cycles"); }
    // Finds again what was lost on the way here.
    Zones requested_by_a_sweep() {
        world.run("DELETE FROM check_requests");
        world.run("DELETE FROM cycles");
        cycles.run_if_overdue(*session);
        Zones zones;
        for (const auto row : world.run(
                 "SELECT zone_id FROM check_requests WHERE cause = 'cycle' ORDER BY zone_id")) {
            zones.push_back(row.integer("zone_id"));
        }
        return zones;
    }
};

TEST_F(Cycle, IsSweptOnceHoweverManyTicksAndWorkers) {
    const auto now = world.clock.now();
    auto other = world.new_session();

    cycles.on_tick(*session, tick(now));
    cycles.on_tick(*other, tick(now));

    EXPECT_LE(completed(), 2) << "two only when a cycle ended between them";
    EXPECT_GE(completed(), 1);
}

TEST_F(Cycle, SkipsATickOfAnEarlierCycle) {
    cycles.on_tick(*session, tick(world.clock.now() - std::chrono::seconds{301}));

    EXPECT_EQ(completed(), 0);
}

TEST_F(Cycle, IsSweptWithoutAnyTickAfterOneAndAHalf) {
    cycles.run_if_overdue(*session);
    EXPECT_EQ(completed(), 1);
    world.run("UPDATE cycles SET id = id - 1, completed_at = clock_timestamp() - interval '400 s'");
    cycles.run_if_overdue(*session);
    EXPECT_EQ(completed(), 1);

    world.run("UPDATE cycles SET completed_at = clock_timestamp() - interval '451 s'");
    cycles.run_if_overdue(*session);

    EXPECT_EQ(completed(), 2);
}

TEST_F(Cycle, AsksForNothingWhereAllIsWell) {
    (void)zone_with("one.example", {primary, secondary});

    EXPECT_EQ(requested_by_a_sweep(), Zones{});
}

TEST_F(Cycle, FindsWhatIsPublishedAtADeadServer) {
    const auto dead = zone_with("one.example", {primary, secondary});
    (void)zone_with("two.example", {secondary, primary});
    world.goes_out(primary);

    EXPECT_EQ(requested_by_a_sweep(), Zones{dead});
}

TEST_F(Cycle, FindsWhatCouldGoHome) {
    const auto away = zone_with("one.example", {primary, secondary});
    const auto waits = zone_with("two.example", {third, secondary});
    fail_over(away);
    fail_over(waits);
    world.turns_unsure(third);

    EXPECT_EQ(requested_by_a_sweep(), Zones{away});
}

TEST_F(Cycle, FindsDoubtsAndPendingChangesWithoutAnAlarm) {
    const auto lost = zone_with("one.example", {primary, secondary});
    const auto nobodys = zone_with("two.example", {primary, secondary});
    const auto watched = zone_with("three.example", {primary, secondary});
    world.run(fmt::format(
        "UPDATE domains SET doubt_until = clock_timestamp() WHERE zone_id IN ({}, {})",
        lost,
        watched));
    world.run(
        fmt::format("UPDATE domains SET published_server = NULL WHERE zone_id = {}", nobodys));
    world.run(fmt::format(
        "UPDATE zone_work SET due_at = clock_timestamp() + interval '9 s' WHERE zone_id = {}",
        watched));

    EXPECT_EQ(requested_by_a_sweep(), (Zones{lost, nobodys}));
}

TEST_F(Cycle, PutsWhatItFoundIntoTheQueueAtOnce) {
    (void)zone_with("one.example", {primary, secondary});
    world.goes_out(primary);

    cycles.run_if_overdue(*session);

    EXPECT_EQ(queue.size(), 1U);
}

}  // namespace
}  // namespace lumos::failover::testing
