// What goes wrong between the steps: workers that die, lose their session or are late, a provider
// that says no or nothing, reads that are stale. Whoever comes next makes it right, with its events
// exactly once.

#include "tests/store/failover/switch_world.h"

#include <boost/json.hpp>
#include <fmt/core.h>
#include <gtest/gtest.h>

namespace lumos::failover::testing {
namespace {

using Outcome = CheckResult::Outcome;
using Write = fakes::WriteBehaviour;
using Read = fakes::ReadBehaviour;

class Faults : public ::testing::Test {
protected:
    SwitchWorld world;
    Id primary = world.server("fra-1");
    Id secondary = world.server("iad-1");
    Id www = world.domain("www.example.com", {primary, secondary});

    void fail() {
        world.goes_out(primary);
        world.answers(secondary);
    }
    // Another worker comes, as often as alarms ring; reservations, doubts and backoffs come to
    // their end.
    void others_finish() {
        for (int turn = 0; turn < 4; ++turn) {
            world.end_reservation();
            world.settle_down();
            world.end_doubts();
            world.settle_down();
        }
    }
    void expect_moved_once() {
        EXPECT_EQ(world.dns.content("www.example.com"), "203.0.113.2");
        EXPECT_EQ(world.published(www), "iad-1");
        EXPECT_TRUE(world.is_settled());
        EXPECT_EQ(world.event_types(), std::vector<std::string>{"failover_triggered"});
        EXPECT_EQ(world.number("SELECT count(*) AS value FROM deliveries"), 1);
        EXPECT_EQ(world.number("SELECT count(*) AS value FROM check_requests"), 0);
    }
    std::string cause_of(std::size_t event) {
        const auto data = boost::json::parse(world.events().at(event).data);
        return std::string(data.at("cause").as_string());
    }
};

class DiesAtStep : public Faults, public ::testing::WithParamInterface<const char*> {};

TEST_P(DiesAtStep, AndAnotherWorkerFinishesTheSwitch) {
    fail();
    world.observer.die_at(GetParam());

    EXPECT_THROW((void)world.check(), Dies);
    others_finish();

    expect_moved_once();
}

TEST_P(DiesAtStep, OnTheWayHomeAndAnotherWorkerFinishesIt) {
    fail();
    (void)world.check();
    world.settle_down();
    world.gets_ready(primary);
    world.observer.die_at(GetParam());

    EXPECT_THROW((void)world.check(), Dies);
    others_finish();

    EXPECT_EQ(world.dns.content("www.example.com"), "203.0.113.1");
    EXPECT_EQ(world.published(www), "fra-1");
    EXPECT_TRUE(world.is_settled());
    EXPECT_EQ(
        world.event_types(), (std::vector<std::string>{"failover_triggered", "server_recovered"}));
    EXPECT_EQ(world.events()[0].incident, world.events()[1].incident);
}

TEST_P(DiesAtStep, AndThePrimaryComesBackBeforeAnotherWorkerLooks) {
    fail();
    world.observer.die_at(GetParam());
    EXPECT_THROW((void)world.check(), Dies);

    world.gets_ready(primary);
    others_finish();

    EXPECT_EQ(world.dns.content("www.example.com"), "203.0.113.1");
    EXPECT_EQ(world.published(www), "fra-1");
    EXPECT_TRUE(world.is_settled());
    EXPECT_EQ(world.events().size() % 2, 0U) << "every event begins where the last one ended";
}

INSTANTIATE_TEST_SUITE_P(
    Steps,
    DiesAtStep,
    ::testing::Values(
        "lock",
        "read_record",
        "settle",
        "decide",
        "intend",
        "lock_again",
        "call_provider",
        "apply"));

TEST_F(Faults, RecordsWhatADeadWorkerHasWrittenBeforeItDecides) {
    fail();
    world.observer.die_at("apply");
    EXPECT_THROW((void)world.check(), Dies);
    EXPECT_EQ(world.dns.content("www.example.com"), "203.0.113.2");
    EXPECT_EQ(world.published(www), "fra-1");

    world.end_reservation();
    (void)world.check();

    EXPECT_EQ(world.published(www), "iad-1");
    EXPECT_EQ(world.dns.writes().size(), 1U);
    ASSERT_EQ(world.events().size(), 1U);
    EXPECT_EQ(cause_of(0), "settled");
    EXPECT_NE(world.domain_value(www, "doubt_until"), "") << "it may land again";
}

TEST_F(Faults, LeavesAFreshPendingChangeToItsMaker) {
    fail();
    world.observer.die_at("lock_again");
    EXPECT_THROW((void)world.check(), Dies);

    world.request();
    const auto result = world.check();

    EXPECT_EQ(result.outcome, Outcome::Left);
    EXPECT_EQ(world.text("SELECT state AS value FROM dns_changes"), "pending");
}

TEST_F(Faults, NeverWritesForAnAttemptThatWasSettledMeanwhile) {
    fail();
    // Stopped before it could lock again; another worker gives its change up and makes its own.
    world.observer.at("lock_again", [&] {
        auto other = world.new_session();
        ScriptedObserver nobody;
        world.end_reservation();
        EXPECT_EQ(world.check_as(*other, nobody).outcome, Outcome::Applied);
    });

    const auto result = world.check();

    EXPECT_EQ(result.outcome, Outcome::Left);
    EXPECT_EQ(world.dns.writes().size(), 1U);
    others_finish();
    expect_moved_once();
}

TEST_F(Faults, DoesNotRecordTwiceWhatAnotherHasSettledWhileItsSessionWasLost) {
    fail();
    // The session dies under a worker that is about to write and does not know it.
    world.observer.at("call_provider", [&] {
        world.run(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = "
            "current_database() AND state = 'idle in transaction'");
        auto other = world.new_session();
        ScriptedObserver nobody;
        world.end_reservation();
        EXPECT_EQ(world.check_as(*other, nobody).outcome, Outcome::Applied);
    });

    EXPECT_ANY_THROW((void)world.check());
    EXPECT_EQ(world.dns.writes().size(), 2U);
    others_finish();

    expect_moved_once();
}

TEST_F(Faults, KeepsADoubtAfterASilenceUntilALateRead) {
    fail();
    world.dns.next_write({.kind = Write::Kind::SilenceLost});

    const auto silent = world.check();

    EXPECT_EQ(silent.outcome, Outcome::Unanswered);
    EXPECT_GT(silent.due_in, std::chrono::microseconds{0});
    EXPECT_NE(world.domain_value(www, "doubt_until"), "");
    EXPECT_EQ(world.text("SELECT state || refused AS value FROM dns_changes"), "pendingfalse");
    others_finish();
    expect_moved_once();
}

TEST_F(Faults, RecordsAWriteThatHasLandedWithoutAnAnswer) {
    fail();
    world.dns.next_write({.kind = Write::Kind::SilenceApplied});
    (void)world.check();

    others_finish();

    expect_moved_once();
    EXPECT_EQ(cause_of(0), "settled");
    EXPECT_EQ(world.dns.writes().size(), 1U);
}

TEST_F(Faults, FindsAWriteThatLandsLateAndPutsItRight) {
    fail();
    world.dns.next_write({.kind = Write::Kind::SilenceLate});
    (void)world.check();
    world.gets_ready(primary);
    world.ring_alarms();
    world.settle_down();
    ASSERT_TRUE(world.events().empty());
    ASSERT_EQ(world.dns.content("www.example.com"), "203.0.113.1");

    world.dns.land_late();
    others_finish();

    EXPECT_EQ(world.dns.content("www.example.com"), "203.0.113.1");
    EXPECT_EQ(world.published(www), "fra-1");
    EXPECT_TRUE(world.is_settled());
    EXPECT_EQ(
        world.event_types(), (std::vector<std::string>{"failover_triggered", "server_recovered"}));
    EXPECT_EQ(cause_of(0), "settled");
}

TEST_F(Faults, DoubtsAReadThatContradictsASureDatabase) {
    fail();
    (void)world.check();
    world.gets_ready(primary);
    // The record shows the secondary; a stale read says that it shows the primary already, which is
    // what is wanted.
    world.dns.next_read({.kind = Read::Kind::Stale});

    (void)world.check();

    EXPECT_NE(world.domain_value(www, "doubt_until"), "");
    others_finish();
    EXPECT_EQ(world.dns.content("www.example.com"), "203.0.113.1");
    EXPECT_EQ(world.published(www), "fra-1");
    EXPECT_TRUE(world.is_settled());
    const auto types = world.event_types();
    for (std::size_t event = 0; event < types.size(); ++event) {
        EXPECT_EQ(types[event], event % 2 == 0 ? "failover_triggered" : "server_recovered");
    }
    EXPECT_EQ(types.back(), "server_recovered");
}

TEST_F(Faults, RecordsAtOnceASwitchThatAHandHasMadeAlready) {
    fail();
    world.dns.remove("www.example.com", "A");
    world.dns.put(
        {.id = "",
         .name = "www.example.com",
         .type = "A",
         .content = "203.0.113.2",
         .ttl = 30,
         .proxied = false,
         .original = ""});

    (void)world.check();
    others_finish();

    EXPECT_TRUE(world.dns.writes().empty());
    expect_moved_once();
}

TEST_F(Faults, BacksOffWhereTheReadFailsAndTriesAgain) {
    fail();
    world.dns.next_read({.kind = Read::Kind::Fail});

    const auto result = world.check();

    EXPECT_EQ(result.outcome, Outcome::Settled);
    EXPECT_GT(result.due_in, std::chrono::microseconds{0});
    EXPECT_EQ(world.domain_value(www, "hold_code"), "provider_unreachable");
    EXPECT_EQ(world.number("SELECT failures AS value FROM zone_work"), 1);
    EXPECT_TRUE(world.dns.writes().empty());
    others_finish();
    world.ring_alarms();
    world.settle_down();
    expect_moved_once();
    EXPECT_EQ(world.number("SELECT failures AS value FROM zone_work"), 0);
}

TEST_F(Faults, BacksOffLongerEachTime) {
    fail();
    std::vector<std::int64_t> waits;
    for (int failure = 0; failure < 4; ++failure) {
        world.dns.next_read({.kind = Read::Kind::Fail});
        world.keep_hearing();
        world.request();
        waits.push_back(world.check().due_in.value().count());
    }

    EXPECT_GT(waits[1], waits[0]);
    EXPECT_GT(waits[2], waits[1]);
    EXPECT_GT(waits[3], waits[2]);
}

TEST_F(Faults, LeavesAZoneAloneWhoseTokenCannotBeDecryptedAndTellsAtOnce) {
    fail();
    world.providers.token_is_lost = true;

    (void)world.check();

    EXPECT_EQ(world.number("SELECT failures AS value FROM zone_work"), 1);
    EXPECT_NE(world.text("SELECT not_before::text AS value FROM zone_work"), "");
    EXPECT_NE(
        world.text("SELECT last_error AS value FROM zone_work").find("k2"), std::string::npos);
    EXPECT_EQ(world.domain_value(www, "hold_code"), "token_invalid");
    EXPECT_EQ(world.event_types(), std::vector<std::string>{"failover_not_applied"});
    EXPECT_EQ(world.check().outcome, Outcome::Left);
    world.providers.token_is_lost = false;
    world.ring_alarms();
    world.settle_down();
    EXPECT_EQ(world.published(www), "iad-1");
}

}  // namespace
}  // namespace lumos::failover::testing
