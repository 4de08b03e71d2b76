// An AAAA record that a switch takes away is put back on the way home, however the switch came to
// be recorded.

#include "tests/store/failover/switch_world.h"

#include <gtest/gtest.h>

namespace lumos::failover::testing {
namespace {

using Write = fakes::WriteBehaviour;

class SetAside : public ::testing::Test {
protected:
    SwitchWorld world;
    Id primary = world.server("fra-1", "2001:db8::1");
    Id secondary = world.server("iad-1");
    Id www = world.domain("www.example.com", {primary, secondary}, true);

    void fail() {
        world.goes_out(primary);
        world.answers(secondary);
    }
    // A switch without an answer, given up when the primary is back; it lands after that.
    void switch_lands_late() {
        fail();
        world.dns.next_write({.kind = Write::Kind::SilenceLate});
        (void)world.check();
        world.gets_ready(primary);
        world.ring_alarms();
        world.settle_down();
        ASSERT_TRUE(world.events().empty());
        ASSERT_TRUE(world.dns.land_late());
        ASSERT_EQ(world.dns.content("www.example.com", "AAAA"), "");
    }
    void come_home() {
        world.gets_ready(primary);
        for (int turn = 0; turn < 4; ++turn) {
            world.end_doubts();
            world.settle_down();
        }
    }
    void expect_home() {
        EXPECT_EQ(world.published(www), "fra-1");
        EXPECT_EQ(world.dns.content("www.example.com"), "203.0.113.1");
        EXPECT_EQ(world.dns.content("www.example.com", "AAAA"), "2001:db8::1");
        EXPECT_EQ(world.domain_value(www, "host(published_ipv6)"), "2001:db8::1");
        EXPECT_EQ(world.domain_value(www, "set_aside"), "");
        EXPECT_TRUE(world.is_settled());
    }
};

TEST_F(SetAside, IsKnownOfAWriteThatALateReadFinds) {
    switch_lands_late();

    come_home();

    expect_home();
}

TEST_F(SetAside, IsKnownOfAWriteThatStandsThereWhenItIsWantedAgain) {
    switch_lands_late();
    fail();
    (void)world.check();
    ASSERT_EQ(world.published(www), "iad-1");
    ASSERT_EQ(world.dns.writes().size(), 1U) << "it stood there already";

    come_home();

    expect_home();
}

TEST_F(SetAside, IsNothingWhereAHandTookTheRecordAway) {
    world.dns.remove("www.example.com", "AAAA");
    fail();
    (void)world.check();
    world.settle_down();

    come_home();

    EXPECT_EQ(world.dns.content("www.example.com"), "203.0.113.1");
    EXPECT_EQ(world.dns.content("www.example.com", "AAAA"), "");
}

}  // namespace
}  // namespace lumos::failover::testing
