// What every provider keeps, whatever service it speaks to.

#include "tests/contract/dns/world.h"
#include "workers/shared/http/client.h"
#include "workers/shared/runtime/errors.h"

#include <gtest/gtest.h>

#include <chrono>

namespace lumos::contract {
namespace {

using dns::Record;
using dns::RecordEdit;
using dns::Verdict;
using namespace std::chrono_literals;

constexpr auto kLimit = 5'000ms;
// Where the answer does not come: long enough for a loaded machine to carry the change out.
constexpr auto kShort = 700ms;

boost::json::object www(const std::string& content, int ttl = 300) {
    return {{"type", "A"}, {"name", "www.example.com"}, {"content", content}, {"ttl", ttl}};
}

class Provider : public testing::TestWithParam<ProviderCase> {
protected:
    Record read(const std::string& type = "A") {
        const auto answer =
            world->provider().records_of(world->zone_id(), "www.example.com", kLimit);
        for (const Record& record : answer.value.value_or(std::vector<Record>())) {
            if (record.type == type) {
                return record;
            }
        }
        ADD_FAILURE() << "no " << type << " record: " << answer.error.message;
        return {};
    }
    dns::WriteResult write(
        const std::vector<RecordEdit>& edits, std::chrono::milliseconds limit = kLimit) {
        return world->provider().write(world->zone_id(), edits, limit);
    }
    static RecordEdit update(
        const Record& record, const std::string& content, std::int64_t ttl = 60) {
        return {RecordEdit::Kind::Update, record, content, ttl};
    }

