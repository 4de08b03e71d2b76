// The switch from beginning to end, by one worker, with a provider that does as it should.

#include "tests/store/failover/switch_world.h"

#include <boost/json.hpp>
#include <gtest/gtest.h>

namespace lumos::failover::testing {
namespace {

namespace json = boost::json;
using Outcome = CheckResult::Outcome;

class Protocol : public ::testing::Test {
protected:
    SwitchWorld world;
    Id primary = world.server("fra-1");
    Id secondary = world.server("iad-1");
    Id www = world.domain("www.example.com", {primary, secondary});

    // Out, and the secondary has spoken since.
    void fail() {
        world.goes_out(primary);
        world.answers(secondary);
    }
    json::object data_of(std::size_t event) {
        return json::parse(world.events().at(event).data).as_object();
    }
};

TEST_F(Protocol, IsFreeWhereNothingIsWanted) {
    world.request();

    const auto result = world.check();

    EXPECT_EQ(result.outcome, Outcome::Settled);
    EXPECT_EQ(result.due_in, std::nullopt);
    EXPECT_EQ(world.dns.reads(), 0U);
    EXPECT_EQ(world.number("SELECT count(*) AS value FROM check_requests"), 0);
    EXPECT_EQ(world.text("SELECT due_at::text AS value FROM zone_work"), "");
}

TEST_F(Protocol, SwitchesToTheSecondaryWithALowTtl) {
    fail();

    const auto result = world.check();

    EXPECT_EQ(result.outcome, Outcome::Applied);
    EXPECT_EQ(world.dns.content("www.example.com"), "203.0.113.2");
    EXPECT_EQ(world.dns.records().front().ttl, 60);
    EXPECT_EQ(world.dns.records().front().original, R"({"comment":"by hand"})");
    EXPECT_EQ(world.published(www), "iad-1");
    EXPECT_EQ(world.domain_value(www, "failover_status"), "failed_over");
    EXPECT_EQ(world.domain_value(www, "epoch"), "2");
    EXPECT_EQ(world.domain_value(www, "host(published_ipv4)"), "203.0.113.2");
    EXPECT_EQ(world.dns.reads(), 1U);
    EXPECT_EQ(world.dns.writes().size(), 1U);
}

TEST_F(Protocol, TakesTheStepsOfTheModelInOrder) {
    fail();

    (void)world.check();

    const std::vector<std::string> steps{
        "lock",
        "lock",
        "read_record",
        "settle",
        "decide",
        "intend",
        "lock_again",
        "call_provider",
        "apply"};
    EXPECT_EQ(world.observer.seen, steps) << "the first lock finds that calls are needed";
}

TEST_F(Protocol, PublishesOneEventWithItsDeliveryInTheServersIncident) {
    fail();
    const auto incident =
        world.text("SELECT incident::text AS value FROM server_presence WHERE fitness = 'out'");

    (void)world.check();
    world.settle_down();

    ASSERT_EQ(world.event_types(), std::vector<std::string>{"failover_triggered"});
    EXPECT_EQ(world.events()[0].incident, incident);
    EXPECT_EQ(world.domain_value(www, "incident"), incident);
    const auto data = data_of(0);
    EXPECT_EQ(data.at("fromIp").as_string(), "203.0.113.1");
    EXPECT_EQ(data.at("toIp").as_string(), "203.0.113.2");
    EXPECT_EQ(data.at("reason").as_string(), "Primary server down");
    EXPECT_EQ(data.at("cause").as_string(), "disconnect");
    EXPECT_EQ(data.at("trigger").as_string(), "server_event");
    EXPECT_EQ(data.at("epoch").as_int64(), 2);
    EXPECT_EQ(data.at("previousFailoverStatus").as_string(), "active");
    EXPECT_EQ(
        data.at("changeId").as_string(), world.text("SELECT id::text AS value FROM dns_changes"));
    EXPECT_EQ(world.after.told.size(), 1U);
    EXPECT_EQ(world.number("SELECT count(*) AS value FROM deliveries"), 1);
    EXPECT_EQ(world.number("SELECT count(*) AS value FROM outbox"), 1);
}

TEST_F(Protocol, RestoresWithTheNormalTtlInTheSameIncident) {
    fail();
    (void)world.check();
    world.settle_down();
    world.gets_ready(primary);

    const auto result = world.check();

    EXPECT_EQ(result.outcome, Outcome::Applied);
    EXPECT_EQ(world.dns.content("www.example.com"), "203.0.113.1");
    EXPECT_EQ(world.dns.records().front().ttl, 300);
    EXPECT_EQ(world.domain_value(www, "failover_status"), "active");
    EXPECT_EQ(world.domain_value(www, "failed_over_at"), "");
    ASSERT_EQ(
        world.event_types(), (std::vector<std::string>{"failover_triggered", "server_recovered"}));
    EXPECT_EQ(world.events()[1].incident, world.events()[0].incident);
    EXPECT_EQ(world.domain_value(www, "incident"), "");
    const auto data = data_of(1);
    EXPECT_EQ(data.at("primaryIp").as_string(), "203.0.113.1");
    EXPECT_GE(data.at("failedOverSeconds").to_number<double>(), 0);
}

TEST_F(Protocol, IsDueAgainAtOnceAfterAChangeAndThenHasNoAlarm) {
    fail();

    const auto written = world.check();
    const auto after = world.check();

    EXPECT_EQ(written.due_in, std::chrono::microseconds{0});
    EXPECT_EQ(after.outcome, Outcome::Settled);
    EXPECT_EQ(after.due_in, std::nullopt);
    EXPECT_EQ(world.dns.writes().size(), 1U);
}

TEST_F(Protocol, AnswersARequestThatCameWhileTheChangeWasUnderWay) {
    fail();
    // The primary comes back while the write is at the provider: nobody can take the zone, and the
    // request finds the domain still published at the primary.
    world.dns.on_write([&] {
        world.gets_ready(primary);
        auto other = world.new_session();
        ScriptedObserver nobody;
        EXPECT_EQ(world.check_as(*other, nobody).outcome, Outcome::Left);
        world.dns.on_write({});
    });

    (void)world.check();
    world.settle_down();

    EXPECT_EQ(world.dns.content("www.example.com"), "203.0.113.1");
    EXPECT_EQ(world.published(www), "fra-1");
    EXPECT_EQ(
        world.event_types(), (std::vector<std::string>{"failover_triggered", "server_recovered"}));
}

TEST_F(Protocol, DecidesOnWhatIsSoAfterTheRead) {
    fail();
    world.dns.on_read([&] { world.gets_ready(primary); });

    const auto result = world.check();

    EXPECT_EQ(result.outcome, Outcome::Settled);
    EXPECT_TRUE(world.dns.writes().empty());
    EXPECT_TRUE(world.events().empty());
}

TEST_F(Protocol, TakesASlowReadForNoSilence) {
    fail();
    world.dns.on_read([&] { world.falls_quiet(secondary); });
    world.run(
        "UPDATE server_presence SET out_at = out_at - interval '1 minute' WHERE fitness = 'out'");

    EXPECT_EQ(world.check().outcome, Outcome::Applied);
}

TEST_F(Protocol, WritesDownWhatItDecidedOnceForEachChangeOfMind) {
    fail();
    (void)world.check();
    world.settle_down();
    for (int again = 0; again < 3; ++again) {
        world.request();
        (void)world.check();
    }

    const auto rows = world.run("SELECT decision, code FROM decisions ORDER BY id");
    ASSERT_EQ(rows.size(), 2U);
    EXPECT_EQ(rows.at(0).text("decision"), "switch");
    EXPECT_EQ(rows.at(0).text("code"), "primary_down");
    EXPECT_EQ(rows.at(1).text("decision"), "nothing");
    EXPECT_EQ(rows.at(1).text("code"), "agent_not_reconnecting");
}

TEST_F(Protocol, ReadsTheZoneOnceForSeveralDomains) {
    const auto shop = world.domain("shop.example.com", {primary, secondary});
    fail();

    const auto result = world.check();

    EXPECT_EQ(result.outcome, Outcome::Applied);
    EXPECT_EQ(world.dns.reads(), 1U);
    EXPECT_EQ(world.dns.page_reads(), 1U);
    ASSERT_EQ(world.dns.writes().size(), 1U);
    EXPECT_EQ(world.dns.writes()[0].size(), 2U);
    EXPECT_EQ(world.published(shop), "iad-1");
    EXPECT_EQ(world.events().size(), 2U);
}

TEST_F(Protocol, LeavesTheOtherDomainsOfTheZoneAlone) {
    const auto third = world.server("sgp-1");
    const auto shop = world.domain("shop.example.com", {third, secondary});
    fail();

    (void)world.check();

    EXPECT_EQ(world.dns.content("shop.example.com"), "203.0.113.3");
    EXPECT_EQ(world.published(shop), "sgp-1");
    EXPECT_EQ(world.dns.page_reads(), 0U) << "one domain: the records of its name only";
}

TEST_F(Protocol, MovesIpv6WithItAndPutsItBack) {
    const auto dual = world.server("ams-1", "2001:db8::3");
    const auto shop = world.domain("shop.example.com", {dual, secondary}, true);
    world.goes_out(dual);
    world.answers(secondary);

    (void)world.check();
    EXPECT_EQ(world.dns.content("shop.example.com", "AAAA"), "");
    EXPECT_EQ(world.domain_value(shop, "host(published_ipv6)"), "");
    world.settle_down();
    world.gets_ready(dual);
    (void)world.check();

    EXPECT_EQ(world.dns.content("shop.example.com"), "203.0.113.3");
    EXPECT_EQ(world.dns.content("shop.example.com", "AAAA"), "2001:db8::3");
    EXPECT_EQ(world.domain_value(shop, "host(published_ipv6)"), "2001:db8::3");
    EXPECT_EQ(world.domain_value(shop, "set_aside"), "");
    world.settle_down();
    EXPECT_EQ(world.domain_value(shop, "decision_code"), "primary_healthy");
}

TEST_F(Protocol, RewritesAnEditedAddressWithoutAnEvent) {
    world.run("UPDATE servers SET ipv4 = '203.0.113.99' WHERE slug = 'fra-1'");
    world.request("config_change");

    const auto result = world.check();
    world.settle_down();

    EXPECT_EQ(result.outcome, Outcome::Applied);
    EXPECT_EQ(world.dns.content("www.example.com"), "203.0.113.99");
    EXPECT_EQ(world.domain_value(www, "host(published_ipv4)"), "203.0.113.99");
    EXPECT_TRUE(world.events().empty());
    EXPECT_EQ(world.text("SELECT kind AS value FROM dns_changes"), "rewrite");
}

TEST_F(Protocol, WritesAnEditedTtlOnce) {
    world.run("UPDATE domains SET ttl = 120, rewrite_asked = true");
    world.request("config_change");

    (void)world.check();
    world.settle_down();

    EXPECT_EQ(world.dns.records().front().ttl, 120);
    EXPECT_EQ(world.dns.writes().size(), 1U);
    EXPECT_EQ(world.domain_value(www, "rewrite_asked"), "false");
}

TEST_F(Protocol, WritesNothingForAnEditThatStandsThereAlready) {
    world.run("UPDATE domains SET rewrite_asked = true");
    world.request("config_change");

    (void)world.check();
    world.settle_down();

    EXPECT_TRUE(world.dns.writes().empty());
    EXPECT_EQ(world.domain_value(www, "rewrite_asked"), "false");
}

TEST_F(Protocol, MovesADomainAwayFromAServerThatItWasTakenFrom) {
    const auto third = world.server("sgp-1");
    world.run("DELETE FROM domain_servers WHERE position = 0");
    world.run("UPDATE domain_servers SET position = 0");
    world.run(
        "INSERT INTO domain_servers SELECT id, " + std::to_string(third) + ", 1 FROM domains");
    world.request("config_change");
    world.answers(secondary);

    (void)world.check();

    EXPECT_EQ(world.published(www), "iad-1");
    EXPECT_EQ(world.domain_value(www, "failover_status"), "active");
    EXPECT_EQ(data_of(0).at("reason").as_string(), "Operator request");
}

TEST_F(Protocol, FollowsAnEditedOrderWithoutAWrite) {
    fail();
    (void)world.check();
    world.settle_down();
    world.run("UPDATE domain_servers SET position = 1 - position");
    world.request("config_change");

    (void)world.check();

    EXPECT_EQ(world.domain_value(www, "failover_status"), "active");
    EXPECT_EQ(world.dns.writes().size(), 1U);
}

TEST_F(Protocol, LeavesAReservedZoneAloneRequestOrNot) {
    world.request();
    world.run("UPDATE zone_work SET reserved_until = clock_timestamp() + interval '5 seconds'");

    EXPECT_EQ(world.check().outcome, Outcome::Left);
    EXPECT_EQ(world.number("SELECT count(*) AS value FROM check_requests"), 1);
}

TEST_F(Protocol, LeavesAZoneAloneThatBacksOff) {
    world.request();
    world.run("UPDATE zone_work SET not_before = clock_timestamp() + interval '5 seconds'");

    EXPECT_EQ(world.check().outcome, Outcome::Left);
}

}  // namespace
}  // namespace lumos::failover::testing
