// What is still to be done about a zone has an alarm, also where its time came during the check
// itself.

#include "tests/store/failover/switch_world.h"
#include "tests/support/wait_until.h"

#include <gtest/gtest.h>

namespace lumos::failover::testing {
namespace {

using namespace std::chrono_literals;
using Outcome = CheckResult::Outcome;
using Read = fakes::ReadBehaviour;

class Alarms : public ::testing::Test {
protected:
    SwitchWorld world;
    Id primary = world.server("fra-1");
    Id secondary = world.server("iad-1");
    Id www = world.domain("www.example.com", {primary, secondary});

    void fail() {
        world.goes_out(primary);
        world.answers(secondary);
    }
    // Well again, and its request is lost on the way: only alarms bring the zone back.
    void primary_is_back() {
        world.gets_ready(primary);
        world.run("DELETE FROM check_requests WHERE server_id IS NOT NULL");
    }
    void wait_until_over(const std::string& condition) {
        EXPECT_TRUE(support::wait_until(
            [&] { return world.text("SELECT (" + condition + ")::text AS value") == "true"; },
            10s));
    }
    std::int64_t due_now() {
        return world.number(
            "SELECT count(*) AS value FROM zone_work WHERE due_at <= clock_timestamp()");
    }
};

TEST_F(Alarms, KeepADoubtThatEndsWhileTheRecordsAreRead) {
    fail();
    // The check takes its calls first, then the zone.
    world.observer.at("lock", [&] {
        world.observer.at("lock", [&] {
            world.run("UPDATE domains SET doubt_until = clock_timestamp() + interval '1 second'");
        });
    });
    world.dns.on_read([&] {
        primary_is_back();
        wait_until_over("(SELECT doubt_until FROM domains) < clock_timestamp()");
        world.dns.on_read({});
    });

    (void)world.check();

    EXPECT_NE(world.domain_value(www, "doubt_until"), "") << "that read began too early";
    EXPECT_EQ(due_now(), 1);
    world.settle_down();
    EXPECT_TRUE(world.is_settled());
}

TEST_F(Alarms, RingAtOnceWhereThereAreCallsAgainBeforeTheCheckCouldSaySo) {
    fail();
    world.observer.at("lock", [&] {
        world.run(
            "INSERT INTO provider_budgets (provider_id, blocked_until) "
            "VALUES (1, clock_timestamp() + interval '1 second')");
        world.observer.at("lock", [&] {
            wait_until_over(
                "(SELECT blocked_until FROM provider_budgets) < clock_timestamp() - "
                "interval '10 milliseconds'");
        });
    });

    EXPECT_EQ(world.check().outcome, Outcome::Waiting);

    EXPECT_EQ(due_now(), 1);
    world.settle_down();
    EXPECT_EQ(world.published(www), "iad-1");
}

TEST_F(Alarms, OfADoubtWaitForTheBackoffWhereTheReadFails) {
    world.run("UPDATE domains SET doubt_until = clock_timestamp() - interval '1 second'");
    world.request();
    world.dns.next_read({.kind = Read::Kind::Fail});

    const auto failed = world.check();

    EXPECT_GT(failed.due_in.value(), 0us);
    EXPECT_LE(failed.due_in.value(), 1s);
    EXPECT_EQ(due_now(), 0) << "or it would be asked without a pause";
}

TEST_F(Alarms, OfADoubtRingForNobodyWithoutAProvider) {
    world.run("UPDATE domains SET doubt_until = clock_timestamp() - interval '1 second'");
    world.run("UPDATE zones SET provider_id = NULL");
    world.request();

    EXPECT_EQ(world.check().due_in, std::nullopt);
}

}  // namespace
}  // namespace lumos::failover::testing
