// What is Cloudflare's own: which calls are made, its limits, its doubtful points, its tokens.

#include "tests/contract/dns/cloudflare_world.h"
#include "tests/support/wait_until.h"
#include "workers/shared/runtime/metrics.h"

#include <gtest/gtest.h>

#include <chrono>
#include <utility>

namespace lumos::contract {
namespace {

namespace json = boost::json;
using dns::Record;
using dns::RecordEdit;
using dns::Verdict;
using namespace std::chrono_literals;

constexpr auto kLimit = 5'000ms;

class Cloudflare : public testing::Test {
protected:
    std::vector<Record> read(const std::string& name = "www.example.com") {
        auto answer = world.provider().records_of(world.zone_id(), name, kLimit);
        EXPECT_TRUE(answer.ok()) << answer.error.message;
        return answer.value.value_or(std::vector<Record>());
    }
    void put_www() {
        world.put(
            {{"type", "A"},
             {"name", "www"},
             {"content", "203.0.113.10"},
             {"ttl", 300},
             {"comment", "shop"}});
    }
    simulator::JournalEntry last_call() { return world.simulator().journal().entries().back(); }
    simulator::Simulator& simulator() { return world.simulator(); }

    CloudflareWorld world;
};

TEST_F(Cloudflare, SendsContentAndTtlOfOneUpdateAndNothingElse) {
    put_www();
    const Record before = read().front();

    const auto result = world.provider().write(
        world.zone_id(), {{RecordEdit::Kind::Update, before, "198.51.100.20", 60}}, kLimit);

    EXPECT_EQ(result.verdict, Verdict::Applied);
    EXPECT_EQ(last_call().method, "PATCH");
    EXPECT_EQ(last_call().path, "/zones/" + world.zone_id() + "/dns_records/" + before.id);
    EXPECT_EQ(
        json::parse(last_call().body), json::value({{"content", "198.51.100.20"}, {"ttl", 60}}));
}

TEST_F(Cloudflare, MovesTwoHundredDomainsInOneCall) {
    std::vector<RecordEdit> edits;
    for (int i = 0; i < 200; ++i) {
        const std::string name = "d" + std::to_string(i) + ".example.com";
        world.put({{"type", "A"}, {"name", name}, {"content", "203.0.113.10"}, {"ttl", 300}});
    }
    const auto page = world.provider().records_page(world.zone_id(), 1, kLimit);
    for (const Record& record : page.value->records) {
        edits.push_back({RecordEdit::Kind::Update, record, "198.51.100.20", 60});
    }
    const auto calls = world.calls();

    const auto result = world.provider().write(world.zone_id(), edits, kLimit);

    EXPECT_EQ(result.verdict, Verdict::Applied) << result.error.message;
    EXPECT_EQ(world.calls(), calls + 1);
    EXPECT_EQ(world.content("d199.example.com", "A"), "198.51.100.20");
}

TEST_F(Cloudflare, IsRefusedABatchBeyondThePlansLimit) {
    std::vector<RecordEdit> edits;
    Record wanted;
    wanted.type = "A";
    for (int i = 0; i < 201; ++i) {
        wanted.name = "d" + std::to_string(i) + ".example.com";
        edits.push_back({RecordEdit::Kind::Create, wanted, "203.0.113.10", 60});
    }

    const auto result = world.provider().write(world.zone_id(), edits, kLimit);

    EXPECT_EQ(result.verdict, Verdict::Refused);
    EXPECT_EQ(result.error.reason, "rejected");
    EXPECT_EQ(world.records(), 0U);
}

TEST_F(Cloudflare, AnswersUnknownToAWriteThatLandsLate) {
    put_www();
    const Record before = read().front();
    simulator::Fault late;
    late.method = "PATCH";
    late.before = true;
    late.cut = simulator::Cut::Close;
    late.late = 200ms;
    simulator().faults().add(late);

    const auto result = world.provider().write(
        world.zone_id(), {{RecordEdit::Kind::Update, before, "198.51.100.20", 60}}, kLimit);
    const auto at_once = world.content("www.example.com", "A");
    const bool landed = support::wait_until(
        [&] { return world.content("www.example.com", "A") == "198.51.100.20"; }, 5s);

    EXPECT_EQ(result.verdict, Verdict::Unknown);
    EXPECT_EQ(at_once, "203.0.113.10");
    EXPECT_TRUE(landed);
}

TEST_F(Cloudflare, ReadsWhatIsStaleWithoutNoticing) {
    put_www();
    simulator().api().set("stale_ms", "60000");
    const auto before = read();
    simulator().set_record(
        "example.com",
        {{"type", "A"}, {"name", "www"}, {"content", "198.51.100.20"}, {"ttl", 300}});

    const auto stale = read();
    simulator().api().set("stale_ms", "0");
    const auto fresh = read();

    EXPECT_EQ(before.size(), 0U) << "a minute ago there was no record";
    EXPECT_EQ(stale.size(), 0U);
    ASSERT_EQ(fresh.size(), 1U);
    EXPECT_EQ(fresh.front().content, "198.51.100.20");
}

TEST_F(Cloudflare, IsCalledWhileAnotherCallIsHeld) {
    put_www();
    const Record before = read().front();
    simulator::Fault held;
    held.method = "PATCH";
    held.hold_before = true;
    simulator().faults().add(held);
    dns::WriteResult result;
    std::jthread writer([&] {
        result = world.provider().write(
            world.zone_id(), {{RecordEdit::Kind::Update, before, "198.51.100.20", 60}}, 20s);
    });
    ASSERT_TRUE(simulator().faults().wait_held(1, 10s));

    const auto meanwhile = read();
    simulator().faults().release();
    writer.join();

    EXPECT_EQ(meanwhile.front().content, "203.0.113.10");
    EXPECT_EQ(result.verdict, Verdict::Applied);
}

TEST_F(Cloudflare, MeasuresItsCallsByOutcome) {
    put_www();
    (void)read();
    (void)world.stranger().zones(kLimit);

    const std::string metrics = runtime::metrics::exposition();

    for (const char* outcome :
         {R"(method="GET",outcome="ok")", R"(method="GET",outcome="token_invalid")"}) {
        EXPECT_NE(
            metrics.find(std::string("lumos_provider_call_seconds_count{") + outcome),
            std::string::npos)
            << metrics;
    }
}

// Every doubtful point of the service, set to what it is not by default.
const std::vector<std::pair<std::string, std::string>> kOtherAnswers{
    {"verify_bad_token_status", "400"},
    {"verify_bad_token_status", "403"},
    {"zones_bad_token_status", "401"},
    {"type_change", "accept"},
    {"batch_limit_code", "81099"},
    {"batch_empty_lists", "empty"},
    {"batch_empty_lists", "omit"},
    {"zones_per_page_max", "100"},
    {"identical_compares", "all"},
    {"identical_on_change", "false"},
    {"record_quota", "3"},
    {"rate_limit_body", "10100"},
    {"rate_limit_headers", "false"},
    {"rate_limit_counts", "true"},
    {"proxied_ttl", "refuse"},
    {"ttl_required", "true"},
};

TEST_F(Cloudflare, FailsOverAndBackWhateverTheDoubtfulPointsAre) {
    for (const auto& [name, value] : kOtherAnswers) {
        SCOPED_TRACE(name + "=" + value);
        CloudflareWorld other;
        other.simulator().api().set(name, value);
        other.put({{"type", "A"}, {"name", "www"}, {"content", "203.0.113.10"}, {"ttl", 300}});
        other.put({{"type", "AAAA"}, {"name", "www"}, {"content", "2001:db8::10"}, {"ttl", 300}});
        other.put(
            {{"type", "A"},
             {"name", "shop"},
             {"content", "203.0.113.10"},
             {"ttl", 1},
             {"proxied", true}});
        auto& provider = other.provider();
        const auto zone = other.zone_id();
        auto www = *provider.records_of(zone, "www.example.com", kLimit).value;
        auto shop = *provider.records_of(zone, "shop.example.com", kLimit).value;
        ASSERT_EQ(www.size(), 2U);

        const auto over = provider.write(
            zone,
            {{RecordEdit::Kind::Update, www[0], "198.51.100.20", 60},
             {RecordEdit::Kind::Remove, www[1], "", 1},
             {RecordEdit::Kind::Update, shop[0], "198.51.100.20", 60}},
            kLimit);
        const auto back = provider.write(
            zone,
            {{RecordEdit::Kind::Update, www[0], "203.0.113.10", 300},
             {RecordEdit::Kind::Create, www[1], www[1].content, 300}},
            kLimit);
        const auto alone = provider.write(
            zone, {{RecordEdit::Kind::Update, shop[0], "203.0.113.10", 300}}, kLimit);

        EXPECT_EQ(over.verdict, Verdict::Applied) << over.error.message;
        EXPECT_EQ(back.verdict, Verdict::Applied) << back.error.message;
        EXPECT_EQ(alone.verdict, Verdict::Applied) << alone.error.message;
        EXPECT_EQ(*provider.may_edit(zone, kLimit).value, true);
        EXPECT_TRUE(provider.verify_token(kLimit).ok());
        EXPECT_TRUE(provider.zone("example.com", kLimit).ok());
        EXPECT_EQ(other.stranger().verify_token(kLimit).error.reason, "token_invalid");
    }
}

TEST_F(Cloudflare, WaitsAsLongAsTheServiceSaysAfterTooManyCalls) {
    for (const std::string body : {"971", "10100", "10429", "html"}) {
        SCOPED_TRACE(body);
        CloudflareWorld other;
        other.simulator().api().set("rate_limit_body", body);
        other.simulator().api().rate_limit().set({3, 120s});
        for (int i = 0; i < 3; ++i) {
            ASSERT_TRUE(other.provider().zones(kLimit).ok());
        }

        const auto answer = other.provider().zones(kLimit);
        const auto of_another_user = other.reader().zones(kLimit);

        EXPECT_EQ(answer.error.reason, "rate_limited");
        EXPECT_EQ(answer.retry_after, 120s);
        EXPECT_TRUE(of_another_user.ok());
    }
}

TEST_F(Cloudflare, ReadsAZoneOfMoreThanOnePage) {
    constexpr int kRecords = 5'040;
    simulator().store().change(
        world.zone_id(),
        simulator().api().switches(),
        [](simulator::Records& records, const simulator::ChangeContext& context) {
            for (int i = 0; i < kRecords; ++i) {
                simulator::StoredRecord record;
                record.id = context.new_id();
                record.number = context.next_number();
                record.name = "h" + std::to_string(i) + ".example.com";
                record.type = "A";
                record.content = "203.0.113.10";
                record.ttl = 300;
                record.comment = std::string(100, 'c');
                records.emplace(record.id, record);
            }
            return json::value();
        });

    const auto first = world.provider().records_page(world.zone_id(), 1, kLimit);
    ASSERT_TRUE(first.ok()) << first.error.message;
    const auto second =
        world.provider().records_page(world.zone_id(), first.value->next_page, kLimit);

    EXPECT_EQ(first.value->records.size(), 5'000U);
    EXPECT_TRUE(first.value->more);
    ASSERT_TRUE(second.ok());
    EXPECT_EQ(second.value->records.size(), 40U);
    EXPECT_FALSE(second.value->more);
}

TEST_F(Cloudflare, ListsAllZonesOfAToken) {
    for (int i = 0; i < 119; ++i) {
        simulator().store().add_zone(
            "z" + std::to_string(i) + ".example", "", i % 2 == 0 ? "pro" : "free");
    }

    const auto zones = world.provider().zones(kLimit);

    ASSERT_TRUE(zones.ok()) << zones.error.message;
    EXPECT_EQ(zones.value->size(), 120U);
    EXPECT_EQ(world.calls(), 3);
    for (const dns::Zone& zone : *zones.value) {
        EXPECT_EQ(zone.batch_max, zone.plan == "pro" ? 3'500 : 200);
        EXPECT_TRUE(zone.may_edit);
    }
}

TEST_F(Cloudflare, FindsAZoneThatIsListedInUnicode) {
    simulator().store().add_zone("bücher.example");

    const auto zone = world.provider().zone("xn--bcher-kva.example", kLimit);

    ASSERT_TRUE(zone.ok()) << zone.error.message;
    EXPECT_EQ(zone.value->name, "xn--bcher-kva.example");
}

class Tokens : public Cloudflare {
protected:
    std::unique_ptr<dns::Provider> with(const std::string& options) {
        const std::string text = "cfat_" + std::string(43, 'x');
        simulator().api().set_tokens(simulator::read_tokens(text + " edit some " + options));
        return world.provider_with(text);
    }
};

TEST_F(Tokens, ThatBelongToAnAccountAreVerifiedThere) {
    const auto state = with("kind=account expires=2027-01-31T00:00:00Z")->verify_token(kLimit);

    ASSERT_TRUE(state.ok()) << state.error.message;
    EXPECT_TRUE(state.value->active);
    EXPECT_EQ(state.value->expires_on, "2027-01-31T00:00:00Z");
}

TEST_F(Tokens, ThatAreDisabledAreNotActive) {
    const auto state = with("status=disabled")->verify_token(kLimit);

    ASSERT_TRUE(state.ok());
    EXPECT_FALSE(state.value->active);
    EXPECT_EQ(state.value->status, "disabled");
}

TEST_F(Tokens, ThatMaySeeRecordsOnlyWorkWithAZonesId) {
    const auto provider = with("list=no");

    const auto by_id = provider->zone(world.zone_id(), kLimit);
    const auto by_name = provider->zone("example.com", kLimit);

    ASSERT_TRUE(by_id.ok()) << by_id.error.message;
    EXPECT_EQ(by_id.value->id, world.zone_id());
    EXPECT_EQ(by_id.value->name, "");
    EXPECT_EQ(by_name.error.reason, "token_permission");
    EXPECT_TRUE(*provider->may_edit(world.zone_id(), kLimit).value);
}

TEST_F(Tokens, OfOtherZonesSeeNothingOfThisOne) {
    simulator().store().add_zone("example.org");
    const auto provider = with("zones=example.org");

    const auto zones = provider->zones(kLimit);
    const auto by_id = provider->zone(world.zone_id(), kLimit);
    const auto editing = provider->may_edit(world.zone_id(), kLimit);

    ASSERT_EQ(zones.value->size(), 1U);
    EXPECT_EQ(by_id.error.reason, "token_permission");
    EXPECT_FALSE(editing.ok());
    EXPECT_EQ(editing.error.reason, "token_permission");
}

TEST_F(Tokens, UsedFromABarredAddressSaySo) {
    const auto answer = with("from=no")->zones(kLimit);

    EXPECT_EQ(answer.error.reason, "token_permission");
    EXPECT_EQ(answer.error.message, "Cannot use the access token from location: 203.0.113.9");
}

TEST_F(Tokens, OfNoTokensShapeAreInvalid) {
    const auto answer =
        world.provider_with("not-a-token")->records_of(world.zone_id(), "www.example.com", kLimit);

    EXPECT_EQ(answer.error.reason, "token_invalid");
    EXPECT_EQ(
        answer.error.message,
        "Invalid request headers: 6111 Invalid format for Authorization header");
}

}  // namespace
}  // namespace lumos::contract