    std::unique_ptr<World> world = GetParam().make();
};

TEST_P(Provider, ShowsAllRecordsOfExactlyAName) {
    world->put(www("203.0.113.10"));
    world->put(
        {{"type", "AAAA"}, {"name", "www.example.com"}, {"content", "2001:db8::10"}, {"ttl", 300}});
    world->put(
        {{"type", "TXT"}, {"name", "www.example.com"}, {"content", "\"v=1\""}, {"ttl", 300}});
    world->put(
        {{"type", "A"}, {"name", "a.www.example.com"}, {"content", "203.0.113.11"}, {"ttl", 300}});
    world->put(
        {{"type", "A"}, {"name", "wwww.example.com"}, {"content", "203.0.113.12"}, {"ttl", 300}});

    const auto answer = world->provider().records_of(world->zone_id(), "WWW.example.com", kLimit);

    ASSERT_TRUE(answer.ok()) << answer.error.message;
    ASSERT_EQ(answer.value->size(), 3U);
    for (const Record& record : *answer.value) {
        EXPECT_EQ(record.name, "www.example.com");
        EXPECT_EQ(record.ttl, 300);
        EXPECT_FALSE(record.id.empty());
    }
}

TEST_P(Provider, FindsAWildcardByItsName) {
    world->put(
        {{"type", "A"}, {"name", "*.example.com"}, {"content", "203.0.113.10"}, {"ttl", 300}});

    const auto answer = world->provider().records_of(world->zone_id(), "*.example.com", kLimit);

    ASSERT_TRUE(answer.ok());
    EXPECT_EQ(answer.value->size(), 1U);
}

TEST_P(Provider, ShowsAZoneInPages) {
    for (int i = 0; i < 30; ++i) {
        world->put(
            {{"type", "A"},
             {"name", "h" + std::to_string(i)},
             {"content", "203.0.113.10"},
             {"ttl", 300}});
    }

    const auto page = world->provider().records_page(world->zone_id(), 1, kLimit);
    const auto beyond = world->provider().records_page(world->zone_id(), 2, kLimit);

    ASSERT_TRUE(page.ok());
    EXPECT_EQ(page.value->records.size(), 30U);
    EXPECT_FALSE(page.value->more);
    ASSERT_TRUE(beyond.ok());
    EXPECT_TRUE(beyond.value->records.empty());
}

TEST_P(Provider, PointsARecordElsewhereInOneCall) {
    world->put(www("203.0.113.10"));
    const Record before = read();
    const auto calls = world->calls();

    const auto result = write({update(before, "198.51.100.20")});

    EXPECT_EQ(result.verdict, Verdict::Applied) << result.error.message;
    EXPECT_EQ(world->calls(), calls + 1);
    EXPECT_EQ(world->content("www.example.com", "A"), "198.51.100.20");
    EXPECT_EQ(world->field("www.example.com", "A", "ttl"), 60);
    EXPECT_EQ(read().id, before.id);
}

TEST_P(Provider, KeepsWhatIsNotItsBusiness) {
    world->put(
        {{"type", "A"},
         {"name", "www.example.com"},
         {"content", "203.0.113.10"},
         {"ttl", 1},
         {"proxied", true},
         {"comment", "our shop"}});

    const auto result = write({update(read(), "198.51.100.20", 60)});

    EXPECT_EQ(result.verdict, Verdict::Applied) << result.error.message;
    EXPECT_EQ(world->content("www.example.com", "A"), "198.51.100.20");
    EXPECT_EQ(world->field("www.example.com", "A", "proxied"), true);
    EXPECT_EQ(world->field("www.example.com", "A", "comment"), "our shop");
    EXPECT_EQ(world->field("www.example.com", "A", "ttl"), 1);
}

TEST_P(Provider, LeavesToOthersWhatTheyChangeBetweenReadAndWriteAndDoesNotCallItDone) {
    world->put(www("203.0.113.10"));
    const Record before = read();
    world->edit(
        {{"type", "A"},
         {"name", "www.example.com"},
         {"comment", "by hand"},
         {"proxied", true},
         {"ttl", 1}});

    const auto result = write({update(before, "198.51.100.20")});

    EXPECT_EQ(result.verdict, Verdict::Unknown);
    EXPECT_EQ(world->content("www.example.com", "A"), "198.51.100.20");
    EXPECT_EQ(world->field("www.example.com", "A", "comment"), "by hand");
    EXPECT_EQ(world->field("www.example.com", "A", "proxied"), true);
}

TEST_P(Provider, MovesBothFamiliesInOneCall) {
    world->put(www("203.0.113.10"));
    world->put(
        {{"type", "AAAA"}, {"name", "www.example.com"}, {"content", "2001:db8::10"}, {"ttl", 300}});
    const std::vector<RecordEdit> edits{
        update(read("A"), "198.51.100.20"), update(read("AAAA"), "2001:db8:0:0::20")};
    const auto calls = world->calls();

    const auto result = write(edits);

    EXPECT_EQ(result.verdict, Verdict::Applied) << result.error.message;
    EXPECT_EQ(world->calls(), calls + 1);
    EXPECT_EQ(world->content("www.example.com", "A"), "198.51.100.20");
    EXPECT_EQ(world->content("www.example.com", "AAAA"), "2001:db8::20");
}

TEST_P(Provider, TakesARecordAwayAndPutsItBackAsItWas) {
    world->put(www("203.0.113.10"));
    world->put(
        {{"type", "AAAA"},
         {"name", "www.example.com"},
         {"content", "2001:db8::10"},
         {"ttl", 300},
         {"comment", "the six"}});
    const Record six = read("AAAA");

    const auto away =
        write({update(read(), "198.51.100.20"), {RecordEdit::Kind::Remove, six, "", 1}});
    const auto gone = world->content("www.example.com", "AAAA");
    const auto back = write(
        {update(read(), "203.0.113.10", 300),
         {RecordEdit::Kind::Create, six, six.content, six.ttl}});

    EXPECT_EQ(away.verdict, Verdict::Applied) << away.error.message;
    EXPECT_EQ(gone, "");
    EXPECT_EQ(back.verdict, Verdict::Applied) << back.error.message;
    EXPECT_EQ(world->content("www.example.com", "AAAA"), "2001:db8::10");
    EXPECT_EQ(world->field("www.example.com", "AAAA", "comment"), "the six");
    EXPECT_EQ(world->field("www.example.com", "AAAA", "ttl"), 300);
}

TEST_P(Provider, WritesAllOfABatchOrNothing) {
    world->put(www("203.0.113.10"));
    Record foreign = read();
    foreign.id = "0123456789abcdef0123456789abcdef";

    const auto result = write({update(read(), "198.51.100.20"), update(foreign, "198.51.100.21")});

    EXPECT_EQ(result.verdict, Verdict::Refused);
    EXPECT_EQ(result.error.reason, "rejected");
    EXPECT_EQ(world->content("www.example.com", "A"), "203.0.113.10");
}

TEST_P(Provider, CreatesARecordThatNobodyHasYet) {
    Record wanted;
    wanted.name = "new.example.com";
    wanted.type = "A";

    const auto result = write({{RecordEdit::Kind::Create, wanted, "203.0.113.10", 300}});

    EXPECT_EQ(result.verdict, Verdict::Applied) << result.error.message;
    EXPECT_EQ(world->content("new.example.com", "A"), "203.0.113.10");
}

TEST_P(Provider, TakesAnIdenticalRecordForACreatedOne) {
    world->put(www("203.0.113.10"));
    Record wanted;
    wanted.name = "www.example.com";
    wanted.type = "A";

    const auto result = write({{RecordEdit::Kind::Create, wanted, "203.0.113.10", 300}});

    EXPECT_EQ(result.verdict, Verdict::Applied) << result.error.message;
    EXPECT_EQ(world->records(), 1U);
}

TEST_P(Provider, IsRefusedABatchOfWhichOneRecordExistsAlready) {
    world->put(www("203.0.113.10"));
    world->put(
        {{"type", "AAAA"}, {"name", "www.example.com"}, {"content", "2001:db8::10"}, {"ttl", 300}});
    const Record six = read("AAAA");

    const auto result = write(
        {update(read(), "198.51.100.20"), {RecordEdit::Kind::Create, six, six.content, six.ttl}});

    EXPECT_EQ(result.verdict, Verdict::Refused);
    EXPECT_EQ(world->content("www.example.com", "A"), "203.0.113.10");
}

TEST_P(Provider, IsRefusedARecordThatIsGone) {
    const std::string id = world->put(www("203.0.113.10"));
    const Record before = read();
    (void)write({update(before, "203.0.113.10", 300), {RecordEdit::Kind::Remove, before, "", 1}});
    (void)write({{RecordEdit::Kind::Remove, before, "", 1}});

    const auto result = write({update(before, "198.51.100.20")});

    EXPECT_EQ(result.verdict, Verdict::Refused);
    EXPECT_EQ(world->records(), 0U);
}

struct WriteTrouble {
    Trouble trouble;
    Verdict verdict;
    bool changed;
    std::string reason;
    int status;
};

const std::vector<WriteTrouble> kTroubles{
    {Trouble::AnswerNeverComes, Verdict::Unknown, true, "provider_unreachable", 0},
    {Trouble::NothingComes, Verdict::Unknown, false, "provider_unreachable", 0},
    {Trouble::CutBefore, Verdict::Unknown, false, "provider_unreachable", 0},
    {Trouble::CutAfter, Verdict::Unknown, true, "provider_unreachable", 0},
    {Trouble::ResetAfter, Verdict::Unknown, true, "provider_unreachable", 0},
    {Trouble::HalfAnAnswer, Verdict::Unknown, true, "provider_unreachable", 0},
    {Trouble::ServerErrorBefore, Verdict::Unknown, false, "provider_unreachable", 502},
    {Trouble::ServerErrorAfter, Verdict::Unknown, true, "provider_unreachable", 504},
    {Trouble::ForeignPageBefore, Verdict::Unknown, false, "provider_unreachable", 403},
    {Trouble::ForeignPageOk, Verdict::Unknown, false, "provider_unreachable", 200},
    {Trouble::ContradictionBefore, Verdict::Unknown, false, "rejected", 200},
    {Trouble::ConflictBefore, Verdict::Unknown, false, "rejected", 409},
    {Trouble::TimeoutBefore, Verdict::Unknown, false, "rejected", 408},
    {Trouble::LimitedBefore, Verdict::Refused, false, "rate_limited", 429},
    {Trouble::LimitedWithPage, Verdict::Refused, false, "rate_limited", 429},
    {Trouble::ForbiddenBefore, Verdict::Refused, false, "token_permission", 403},
    {Trouble::AnswersOtherContent, Verdict::Unknown, true, "rejected", 200},
    {Trouble::AnswersOtherTtl, Verdict::Unknown, true, "rejected", 200},
    {Trouble::AnswersOtherProxied, Verdict::Unknown, true, "rejected", 200},
    {Trouble::AnswersOtherComment, Verdict::Unknown, true, "rejected", 200},
    {Trouble::AnswersOtherName, Verdict::Unknown, true, "rejected", 200},
};

bool never_answers(Trouble trouble) {
    return trouble == Trouble::AnswerNeverComes || trouble == Trouble::NothingComes;
}

TEST_P(Provider, SaysUnknownUnlessTheAnswerIsDefinite) {
    for (const WriteTrouble& expected : kTroubles) {
        for (const bool both_families : {false, true}) {
            SCOPED_TRACE(
                testing::Message()
                << "trouble " << static_cast<int>(expected.trouble) << ", both " << both_families);
            world = GetParam().make();
            world->put(www("203.0.113.10"));
            world->put(
                {{"type", "AAAA"},
                 {"name", "www.example.com"},
                 {"content", "2001:db8::10"},
                 {"ttl", 300}});
            std::vector<RecordEdit> edits{update(read("A"), "198.51.100.20")};
            if (both_families) {
                edits.push_back(update(read("AAAA"), "2001:db8::20"));
            }
            world->trouble(expected.trouble);
            const auto calls = world->calls();

            const auto result = write(edits, never_answers(expected.trouble) ? kShort : kLimit);

            EXPECT_EQ(result.verdict, expected.verdict) << result.error.message;
            EXPECT_EQ(result.error.reason, expected.reason);
            EXPECT_EQ(result.error.http_status, expected.status);
            EXPECT_FALSE(result.error.message.empty());
            EXPECT_EQ(
                world->content("www.example.com", "A"),
                expected.changed ? "198.51.100.20" : "203.0.113.10");
            EXPECT_EQ(world->calls(), calls + 1) << "nothing is sent twice";
        }
    }
}

TEST_P(Provider, EndsByItsDeadline) {
    world->put(www("203.0.113.10"));
    const Record before = read();
    world->trouble(Trouble::AnswerNeverComes);
    const auto started = std::chrono::steady_clock::now();

    (void)write({update(before, "198.51.100.20")}, 300ms);

    EXPECT_LT(std::chrono::steady_clock::now() - started, 2s);
}

TEST_P(Provider, IsRefusedWhereNobodyListens) {
    world->put(www("203.0.113.10"));
    const Record before = read();
    world->stop();

    const auto result = write({update(before, "198.51.100.20")});
    const auto reading = world->provider().records_of(world->zone_id(), "www.example.com", kLimit);

    EXPECT_EQ(result.verdict, Verdict::Refused) << "nothing has left this machine";
    EXPECT_EQ(result.error.reason, "provider_unreachable");
    EXPECT_EQ(result.error.http_status, 0);
    EXPECT_FALSE(reading.ok());
    EXPECT_EQ(reading.error.reason, "provider_unreachable");
}

TEST_P(Provider, SaysHowLongToWait) {
    world->put(www("203.0.113.10"));
    const Record before = read();
    world->trouble(Trouble::LimitedBefore);
    world->trouble_reading(Trouble::LimitedWithPage);

    const auto result = write({update(before, "198.51.100.20")});
    const auto reading = world->provider().records_of(world->zone_id(), "www.example.com", kLimit);

    EXPECT_EQ(result.retry_after, 300s);
    EXPECT_EQ(reading.error.reason, "rate_limited");
    EXPECT_EQ(reading.retry_after, 300s);
}

TEST_P(Provider, ReadsNothingFromAnAnswerThatIsNone) {
    world->put(www("203.0.113.10"));
    for (const Trouble trouble :
         {Trouble::ServerErrorBefore,
          Trouble::ForeignPageOk,
          Trouble::ForeignPageBefore,
          Trouble::ContradictionBefore,
          Trouble::HalfAnAnswer,
          Trouble::CutAfter}) {
        SCOPED_TRACE(static_cast<int>(trouble));
        world->trouble_reading(trouble);
        const auto of_name =
            world->provider().records_of(world->zone_id(), "www.example.com", kLimit);
        world->trouble_reading(trouble);
        const auto page = world->provider().records_page(world->zone_id(), 1, kLimit);
        world->trouble_reading(trouble);
        const auto zones = world->provider().zones(kLimit);
        world->trouble_reading(trouble);
        const auto token = world->provider().verify_token(kLimit);

        EXPECT_FALSE(of_name.ok());
        EXPECT_FALSE(page.ok());
        EXPECT_FALSE(zones.ok());
        EXPECT_FALSE(token.ok());
        EXPECT_FALSE(of_name.error.reason.empty());
    }
}

TEST_P(Provider, ProvesThatATokenMayEditWithoutChangingAnything) {
    world->put(www("203.0.113.10"));
    const auto modified = world->field("www.example.com", "A", "modified_on");

    const auto editor = world->provider().may_edit(world->zone_id(), kLimit);
    const auto reader = world->reader().may_edit(world->zone_id(), kLimit);

    ASSERT_TRUE(editor.ok()) << editor.error.message;
    EXPECT_TRUE(*editor.value);
    ASSERT_TRUE(reader.ok()) << reader.error.message;
    EXPECT_FALSE(*reader.value);
    EXPECT_EQ(reader.error.reason, "token_permission");
    EXPECT_EQ(world->writes(), 0);
    EXPECT_EQ(world->records(), 1U);
    EXPECT_EQ(world->field("www.example.com", "A", "modified_on"), modified);
}

TEST_P(Provider, ProvesItInAnEmptyZoneToo) {
    const auto editor = world->provider().may_edit(world->zone_id(), kLimit);

    ASSERT_TRUE(editor.ok()) << editor.error.message;
    EXPECT_TRUE(*editor.value);
    EXPECT_EQ(world->records(), 0U);
    EXPECT_EQ(world->calls(), 1);
}

TEST_P(Provider, ProvesNothingWithoutAnAnswer) {
    world->trouble(Trouble::ServerErrorBefore);

    const auto editor = world->provider().may_edit(world->zone_id(), kLimit);

    EXPECT_FALSE(editor.ok());
    EXPECT_EQ(editor.error.reason, "provider_unreachable");
}

TEST_P(Provider, KnowsATokenThatIsActive) {
    const auto known = world->provider().verify_token(kLimit);
    const auto unknown = world->stranger().verify_token(kLimit);

    ASSERT_TRUE(known.ok()) << known.error.message;
    EXPECT_TRUE(known.value->active);
    EXPECT_FALSE(unknown.ok());
    EXPECT_EQ(unknown.error.reason, "token_invalid");
}

TEST_P(Provider, TellsAnUnknownTokenFromOneThatMayNot) {
    const auto unknown = world->stranger().records_of(world->zone_id(), "www.example.com", kLimit);
    const auto editing = world->stranger().may_edit(world->zone_id(), kLimit);
    const auto foreign =
        world->provider().records_of("0123456789abcdef0123456789abcdef", "www.example.com", kLimit);

    EXPECT_EQ(unknown.error.reason, "token_invalid");
    EXPECT_EQ(editing.error.reason, "token_invalid");
    EXPECT_EQ(foreign.error.reason, "token_permission");
}

TEST_P(Provider, FindsAZoneByNameAndById) {
    const auto by_name = world->provider().zone("Example.com.", kLimit);
    const auto by_id = world->provider().zone(world->zone_id(), kLimit);
    const auto nowhere = world->provider().zone("example.net", kLimit);

    ASSERT_TRUE(by_name.ok()) << by_name.error.message;
    EXPECT_EQ(by_name.value->id, world->zone_id());
    EXPECT_EQ(by_name.value->name, "example.com");
    EXPECT_TRUE(by_name.value->may_edit);
    ASSERT_TRUE(by_id.ok()) << by_id.error.message;
    EXPECT_EQ(by_id.value->name, "example.com");
    EXPECT_FALSE(nowhere.ok());
    EXPECT_EQ(nowhere.error.reason, "zone_unknown");
}

TEST_P(Provider, NeverShowsItsToken) {
    http::CurlClient client;
    const std::string secret = "cfut_secret-with-a-line-break-and-more-than-forty-characters";
    for (const std::string& token :
         {secret, secret + "\nX-Injected: yes", std::string("short"), std::string()}) {
        auto provider = dns::make_provider(
            "cloudflare", "http://127.0.0.1:1/" + secret, runtime::Secret(token), client);

        const auto answer = provider->verify_token(kLimit);

        EXPECT_FALSE(answer.ok());
        EXPECT_EQ(answer.error.message.find("secret-with"), std::string::npos)
            << answer.error.message;
    }
}

TEST(MakeProvider, NamesTheKindsThatThereAre) {
    http::CurlClient client;

    EXPECT_THROW(
        (void)dns::make_provider("route53", "http://127.0.0.1:1", runtime::Secret("x"), client),
        runtime::Permanent);
}

INSTANTIATE_TEST_SUITE_P(All, Provider, testing::ValuesIn(kProviders), [](const auto& of) {
    return of.param.name;
});

}  // namespace
}  // namespace lumos::contract
