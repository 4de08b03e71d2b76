// A person edits a domain while a change of it is under way, or the change of an edit fails: what
// was asked for is what DNS shows in the end.

#include "tests/store/failover/switch_world.h"

#include <gtest/gtest.h>

namespace lumos::failover::testing {
namespace {

using Write = fakes::WriteBehaviour;

class Edits : public ::testing::Test {
protected:
    SwitchWorld world;
    Id primary = world.server("fra-1");
    Id secondary = world.server("iad-1");
    Id www = world.domain("www.example.com", {primary, secondary});

    void edit_ttls(int ttl, int failover_ttl) {
        world.run(
            "UPDATE domains SET rewrite_asked = true, ttl = " + std::to_string(ttl) +
            ", failover_ttl = " + std::to_string(failover_ttl));
        world.request("config_change");
    }
    void fail() {
        world.goes_out(primary);
        world.answers(secondary);
    }
    void others_finish() {
        for (int turn = 0; turn < 4; ++turn) {
            world.end_reservation();
            world.settle_down();
            world.end_doubts();
            world.settle_down();
        }
    }
    void expect_ttl(std::int64_t ttl) {
        EXPECT_EQ(world.dns.records().front().ttl, ttl);
        EXPECT_EQ(world.domain_value(www, "rewrite_asked"), "false");
        EXPECT_TRUE(world.is_settled());
    }
};

TEST_F(Edits, OfATtlAreTriedAgainAfterARefusal) {
    edit_ttls(120, 60);
    world.dns.next_write({.kind = Write::Kind::Refuse});

    (void)world.check();
    (void)world.check();

    EXPECT_EQ(world.text("SELECT state AS value FROM dns_changes"), "abandoned");
    others_finish();
    expect_ttl(120);
}

TEST_F(Edits, OfATtlAreFinishedWhenTheirWorkerDiesBeforeItWrites) {
    edit_ttls(120, 60);
    world.observer.die_at("call_provider");

    EXPECT_THROW((void)world.check(), Dies);
    others_finish();

    expect_ttl(120);
}

TEST_F(Edits, OfATtlAreFoundWhereTheirWorkerDiedAfterIt) {
    edit_ttls(120, 60);
    world.observer.die_at("apply");

    EXPECT_THROW((void)world.check(), Dies);
    others_finish();

    expect_ttl(120);
    EXPECT_EQ(world.dns.writes().size(), 1U);
    EXPECT_EQ(world.text("SELECT state AS value FROM dns_changes"), "applied");
}

TEST_F(Edits, OfATtlSurviveASwitchThatAnotherWorkerFindsApplied) {
    fail();
    world.observer.die_at("apply");
    EXPECT_THROW((void)world.check(), Dies);

    edit_ttls(300, 90);
    others_finish();

    EXPECT_EQ(world.published(www), "iad-1");
    expect_ttl(90);
}

TEST_F(Edits, OfATtlSurviveASwitchWhoseReservationRanOut) {
    fail();
    world.observer.at("lock_again", [&] { edit_ttls(300, 90); });

    (void)world.check();
    others_finish();

    EXPECT_EQ(world.published(www), "iad-1");
    expect_ttl(90);
}

}  // namespace
}  // namespace lumos::failover::testing
