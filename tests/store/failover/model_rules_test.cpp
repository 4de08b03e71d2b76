// Safeguards of the checked model around a check: its requests, its alarm, its transaction, its
// calls.

#include "tests/store/failover/model_rules.h"

namespace lumos::failover::testing {
namespace {

using Outcome = CheckResult::Outcome;

class RequestsAreRows : public ModelRules {};

TEST_F(RequestsAreRows, AndOneThatComesDuringACheckIsLeftToTheNext) {
    world.request();
    world.observer.at("nothing", [&] {
        world.request();
        EXPECT_EQ(check_by_another().outcome, Outcome::Left);
    });

    (void)world.check();

    EXPECT_EQ(requests(), 1);
}

TEST_F(RequestsAreRows, AndOneThatComesDuringAReadIsLeftToTheNext) {
    fail();
    world.dns.on_read([&] {
        world.request();
        EXPECT_EQ(check_by_another().outcome, Outcome::Left);
    });

    (void)world.check();

    EXPECT_EQ(requests(), 1);
}

class DueAgain : public ModelRules {};

TEST_F(DueAgain, IsTheZoneAfterAWrite) {
    fail();

    EXPECT_EQ(world.check().outcome, Outcome::Applied);

    EXPECT_EQ(due_now(), 1);
}

TEST_F(DueAgain, IsTheZoneAfterAChangeWasFoundApplied) {
    fail();
    die_at("apply");

    EXPECT_EQ(world.check().outcome, Outcome::Settled);

    ASSERT_EQ(world.published(www), "iad-1");
    EXPECT_EQ(due_now(), 1);
}

TEST_F(DueAgain, IsTheZoneWhereWhatIsWantedStoodThereAlready) {
    fail();
    die_at("apply");
    world.run("DELETE FROM dns_changes");

    EXPECT_EQ(world.check().outcome, Outcome::Settled);

    ASSERT_EQ(world.published(www), "iad-1");
    EXPECT_EQ(due_now(), 1);
}

class Reservation : public ModelRules {};

TEST_F(Reservation, IsTheWholeZonesAndNobodyTouchesItsAlarm) {
    const auto shop = world.domain("shop.example.com", {secondary, primary});
    fail();
    world.observer.at("lock_again", [&] {
        const auto alarm = world.text("SELECT due_at::text AS value FROM zone_work");
        world.run(
            fmt::format("UPDATE domains SET ttl = 120, rewrite_asked = true WHERE id = {}", shop));
        world.request("config_change");
        EXPECT_EQ(check_by_another().outcome, Outcome::Left);
        EXPECT_EQ(world.text("SELECT due_at::text AS value FROM zone_work"), alarm);
        throw Dies();
    });

    EXPECT_THROW((void)world.check(), Dies);

    EXPECT_TRUE(world.dns.writes().empty());
    EXPECT_EQ(
        world.number("SELECT count(*) AS value FROM zone_work "
                     "WHERE due_at = reserved_until AND due_at > clock_timestamp()"),
        1);
}

class Adoption : public ModelRules {};

TEST_F(Adoption, TellsAChangeThatIsFoundAlsoWhereItIsNotWantedAnyMore) {
    fail();
    die_at("apply");
    world.gets_ready(primary);

    EXPECT_EQ(world.check().outcome, Outcome::Applied);

    EXPECT_EQ(
        world.event_types(), (std::vector<std::string>{"failover_triggered", "server_recovered"}));
    EXPECT_EQ(world.dns.content("www.example.com"), "203.0.113.1");
}

class OneTransaction : public ModelRules, public ::testing::WithParamInterface<const char*> {};

TEST_P(OneTransaction, IsSettlingDecidingAndIntending) {
    fail();
    die_at("apply");
    world.gets_ready(primary);
    const auto before = world.text("SELECT due_at::text AS value FROM zone_work");
    world.observer.die_at(GetParam());

    EXPECT_THROW((void)world.check(), Dies);

    EXPECT_EQ(change_state(), "pending") << "what was settled is gone with its worker";
    EXPECT_TRUE(world.events().empty());
    EXPECT_EQ(world.text("SELECT due_at::text AS value FROM zone_work"), before);
}

INSTANTIATE_TEST_SUITE_P(Steps, OneTransaction, ::testing::Values("decide", "intend"));

class Calls : public ModelRules {};

TEST_F(Calls, FollowTheCommitOfTheirRows) {
    world.goes_out(primary);
    std::int64_t waiting = -1;
    world.observer.at("publish_call", [&] {
        EXPECT_TRUE(world.after.called.empty());
        waiting = world.number("SELECT count(*) AS value FROM waiting_for");
    });

    (void)world.check();

    EXPECT_EQ(waiting, 1) << "an answer could not find that it is waited for";
    EXPECT_EQ(world.after.called.size(), 1U);
}

}  // namespace
}  // namespace lumos::failover::testing
