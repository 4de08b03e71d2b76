// Refusals, budgets, batches and records that are not ours.

#include "sql/request_store.h"
#include "tests/store/failover/switch_world.h"
#include "workers/failover/api_budget.h"

#include <boost/json.hpp>
#include <fmt/core.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace lumos::failover::testing {
namespace {

using Outcome = CheckResult::Outcome;
using Write = fakes::WriteBehaviour;
using Read = fakes::ReadBehaviour;

class ProviderTrouble : public ::testing::Test {
protected:
    SwitchWorld world;
    Id primary = world.server("fra-1");
    Id secondary = world.server("iad-1");

    void fail() {
        world.goes_out(primary);
        world.answers(secondary);
    }
    std::vector<Id> domains(int count) {
        std::vector<Id> made;
        for (int number = 0; number < count; ++number) {
            made.push_back(
                world.domain(fmt::format("d{}.example.com", number), {primary, secondary}));
        }
        return made;
    }
    std::size_t moved() {
        const auto records = world.dns.records();
        return static_cast<std::size_t>(
            std::ranges::count(records, "203.0.113.2", &dns::Record::content));
    }
    void empty_the_budget(double calls = 0) {
        world.run(fmt::format(
            "INSERT INTO provider_budgets (provider_id, calls) VALUES (1, {0}) "
            "ON CONFLICT (provider_id) DO UPDATE SET calls = {0}, refilled_at = clock_timestamp()",
            calls));
    }
};

TEST_F(ProviderTrouble, LetsASingleRefusedDomainWaitAndTellsNothingBeforeItIsTime) {
    const auto www = domains(1).front();
    fail();
    world.dns.next_write({.kind = Write::Kind::Refuse});

    const auto refused = world.check();
    const auto next = world.check();

    EXPECT_EQ(refused.outcome, Outcome::Refused);
    EXPECT_EQ(next.outcome, Outcome::Settled);
    EXPECT_EQ(world.text("SELECT state AS value FROM dns_changes"), "abandoned");
    EXPECT_EQ(world.domain_value(www, "refusals"), "1");
    EXPECT_NE(world.domain_value(www, "retry_at"), "");
    EXPECT_EQ(world.domain_value(www, "doubt_until"), "") << "a definite no leaves no doubt";
    EXPECT_EQ(world.domain_value(www, "hold_code"), "provider_rejected");
    EXPECT_GT(next.due_in.value(), std::chrono::seconds{3});
    EXPECT_TRUE(world.events().empty());
    world.ring_alarms();
    world.keep_hearing();
    world.settle_down();
    EXPECT_EQ(world.published(www), "iad-1");
    EXPECT_EQ(world.domain_value(www, "refusals"), "0");
}

TEST_F(ProviderTrouble, FindsTheOneRecordThatSpoilsABatchAndMovesAllOthers) {
    const auto all = domains(7);
    world.dns.refuse_where(
        [](const dns::RecordEdit& edit) { return edit.before.name == "d4.example.com"; });
    fail();

    for (int turn = 0; turn < 40; ++turn) {
        world.keep_hearing();
        world.request();
        (void)world.check();
    }

    EXPECT_EQ(moved(), 6U);
    EXPECT_EQ(world.published(all[4]), "fra-1");
    EXPECT_EQ(world.domain_value(all[4], "hold_code"), "provider_rejected");
    EXPECT_LT(world.dns.writes().size(), 14U);
    EXPECT_TRUE(world.is_settled());
    EXPECT_EQ(world.events().size(), 6U);
}

TEST_F(ProviderTrouble, SearchesForNoCulpritWhereTheTokenIsRefusedAndTellsAtOnce) {
    (void)domains(5);
    world.dns.next_write({.kind = Write::Kind::Refuse, .reason = "token_permission"});
    fail();

    world.settle_down();
    (void)world.check();
    world.settle_down();

    EXPECT_EQ(world.dns.writes().size(), 1U);
    const auto types = world.event_types();
    EXPECT_EQ(types, std::vector<std::string>(5, "failover_not_applied"));
    const auto data = boost::json::parse(world.events()[0].data).as_object();
    EXPECT_EQ(data.at("code").as_string(), "token_permission");
    EXPECT_EQ(data.at("toIp").as_string(), "203.0.113.2");
}

TEST_F(ProviderTrouble, TellsOnceThatADecidedChangeIsNotAppliedForAMinute) {
    const auto www = domains(1).front();
    fail();
    for (int turn = 0; turn < 3; ++turn) {
        world.dns.next_read({.kind = Read::Kind::Fail});
        world.keep_hearing();
        world.request();
        (void)world.check();
    }
    EXPECT_TRUE(world.events().empty());

    world.let_pass("undone_since", std::chrono::seconds{60});
    for (int turn = 0; turn < 3; ++turn) {
        world.dns.next_read({.kind = Read::Kind::Fail});
        world.keep_hearing();
        world.request();
        (void)world.check();
    }

    EXPECT_EQ(world.event_types(), std::vector<std::string>{"failover_not_applied"});
    world.ring_alarms();
    world.keep_hearing();
    world.settle_down();
    EXPECT_EQ(world.published(www), "iad-1");
    EXPECT_EQ(world.domain_value(www, "undone_since"), "");
}

TEST_F(ProviderTrouble, BlocksTheTokenAfter429AndWaitsWithoutACall) {
    const auto www = domains(1).front();
    fail();
    world.dns.next_write(
        {.kind = Write::Kind::Refuse,
         .reason = "rate_limited",
         .retry_after = std::chrono::seconds{77}});

    (void)world.check();
    const auto waiting = world.check();

    EXPECT_EQ(waiting.outcome, Outcome::Waiting);
    EXPECT_TRUE(waiting.due_in.has_value());
    EXPECT_GT(
        world.number("SELECT extract(epoch FROM blocked_until - clock_timestamp())::int AS value "
                     "FROM provider_budgets"),
        70);
    EXPECT_EQ(world.dns.reads(), 1U);
    EXPECT_EQ(world.domain_value(www, "hold_code"), "rate_limited");
    EXPECT_EQ(world.domain_value(www, "refusals"), "0");
    world.run("UPDATE provider_budgets SET blocked_until = NULL");
    world.ring_alarms();
    world.keep_hearing();
    world.settle_down();
    EXPECT_EQ(world.published(www), "iad-1");
}

TEST_F(ProviderTrouble, BlocksTheTokenAfterA429ToARead) {
    (void)domains(1);
    fail();
    world.dns.next_read({.kind = Read::Kind::Fail, .reason = "rate_limited"});

    (void)world.check();

    EXPECT_GT(
        world.number("SELECT extract(epoch FROM blocked_until - clock_timestamp())::int AS value "
                     "FROM provider_budgets"),
        290);
}

TEST_F(ProviderTrouble, WaitsForTheBudgetAndSaysSo) {
    const auto www = domains(1).front();
    empty_the_budget(0.2);
    fail();

    const auto waiting = world.check();

    EXPECT_EQ(waiting.outcome, Outcome::Waiting);
    EXPECT_LE(waiting.due_in.value(), std::chrono::seconds{1});
    EXPECT_EQ(world.domain_value(www, "hold_code"), "rate_limited");
    EXPECT_EQ(world.dns.reads(), 0U);
    empty_the_budget(2);
    world.ring_alarms();
    world.settle_down();
    EXPECT_EQ(world.published(www), "iad-1");
}

TEST_F(ProviderTrouble, LeavesHalfOfTheBudgetToSwitches) {
    const auto www = domains(1).front();
    empty_the_budget(90);
    world.run("UPDATE domains SET rewrite_asked = true, ttl = 120");
    world.request("config_change");

    EXPECT_EQ(world.check().outcome, Outcome::Waiting);
    fail();
    world.settle_down();

    EXPECT_EQ(world.published(www), "iad-1");
}

TEST_F(ProviderTrouble, TakesTwoCallsForASwitchHoweverManyDomains) {
    (void)domains(9);
    fail();

    (void)world.check();

    EXPECT_NEAR(
        static_cast<double>(world.number("SELECT calls::int AS value FROM provider_budgets")),
        api_budget::kShape.capacity - 2,
        1);
    EXPECT_EQ(moved(), 9U);
}

TEST_F(ProviderTrouble, ReadsAZoneOfSeveralPagesWithinTheCallsThatItHasTaken) {
    (void)domains(9);
    world.dns.set_page_size(4);
    fail();

    (void)world.check();

    EXPECT_EQ(moved(), 9U);
}

TEST_F(ProviderTrouble, TakesTwoCallsForOneDomainHoweverManyPagesItsZoneHas) {
    (void)domains(9);
    world.dns.set_page_size(4);
    const Tools tools{world.providers, world.after, world.clock, world.observer};
    ZoneSwitch zone_switch(tools);  // It remembers how many pages a zone has.
    const auto session = world.new_session();
    fail();
    (void)sql::expand_server_requests(*session, std::chrono::milliseconds{0}, 100);
    ASSERT_EQ(zone_switch.check(*session, world.zone).outcome, Outcome::Applied);
    empty_the_budget(2);
    world.run("UPDATE provider_budgets SET refilled_at = clock_timestamp() + interval '1 hour'");
    world.run("UPDATE domains SET published_server = 1 WHERE name = 'd0.example.com'");
    world.answers(secondary);

    const auto result = zone_switch.check(*session, world.zone);

    EXPECT_NE(result.outcome, Outcome::Waiting);
    EXPECT_EQ(world.domain_value(1, "hold_code"), "");
}

TEST_F(ProviderTrouble, FillsABatchOnlyAsFarAsTheZoneAllows) {
    world.run("UPDATE zones SET batch_max = 4");
    (void)domains(9);
    fail();

    world.settle_down();
    (void)world.check();
    world.settle_down();

    EXPECT_EQ(moved(), 9U);
    for (const auto& batch : world.dns.writes()) {
        EXPECT_LE(batch.size(), 4U);
    }
}

class NotOurs : public ProviderTrouble {
protected:
    Id www = domains(1).front();
    void replace_by(const std::string& type, const std::string& content) {
        world.dns.remove("d0.example.com", "A");
        world.dns.put(
            {.id = "",
             .name = "d0.example.com",
             .type = type,
             .content = content,
             .ttl = 300,
             .proxied = false,
             .original = ""});
    }
};

TEST_F(NotOurs, IsReportedOnceAndNeverTouched) {
    replace_by("A", "192.0.2.9");
    fail();

    for (int turn = 0; turn < 3; ++turn) {
        world.keep_hearing();
        world.request();
        (void)world.check();
    }

    EXPECT_TRUE(world.dns.writes().empty());
    EXPECT_EQ(world.event_types(), std::vector<std::string>{"record_drifted"});
    const auto data = boost::json::parse(world.events()[0].data).as_object();
    EXPECT_EQ(data.at("expected").as_string(), "A 203.0.113.1");
    EXPECT_EQ(data.at("found").as_string(), "A 192.0.2.9");
    EXPECT_EQ(world.domain_value(www, "hold_code"), "record_foreign");
    EXPECT_NE(world.text("SELECT due_at::text AS value FROM zone_work"), "") << "looked at again";
}

TEST_F(NotOurs, IsSwitchedAfterSomebodyHasMendedIt) {
    replace_by("A", "192.0.2.9");
    fail();
    (void)world.check();
    replace_by("A", "203.0.113.1");

    world.ring_alarms();
    world.keep_hearing();
    world.settle_down();

    EXPECT_EQ(world.published(www), "iad-1");
    EXPECT_EQ(world.domain_value(www, "not_ours"), "");
}

TEST_F(NotOurs, SaysWhichWay) {
    replace_by("CNAME", "shop.example.net");
    fail();
    (void)world.check();
    EXPECT_EQ(world.domain_value(www, "hold_code"), "cname_conflict");

    world.dns.remove("d0.example.com", "CNAME");
    world.request();
    world.keep_hearing();
    (void)world.check();
    EXPECT_EQ(world.domain_value(www, "hold_code"), "record_missing");
}

TEST_F(NotOurs, DoesNotKeepItsNeighboursFromMoving) {
    const auto shop = world.domain("shop.example.com", {primary, secondary});
    replace_by("A", "192.0.2.9");
    fail();

    (void)world.check();

    EXPECT_EQ(world.published(shop), "iad-1");
}

}  // namespace
}  // namespace lumos::failover::testing
