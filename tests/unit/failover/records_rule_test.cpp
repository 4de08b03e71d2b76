#include "workers/failover/records_rule.h"

#include "tests/unit/failover/builders.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace lumos::failover {
namespace {

using namespace testing;
using Kind = dns::RecordEdit::Kind;

dns::Record record(const std::string& type, const std::string& content, std::int64_t ttl = 300) {
    return {
        .id = "id-" + type + "-" + content,
        .name = "www.example.com",
        .type = type,
        .content = content,
        .ttl = ttl,
        .proxied = false,
        .original = R"({"comment":"ours"})"};
}

Servers two() {
    auto first = ready(kPrimary);
    first.addresses.ipv6 = "2001:db8::1";
    return fleet({first, ready(kSecond)});
}

Seen look(const std::vector<dns::Record>& records, const Domain& made = domain()) {
    return see(made, two(), std::nullopt, records);
}

TEST(See, FindsWhoseAddressItIs) {
    EXPECT_EQ(look({record("A", "203.0.113.1")}).server, kPrimary);
    EXPECT_EQ(look({record("A", "203.0.113.2")}).server, kSecond);
}

TEST(See, LeavesOutOtherNamesAndTypes) {
    auto other = record("A", "192.0.2.9");
    other.name = "mail.example.com";
    const auto seen = look({other, record("TXT", "v=spf1"), record("A", "203.0.113.1")});

    EXPECT_TRUE(seen.is_ours());
    EXPECT_EQ(seen.server, kPrimary);
}

TEST(See, TakesThePublishedAddressOnRecordForOurs) {
    auto made = domain();
    made.published.reset();
    made.published_addresses.ipv4 = "192.0.2.9";

    const auto seen = look({record("A", "192.0.2.9")}, made);

    EXPECT_TRUE(seen.is_ours());
    EXPECT_EQ(seen.server, std::nullopt);
}

TEST(See, ComparesIpv6AddressesNotTheirSpelling) {
    auto made = domain();
    made.published_addresses = {std::nullopt, "2001:db8::1"};

    const auto seen = look({record("AAAA", "2001:0DB8:0:0::1")}, made);

    EXPECT_EQ(seen.server, kPrimary);
    EXPECT_EQ(seen.addresses.ipv6, "2001:db8::1");
}

struct NotOurs {
    const char* claim;
    std::vector<dns::Record> records;
    const char* code;
    const char* found;
};
void PrintTo(const NotOurs& row, std::ostream* out) {
    *out << row.claim;
}
class SeeNotOurs : public ::testing::TestWithParam<NotOurs> {};

TEST_P(SeeNotOurs, SaysWhatWasFound) {
    const auto seen = look(GetParam().records);

    EXPECT_FALSE(seen.is_ours());
    EXPECT_EQ(seen.not_ours, GetParam().code);
    EXPECT_EQ(seen.found, GetParam().found);
    EXPECT_EQ(seen.server, std::nullopt);
}

INSTANTIATE_TEST_SUITE_P(
    Records,
    SeeNotOurs,
    ::testing::Values(
        NotOurs{"none", {}, "record_missing", "no A or AAAA record"},
        NotOurs{"a foreign address", {record("A", "192.0.2.9")}, "record_foreign", "A 192.0.2.9"},
        NotOurs{
            "several",
            {record("A", "203.0.113.1"), record("A", "203.0.113.2")},
            "not_ours",
            "A 203.0.113.1, A 203.0.113.2"},
        NotOurs{
            "a CNAME",
            {record("CNAME", "shop.example.net")},
            "cname_conflict",
            "CNAME shop.example.net"},
        NotOurs{
            "the A is gone and the AAAA stands there",
            {record("AAAA", "2001:db8::1")},
            "record_missing",
            "AAAA 2001:db8::1"},
        NotOurs{
            "two AAAA",
            {record("A", "203.0.113.1"),
             record("AAAA", "2001:db8::1"),
             record("AAAA", "2001:db8::9")},
            "not_ours",
            "A 203.0.113.1, AAAA 2001:db8::1, AAAA 2001:db8::9"}));

TEST(PlanEdits, WritesContentAndTtlAndKeepsTheRest) {
    const auto seen = look({record("A", "203.0.113.1")});

    const auto plan = plan_edits(seen, {"203.0.113.2", std::nullopt}, 60, {});

    ASSERT_EQ(plan.edits.size(), 1U);
    EXPECT_EQ(plan.edits[0].kind, Kind::Update);
    EXPECT_EQ(plan.edits[0].content, "203.0.113.2");
    EXPECT_EQ(plan.edits[0].ttl, 60);
    EXPECT_EQ(plan.edits[0].before.original, R"({"comment":"ours"})");
    EXPECT_EQ(plan.published, (Addresses{"203.0.113.2", std::nullopt}));
}

TEST(PlanEdits, WritesNothingWithoutADifference) {
    const auto seen = look({record("A", "203.0.113.2", 60)});

    EXPECT_TRUE(plan_edits(seen, {"203.0.113.2", std::nullopt}, 60, {}).edits.empty());
}

TEST(PlanEdits, WritesATtlThatDiffersUnlessProxied) {
    auto plain = record("A", "203.0.113.2", 300);
    auto proxied = plain;
    proxied.proxied = true;
    proxied.ttl = 1;

    EXPECT_EQ(plan_edits(look({plain}), {"203.0.113.2", {}}, 60, {}).edits.size(), 1U);
    EXPECT_TRUE(plan_edits(look({proxied}), {"203.0.113.2", {}}, 60, {}).edits.empty());
}

TEST(PlanEdits, KeepsAProxiedRecordsTtlAutomatic) {
    auto proxied = record("A", "203.0.113.1", 1);
    proxied.proxied = true;

    const auto plan = plan_edits(look({proxied}), {"203.0.113.2", {}}, 60, {});

    ASSERT_EQ(plan.edits.size(), 1U);
    EXPECT_EQ(plan.edits[0].ttl, 1);
}

TEST(PlanEdits, MovesAAndAaaaTogether) {
    const auto seen = look({record("A", "203.0.113.1"), record("AAAA", "2001:db8::1")});

    const auto plan = plan_edits(seen, {"203.0.113.7", "2001:db8::7"}, 60, {});

    ASSERT_EQ(plan.edits.size(), 2U);
    EXPECT_EQ(plan.edits[0].content, "203.0.113.7");
    EXPECT_EQ(plan.edits[1].content, "2001:db8::7");
}

TEST(PlanEdits, SetsTheAaaaAsideForATargetWithoutIpv6AndPutsItBackOnTheWayHome) {
    const auto seen = look({record("A", "203.0.113.1"), record("AAAA", "2001:db8::1")});

    const auto away = plan_edits(seen, {"203.0.113.2", std::nullopt}, 60, {});
    const auto seen_away = look({record("A", "203.0.113.2", 60)}, domain(kSecond));
    const auto home = plan_edits(seen_away, {"203.0.113.1", "2001:db8::1"}, 300, away.set_aside);

    ASSERT_EQ(away.edits.size(), 2U);
    EXPECT_EQ(away.edits[1].kind, Kind::Remove);
    ASSERT_EQ(away.set_aside.size(), 1U);
    EXPECT_EQ(away.set_aside[0].original, R"({"comment":"ours"})");
    EXPECT_EQ(away.published, (Addresses{"203.0.113.2", std::nullopt}));
    ASSERT_EQ(home.edits.size(), 2U);
    EXPECT_EQ(home.edits[1].kind, Kind::Create);
    EXPECT_EQ(home.edits[1].before.original, R"({"comment":"ours"})");
    EXPECT_EQ(home.edits[1].content, "2001:db8::1");
    EXPECT_EQ(home.edits[1].ttl, 300);
    EXPECT_TRUE(home.set_aside.empty());
    EXPECT_EQ(home.published, (Addresses{"203.0.113.1", "2001:db8::1"}));
}

TEST(PlanEdits, KeepsWhatIsAsideWhileTheNextTargetHasNoIpv6Either) {
    const auto aside = std::vector{record("AAAA", "2001:db8::1")};
    const auto seen = look({record("A", "203.0.113.2", 60)}, domain(kSecond));

    const auto plan = plan_edits(seen, {"203.0.113.3", std::nullopt}, 60, aside);

    ASSERT_EQ(plan.edits.size(), 1U);
    ASSERT_EQ(plan.set_aside.size(), 1U);
}

TEST(PlanEdits, AddsNoFamilyThatNeverStoodThere) {
    const auto seen = look({record("A", "203.0.113.2")}, domain(kSecond));

    const auto plan = plan_edits(seen, {"203.0.113.1", "2001:db8::1"}, 300, {});

    ASSERT_EQ(plan.edits.size(), 1U);
    EXPECT_EQ(plan.published, (Addresses{"203.0.113.1", std::nullopt}));
}

RC_GTEST_PROP(PlanEditsProperty, NeverLeavesAnEmptyAnswer, ()) {
    std::vector<dns::Record> records;
    if (*rc::gen::arbitrary<bool>()) {
        records.push_back(record("A", "203.0.113.1"));
    }
    if (records.empty() || *rc::gen::arbitrary<bool>()) {
        records.push_back(record("AAAA", "2001:db8::1"));
    }
    auto made = domain();
    if (records.front().type == "AAAA") {
        made.published_addresses = {std::nullopt, "2001:db8::1"};
    }
    const auto seen = look(records, made);
    RC_ASSERT(seen.is_ours());
    Addresses target;
    if (*rc::gen::arbitrary<bool>()) {
        target.ipv4 = "203.0.113.2";
    }
    if (!target.ipv4 || *rc::gen::arbitrary<bool>()) {
        target.ipv6 = "2001:db8::2";
    }
    std::vector<dns::Record> aside;
    if (*rc::gen::arbitrary<bool>()) {
        aside.push_back(record("AAAA", "2001:db8::9"));
    }

    const auto plan = plan_edits(seen, target, 60, aside);

    int standing = static_cast<int>(records.size());
    for (const auto& edit : plan.edits) {
        standing += edit.kind == Kind::Create ? 1 : (edit.kind == Kind::Remove ? -1 : 0);
    }
    RC_ASSERT(standing >= 1);
    RC_ASSERT(plan.published.ipv4 || plan.published.ipv6);
    RC_ASSERT(!plan.published.ipv4 || plan.published.ipv4 == target.ipv4);
    RC_ASSERT(!plan.published.ipv6 || plan.published.ipv6 == target.ipv6);
}

TEST(BatchSize, FillsABatchWithWholeDomainsAndAlwaysTakesOne) {
    EXPECT_EQ(batch_size({1, 1, 1}, 2), 2U);
    EXPECT_EQ(batch_size({1, 2, 1}, 2), 1U);
    EXPECT_EQ(batch_size({2, 2}, 1), 1U);
    EXPECT_EQ(batch_size({1, 1, 1}, 200), 3U);
    EXPECT_EQ(batch_size({}, 200), 0U);
}

}  // namespace
}  // namespace lumos::failover
