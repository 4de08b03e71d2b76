#include "workers/console/domain_add_rule.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>

namespace lumos::console {
namespace {

using dns::Record;
using dns::RecordEdit;

Record record(
    const std::string& type,
    const std::string& content,
    std::int64_t ttl = 300,
    bool proxied = false) {
    Record made;
    made.id = type + content;
    made.name = "www.example.com";
    made.type = type;
    made.content = content;
    made.ttl = ttl;
    made.proxied = proxied;
    return made;
}

DomainAddInput wish(std::vector<Record> records) {
    return {
        .name = "www.example.com",
        .zone = "example.com",
        .servers =
            {{"fra-1", "203.0.113.10", std::nullopt}, {"iad-1", "198.51.100.20", std::nullopt}},
        .records = std::move(records),
        .create = false,
        .take_over = false,
        .ttl = std::nullopt};
}

bool says(const std::vector<std::string>& lines, const std::string& part) {
    return std::any_of(lines.begin(), lines.end(), [&](const auto& line) {
        return line.find(part) != std::string::npos;
    });
}

TEST(DomainAdd, AcceptsTheAddressOfThePrimaryWithoutWriting) {
    const auto plan = plan_domain_add(wish({record("A", "203.0.113.10")}));
    ASSERT_FALSE(plan.refusal);
    EXPECT_EQ(plan.answer, AddAnswer::Accepted);
    EXPECT_EQ(plan.published, 0U);
    EXPECT_EQ(plan.published_ipv4, "203.0.113.10");
    EXPECT_TRUE(plan.edits.empty());
}

TEST(DomainAdd, StartsFailedOverAtAnotherAssignedServerAndSaysSo) {
    const auto plan = plan_domain_add(wish({record("A", "198.51.100.20")}));
    ASSERT_FALSE(plan.refusal);
    EXPECT_EQ(plan.published, 1U);
    EXPECT_TRUE(plan.edits.empty());
    EXPECT_TRUE(says(plan.notes, "failed_over"));
}

TEST(DomainAdd, RefusesAMissingRecordAndNamesBothWaysOut) {
    const auto plan = plan_domain_add(wish({}));
    ASSERT_TRUE(plan.refusal);
    EXPECT_EQ(plan.refusal->code, "record_missing");
    EXPECT_EQ(plan.refusal->detail, "no A record www.example.com in example.com");
    EXPECT_NE(plan.refusal->fix.find("203.0.113.10"), std::string::npos);
    EXPECT_NE(plan.refusal->fix.find("--create"), std::string::npos);
}

TEST(DomainAdd, MakesAMissingRecordWhenAsked) {
    auto input = wish({});
    input.create = true;
    const auto plan = plan_domain_add(input);
    ASSERT_FALSE(plan.refusal);
    EXPECT_EQ(plan.answer, AddAnswer::Created);
    ASSERT_EQ(plan.edits.size(), 1U);
    EXPECT_EQ(plan.edits[0].kind, RecordEdit::Kind::Create);
    EXPECT_EQ(plan.edits[0].before.type, "A");
    EXPECT_EQ(plan.edits[0].content, "203.0.113.10");
    EXPECT_EQ(plan.edits[0].ttl, 300);
}

TEST(DomainAdd, MakesTheAaaaToo) {
    auto input = wish({});
    input.create = true;
    input.servers[0].ipv6 = "2001:db8::10";
    const auto plan = plan_domain_add(input);
    ASSERT_EQ(plan.edits.size(), 2U);
    EXPECT_EQ(plan.edits[1].before.type, "AAAA");
    EXPECT_EQ(plan.published_ipv6, "2001:db8::10");
}

TEST(DomainAdd, RefusesAForeignAddressAlsoWithCreate) {
    auto input = wish({record("A", "192.0.2.9")});
    input.create = true;
    const auto plan = plan_domain_add(input);
    ASSERT_TRUE(plan.refusal);
    EXPECT_EQ(plan.refusal->code, "record_foreign");
    EXPECT_EQ(
        plan.refusal->detail, "A www.example.com is 192.0.2.9, which is no server of this domain");
    EXPECT_EQ(plan.refusal->fix, "repeat with --take-over to point it at fra-1");
}

TEST(DomainAdd, TakesAForeignAddressOverWhenAsked) {
    auto input = wish({record("A", "192.0.2.9", 3'600)});
    input.take_over = true;
    const auto plan = plan_domain_add(input);
    ASSERT_FALSE(plan.refusal);
    EXPECT_EQ(plan.answer, AddAnswer::TakenOver);
    ASSERT_EQ(plan.edits.size(), 1U);
    EXPECT_EQ(plan.edits[0].kind, RecordEdit::Kind::Update);
    EXPECT_EQ(plan.edits[0].before.content, "192.0.2.9");
    EXPECT_EQ(plan.edits[0].content, "203.0.113.10");
}

TEST(DomainAdd, RefusesSeveralRecordsAndNamesThem) {
    const auto plan =
        plan_domain_add(wish({record("A", "203.0.113.10"), record("A", "192.0.2.9")}));
    ASSERT_TRUE(plan.refusal);
    EXPECT_NE(plan.refusal->detail.find("203.0.113.10, 192.0.2.9"), std::string::npos);
}

TEST(DomainAdd, ReplacesSeveralByTheOneThatIsRightAlready) {
    auto input = wish({record("A", "192.0.2.9"), record("A", "203.0.113.10")});
    input.take_over = true;
    const auto plan = plan_domain_add(input);
    ASSERT_FALSE(plan.refusal);
    ASSERT_EQ(plan.edits.size(), 1U);
    EXPECT_EQ(plan.edits[0].kind, RecordEdit::Kind::Remove);
    EXPECT_EQ(plan.edits[0].before.content, "192.0.2.9");
}

TEST(DomainAdd, NeverTouchesACname) {
    auto input = wish({record("CNAME", "pages.example.net")});
    input.take_over = true;
    input.create = true;
    const auto plan = plan_domain_add(input);
    ASSERT_TRUE(plan.refusal);
    EXPECT_EQ(plan.refusal->code, "cname_conflict");
    EXPECT_NE(plan.refusal->detail.find("pages.example.net"), std::string::npos);
    EXPECT_TRUE(plan.edits.empty());
}

TEST(DomainAdd, WarnsWhatAFailoverDoesToAnAaaa) {
    auto input = wish({record("A", "203.0.113.10"), record("AAAA", "2001:db8::10")});
    input.servers[0].ipv6 = "2001:db8::10";
    const auto plan = plan_domain_add(input);
    ASSERT_FALSE(plan.refusal);
    EXPECT_EQ(plan.published_ipv6, "2001:db8::10");
    EXPECT_TRUE(says(plan.warnings, "iad-1 has no IPv6"));
}

TEST(DomainAdd, RefusesAnAaaaOfSomebodyElse) {
    const auto plan =
        plan_domain_add(wish({record("A", "203.0.113.10"), record("AAAA", "2001:db8::99")}));
    ASSERT_TRUE(plan.refusal);
    EXPECT_EQ(plan.refusal->code, "record_foreign");
}

TEST(DomainAdd, RefusesAAndAaaaOfDifferentServers) {
    auto input = wish({record("A", "203.0.113.10"), record("AAAA", "2001:db8::20")});
    input.servers[1].ipv6 = "2001:db8::20";
    const auto plan = plan_domain_add(input);
    ASSERT_TRUE(plan.refusal);
    EXPECT_NE(plan.refusal->detail.find("different servers"), std::string::npos);
}

TEST(DomainAdd, TakingOverRemovesAnAaaaThatThePrimaryCannotServe) {
    auto input = wish({record("A", "192.0.2.9"), record("AAAA", "2001:db8::99")});
    input.take_over = true;
    const auto plan = plan_domain_add(input);
    ASSERT_FALSE(plan.refusal);
    ASSERT_EQ(plan.edits.size(), 2U);
    EXPECT_EQ(plan.edits[1].kind, RecordEdit::Kind::Remove);
    EXPECT_FALSE(plan.published_ipv6);
    EXPECT_TRUE(says(plan.warnings, "2001:db8::99"));
}

TEST(DomainAdd, RefusesAServerWithoutIpv4) {
    auto input = wish({record("A", "203.0.113.10")});
    input.servers[1].ipv4 = std::nullopt;
    const auto plan = plan_domain_add(input);
    ASSERT_TRUE(plan.refusal);
    EXPECT_EQ(plan.refusal->code, "no_ipv4");
}

TEST(DomainAdd, TellsTheTtlAndWarnsOfALongOne) {
    const auto plan = plan_domain_add(wish({record("A", "203.0.113.10", 3'600)}));
    EXPECT_EQ(plan.ttl, 3'600);
    EXPECT_TRUE(says(plan.notes, "proxied: no"));
    EXPECT_TRUE(says(plan.notes, "TTL: 3600 -> 3600"));
    EXPECT_TRUE(says(plan.warnings, "TTL 3600: clients may wait up to 60 minutes; --ttl 300"));
}

TEST(DomainAdd, WritesTheTtlThatWasAskedFor) {
    auto input = wish({record("A", "203.0.113.10", 3'600)});
    input.ttl = 300;
    const auto plan = plan_domain_add(input);
    ASSERT_EQ(plan.edits.size(), 1U);
    EXPECT_EQ(plan.edits[0].content, "203.0.113.10");
    EXPECT_EQ(plan.edits[0].ttl, 300);
    EXPECT_TRUE(plan.warnings.empty());
}

TEST(DomainAdd, LeavesTheTtlOfAProxiedRecordAlone) {
    auto input = wish({record("A", "203.0.113.10", 1, true)});
    input.ttl = 300;
    const auto plan = plan_domain_add(input);
    EXPECT_TRUE(plan.proxied);
    EXPECT_TRUE(plan.edits.empty());
    EXPECT_TRUE(says(plan.notes, "proxied: yes"));
}

// Whatever stands there: without being asked to, nothing but a TTL is written, and what is
// published afterwards is an assigned server's.
TEST(DomainAddProperty, OnlyWritesContentWhenAskedTo) {
    const std::vector<std::string> fours{"203.0.113.10", "198.51.100.20", "192.0.2.9"};
    const std::vector<std::string> sixes{"2001:db8::10", "2001:db8::20", "2001:db8::99"};
    const bool holds = rc::check([&] {
        std::vector<Record> records;
        for (int i = *rc::gen::inRange(0, 3); i > 0; --i) {
            records.push_back(record(
                "A", *rc::gen::elementOf(fours), *rc::gen::element<std::int64_t>(1, 60, 3'600)));
        }
        for (int i = *rc::gen::inRange(0, 3); i > 0; --i) {
            records.push_back(record("AAAA", *rc::gen::elementOf(sixes)));
        }
        auto input = wish(records);
        input.servers[0].ipv6 =
            *rc::gen::element<std::optional<std::string>>(std::nullopt, "2001:db8::10");
        input.servers[1].ipv6 =
            *rc::gen::element<std::optional<std::string>>(std::nullopt, "2001:db8::20");
        input.create = *rc::gen::arbitrary<bool>();
        input.take_over = *rc::gen::arbitrary<bool>();
        const auto plan = plan_domain_add(input);
        if (plan.refusal) {
            RC_ASSERT(plan.edits.empty());
            RC_ASSERT(!plan.refusal->fix.empty());
            return;
        }
        RC_ASSERT(plan.published < input.servers.size());
        RC_ASSERT(plan.published_ipv4 == input.servers[plan.published].ipv4);
        RC_ASSERT(
            !plan.published_ipv6 || plan.published_ipv6 == input.servers[plan.published].ipv6);
        RC_ASSERT(input.create || plan.answer != AddAnswer::Created);
        RC_ASSERT(input.take_over || plan.answer != AddAnswer::TakenOver);
        if (plan.answer == AddAnswer::Accepted) {
            for (const auto& edit : plan.edits) {
                RC_ASSERT(edit.kind == dns::RecordEdit::Kind::Update);
                RC_ASSERT(edit.content == edit.before.content);
            }
        }
    });
    EXPECT_TRUE(holds);
}

// Adding again after what was planned has been written finds nothing more to do.
TEST(DomainAddProperty, TheSecondTimeThereIsNothingToWrite) {
    const std::vector<std::string> fours{"203.0.113.10", "198.51.100.20", "192.0.2.9"};
    const bool holds = rc::check([&] {
        std::vector<Record> records;
        for (int i = *rc::gen::inRange(0, 3); i > 0; --i) {
            records.push_back(record("A", *rc::gen::elementOf(fours)));
            records.back().id += std::to_string(i);
        }
        auto input = wish(records);
        input.create = true;
        input.take_over = true;
        const auto plan = plan_domain_add(input);
        RC_ASSERT(!plan.refusal);
        for (const auto& edit : plan.edits) {
            const auto at = std::find_if(records.begin(), records.end(), [&](const auto& one) {
                return one.id == edit.before.id;
            });
            if (edit.kind == RecordEdit::Kind::Create) {
                records.push_back(record("A", edit.content, edit.ttl));
            } else if (edit.kind == RecordEdit::Kind::Remove) {
                records.erase(at);
            } else {
                at->content = edit.content;
                at->ttl = edit.ttl;
            }
        }
        auto again = wish(records);
        const auto second = plan_domain_add(again);
        RC_ASSERT(!second.refusal);
        RC_ASSERT(second.edits.empty());
    });
    EXPECT_TRUE(holds);
}

}  // namespace
}  // namespace lumos::console
