// Candidates are called, waited for, and switched to when they have spoken; and people are told of
// holds.

#include "tests/store/failover/switch_world.h"

#include <boost/json.hpp>
#include <gtest/gtest.h>

namespace lumos::failover::testing {
namespace {

using Outcome = CheckResult::Outcome;
using Names = std::vector<std::string>;

class Calling : public ::testing::Test {
protected:
    SwitchWorld world;
    Id primary = world.server("fra-1");
    Id secondary = world.server("iad-1");
    Id www = world.domain("www.example.com", {primary, secondary});

    std::int64_t waiting() { return world.number("SELECT count(*) AS value FROM waiting_for"); }
};

TEST_F(Calling, CallsTheCandidateAndSwitchesWithItsAnswer) {
    world.goes_out(primary);

    const auto held = world.check();
    EXPECT_EQ(world.after.called, Names{"iad-1"});
    EXPECT_EQ(waiting(), 1);
    EXPECT_EQ(world.domain_value(www, "hold_code"), "calling");
    EXPECT_LE(held.due_in.value(), std::chrono::seconds{1});
    EXPECT_EQ(world.dns.reads(), 0U);

    world.answers(secondary);
    const auto switched = world.check();

    EXPECT_EQ(switched.outcome, Outcome::Applied);
    EXPECT_EQ(world.after.called, Names{"iad-1"}) << "an answer never causes the next call";
    EXPECT_EQ(world.domain_value(www, "hold_code"), "");
}

TEST_F(Calling, CallsAlreadyDuringTheGraceAndAgainWhenItIsOver) {
    world.goes_offline(primary);
    (void)world.check();
    EXPECT_EQ(world.domain_value(www, "hold_code"), "grace");
    EXPECT_EQ(world.after.called, Names{"iad-1"});

    world.answers(secondary);
    (void)world.check();
    EXPECT_EQ(world.after.called.size(), 1U);

    world.goes_out(primary);
    (void)world.check();
    EXPECT_EQ(world.after.called.size(), 2U);
    EXPECT_TRUE(world.dns.writes().empty()) << "heard before it was given up only";

    world.answers(secondary);
    (void)world.check();
    EXPECT_EQ(world.published(www), "iad-1");
}

TEST_F(Calling, CallsAgainAfterASecondWithoutAnAnswer) {
    world.goes_out(primary);
    (void)world.check();
    world.request();
    (void)world.check();
    EXPECT_EQ(world.after.called.size(), 1U);

    world.run("UPDATE zone_work SET called_at = called_at - interval '1 second'");
    world.ring_alarms();
    (void)world.check();

    EXPECT_EQ(world.after.called.size(), 2U);
    EXPECT_EQ(waiting(), 1) << "who is waited for already stays so";
}

TEST_F(Calling, HasItsAlarmWhenTheCallerDiesBetweenCommitAndCall) {
    world.goes_out(primary);
    world.observer.die_at("publish_call");

    EXPECT_THROW((void)world.check(), Dies);

    EXPECT_TRUE(world.after.called.empty());
    EXPECT_EQ(waiting(), 1);
    EXPECT_NE(world.text("SELECT due_at::text AS value FROM zone_work"), "");
}

TEST_F(Calling, CallsThePrimaryBeforeItReturns) {
    world.goes_out(primary);
    world.answers(secondary);
    (void)world.check();
    world.settle_down();
    world.gets_ready(primary);
    world.falls_quiet(primary);

    (void)world.check();
    EXPECT_EQ(world.after.called, Names{"fra-1"});
    EXPECT_EQ(world.published(www), "iad-1");

    world.answers(primary);
    (void)world.check();
    EXPECT_EQ(world.published(www), "fra-1");
}

TEST_F(Calling, MovesNothingWhenNobodyAnswersAndWaitsForNobodyWhoIsNoLongerReady) {
    world.goes_out(primary);
    (void)world.check();
    world.turns_unsure(secondary);
    world.request("answer");

    (void)world.check();

    EXPECT_EQ(world.domain_value(www, "hold_code"), "no_healthy_secondary");
    EXPECT_EQ(world.dns.reads(), 0U);
    EXPECT_EQ(world.after.called.size(), 1U);
}

TEST_F(Calling, GivesAnEarlierCandidateASecondBeforeALaterOne) {
    const auto third = world.server("sgp-1");
    const auto shop = world.domain("shop.example.com", {primary, secondary, third});
    world.goes_out(primary);
    (void)world.check();
    world.answers(third);

    (void)world.check();
    EXPECT_EQ(world.published(shop), "fra-1");

    world.run("UPDATE waiting_for SET first_called_at = first_called_at - interval '1 second'");
    world.run(
        "UPDATE server_presence SET fitness_since = fitness_since - interval '1 second' "
        "WHERE fitness = 'out'");
    world.request();
    (void)world.check();
    EXPECT_EQ(world.published(shop), "sgp-1");
    EXPECT_EQ(world.published(www), "fra-1") << "it has the silent one only";
}

TEST_F(Calling, MovesNothingWhileNobodyHears) {
    world.goes_out(primary);
    world.answers(secondary);
    world.hearing_stops();

    const auto held = world.check();

    EXPECT_EQ(world.domain_value(www, "hold_code"), "hearing_interrupted");
    EXPECT_GT(held.due_in.value(), std::chrono::seconds{4});
    EXPECT_LE(held.due_in.value(), std::chrono::seconds{5});
    EXPECT_TRUE(world.dns.writes().empty());
}

class Held : public Calling {
protected:
    void all_die() {
        world.goes_out(primary);
        world.goes_out(secondary);
    }
};

TEST_F(Held, IsToldAfterTenSecondsOnce) {
    all_die();
    const auto first = world.check();
    EXPECT_GT(first.due_in.value(), std::chrono::seconds{9});
    EXPECT_TRUE(world.events().empty());

    for (int turn = 0; turn < 3; ++turn) {
        world.let_pass("hold_since", std::chrono::seconds{10});
        world.settle_down();
    }

    ASSERT_EQ(world.event_types(), Names{"failover_held"});
    const auto data = boost::json::parse(world.events()[0].data).as_object();
    EXPECT_EQ(data.at("code").as_string(), "no_healthy_secondary");
    EXPECT_EQ(data.at("publishedIp").as_string(), "203.0.113.1");
    EXPECT_EQ(data.at("candidates").as_array().size(), 2U);
    EXPECT_EQ(
        world.events()[0].incident,
        world.text("SELECT incident::text AS value FROM server_presence WHERE server_id = 1"));
}

TEST_F(Held, IsToldAgainForAnotherCode) {
    all_die();
    (void)world.check();
    world.let_pass("hold_since", std::chrono::seconds{10});
    world.settle_down();
    world.hearing_stops();
    world.request();
    (void)world.check();

    world.let_pass("hold_since", std::chrono::seconds{10});
    world.hearing_stops();
    (void)world.check();

    EXPECT_EQ(world.event_types(), (Names{"failover_held", "failover_held"}));
}

TEST_F(Held, IsNeverToldForCallingOrGrace) {
    world.goes_offline(primary);
    (void)world.check();
    world.let_pass("hold_since", std::chrono::seconds{60});
    world.keep_hearing();
    (void)world.check();
    world.goes_out(primary);
    (void)world.check();
    world.let_pass("hold_since", std::chrono::seconds{60});
    (void)world.check();

    EXPECT_TRUE(world.events().empty());
}

TEST_F(Held, EndsWhenThePublishedServerIsWellAgain) {
    all_die();
    (void)world.check();
    ASSERT_EQ(world.domain_value(www, "hold_code"), "no_healthy_secondary");

    world.gets_ready(primary);
    (void)world.check();

    EXPECT_EQ(world.domain_value(www, "hold_code"), "");
    EXPECT_EQ(world.domain_value(www, "decision_code"), "primary_healthy");
}

}  // namespace
}  // namespace lumos::failover::testing
