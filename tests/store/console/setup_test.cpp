// The product's set-up, step by step, and what is refused on the way.

#include "bus/identity.h"
#include "tests/store/console/api_test_base.h"

namespace lumos::console::testing {
namespace {

class Setup : public ApiTest {};

TEST_F(Setup, AnAccountComesWithItsOwnersChannel) {
    const auto account =
        post("/api/v1/accounts", R"({"id":"acme","plan":"pro","email":"owner@acme.example"})");
    EXPECT_EQ(account.status, 201);
    const auto owner = get(acme_ + "/channels/owner");
    EXPECT_EQ(owner.text("kind"), "email");
    EXPECT_EQ(owner.text("target"), "owner@acme.example");
    EXPECT_TRUE(owner["alerts"].is_null());
}

TEST_F(Setup, AServerGetsCredentialsOnceAndAPresenceRow) {
    set_up_acme();
    const auto added =
        post(acme_ + "/servers", R"({"id":"sin-1","ipv4":"192.0.2.30","ipv6":"2001:DB8:0::30"})");
    ASSERT_EQ(added.status, 201);
    EXPECT_EQ(bus::name_in_credentials(added.text("credentials")), "acme.sin-1");
    EXPECT_NE(added.text("install").find("tls://bus.acme.example:443"), std::string::npos);
    EXPECT_EQ(added.text("ipv6"), "2001:db8::30");
    EXPECT_EQ(added.text("status"), "unknown");
    EXPECT_EQ(value("SELECT count(*) FROM server_presence"), "3");
    EXPECT_FALSE(get(acme_ + "/servers/sin-1").json.as_object().contains("credentials"));
    EXPECT_EQ(value("SELECT count(*) FROM servers WHERE public_key LIKE 'U%'"), "3");
}

TEST_F(Setup, AServerNeedsAnAddress) {
    set_up_acme();
    const auto refused = post(acme_ + "/servers", R"({"id":"sin-1"})");
    EXPECT_EQ(refused.status, 422);
    EXPECT_EQ(refused.text("field"), "ipv4");
}

TEST_F(Setup, FreeIncludesOneServerAndNamesThePlanThatIsNeeded) {
    post("/api/v1/accounts", R"({"id":"small","email":"me@small.example"})");
    EXPECT_EQ(
        post("/api/v1/accounts/small/servers", R"({"id":"a","ipv4":"192.0.2.1"})").status, 201);
    const auto refused = post("/api/v1/accounts/small/servers", R"({"id":"b","ipv4":"192.0.2.2"})");
    EXPECT_EQ(refused.status, 403);
    EXPECT_EQ(refused.text("type"), "urn:lumos:problem:plan-limit");
    EXPECT_NE(refused.text("detail").find("pro"), std::string::npos);
    EXPECT_EQ(patch("/api/v1/accounts/small", R"({"plan":"pro"})").status, 200);
    EXPECT_EQ(
        post("/api/v1/accounts/small/servers", R"({"id":"b","ipv4":"192.0.2.2"})").status, 201);
    EXPECT_EQ(patch("/api/v1/accounts/small", R"({"plan":"free"})").status, 200)
        << "going down is allowed";
}

TEST_F(Setup, FreeDoesNotIncludeFailover) {
    set_up_acme();
    patch(acme_, R"({"plan":"free"})");
    world().lock()->add("A", "www.example.com", "203.0.113.10");
    const auto refused =
        post(acme_ + "/domains", R"({"domain":"www.example.com","servers":["fra-1","iad-1"]})");
    EXPECT_EQ(refused.text("type"), "urn:lumos:problem:plan-limit");
    EXPECT_EQ(
        post(acme_ + "/domains", R"({"domain":"www.example.com","servers":["fra-1"]})").status,
        201);
}

TEST_F(Setup, NothingIsStoredOfATokenThatIsNotGood) {
    set_up_acme();
    const auto refused =
        post(acme_ + "/providers", R"({"id":"cf-2","kind":"cloudflare","token":"bad-token"})");
    EXPECT_EQ(refused.status, 422);
    EXPECT_EQ(refused.text("type"), "urn:lumos:problem:provider-rejected");
    EXPECT_EQ(refused.text("field"), "token");
    EXPECT_EQ(refused.text("code"), "token_invalid");
    EXPECT_EQ(get(acme_ + "/providers/cf-2").status, 404);
}

TEST_F(Setup, AProvidersTokenIsEncryptedAndNeverShown) {
    set_up_acme();
    EXPECT_EQ(value("SELECT position('good-token'::bytea IN token_box) FROM providers"), "0");
    EXPECT_EQ(value("SELECT token_key FROM providers"), "k1");
    EXPECT_EQ(
        boost::json::serialize(get(acme_ + "/providers").json).find("good-token"),
        std::string::npos);
    EXPECT_EQ(value("SELECT count(*) FROM audit WHERE after::text LIKE '%good-token%'"), "0");
    EXPECT_EQ(value("SELECT count(*) FROM provider_budgets"), "1");
}

TEST_F(Setup, AZoneIsAddedOnlyWhereThePermissionIsProven) {
    set_up_acme();
    world().lock()->may_edit_tokens.clear();
    const auto refused = post(acme_ + "/zones", R"({"name":"example.net","provider":"cf-main"})");
    EXPECT_EQ(refused.text("code"), "token_permission");
    EXPECT_EQ(get(acme_ + "/zones/example.net").status, 404);
    world().lock()->may_edit_tokens.insert("good-token");
    EXPECT_EQ(post(acme_ + "/zones", R"({"name":"example.net"})").status, 201)
        << "the only provider is meant";
    EXPECT_EQ(value("SELECT count(*) FROM zone_work"), "2");
    EXPECT_EQ(get(acme_ + "/zones/example.net").text("zoneId"), "z2");
}

TEST_F(Setup, AvailableZonesSayWhichAreAddedAlready) {
    set_up_acme();
    const auto items = get(acme_ + "/zones?available=true")["items"].as_array();
    ASSERT_EQ(items.size(), 2U);
    EXPECT_EQ(items[0].at("name").as_string(), "example.com");
    EXPECT_TRUE(items[0].at("added").as_bool());
    EXPECT_FALSE(items[1].at("added").as_bool());
}

TEST_F(Setup, AnUnknownZoneIsSaidToBeUnknown) {
    set_up_acme();
    EXPECT_EQ(post(acme_ + "/zones", R"({"name":"example.org"})").text("code"), "zone_unknown");
}

TEST_F(Setup, ADomainIsPublishedWhereItsRecordPoints) {
    set_up_domain();
    const auto domain = get(acme_ + "/domains/www.example.com");
    EXPECT_EQ(domain.text("failoverStatus"), "active");
    EXPECT_EQ(domain.text("publishedServerId"), "fra-1");
    EXPECT_EQ(domain.text("publishedIp"), "203.0.113.10");
    EXPECT_EQ(domain.text("primaryServerId"), "fra-1");
    EXPECT_EQ(domain["ttl"].as_int64(), 300);
    EXPECT_EQ(domain["failoverTtl"].as_int64(), 60);
    EXPECT_EQ(world().lock()->writes, 0);
    EXPECT_EQ(value("SELECT count(*) FROM check_requests WHERE cause = 'config_change'"), "1");
}

TEST_F(Setup, ADomainAtASecondaryStartsFailedOver) {
    set_up_acme();
    world().lock()->add("A", "www.example.com", "198.51.100.20");
    const auto added =
        post(acme_ + "/domains", R"({"domain":"www.example.com","servers":["fra-1","iad-1"]})");
    EXPECT_EQ(added.text("failoverStatus"), "failed_over");
    EXPECT_EQ(added.text("publishedServerId"), "iad-1");
    EXPECT_EQ(value("SELECT failed_over_at IS NOT NULL FROM domains"), "true");
}

TEST_F(Setup, AMissingRecordIsRefusedOrMade) {
    set_up_acme();
    const std::string body = R"({"domain":"www.example.com","servers":["fra-1","iad-1"])";
    const auto refused = post(acme_ + "/domains", body + "}");
    EXPECT_EQ(refused.status, 409);
    EXPECT_EQ(refused.text("code"), "record_missing");
    const auto added = post(acme_ + "/domains", body + R"(,"create":true})");
    EXPECT_EQ(added.status, 201);
    EXPECT_EQ(added.text("answer"), "created");
    EXPECT_EQ(
        world().lock()->contents("www.example.com"), std::vector<std::string>{"203.0.113.10"});
}

TEST_F(Setup, AForeignRecordIsRefusedOrTakenOver) {
    set_up_acme();
    world().lock()->add("A", "www.example.com", "192.0.2.9", 3'600);
    const std::string body = R"({"domain":"www.example.com","servers":["fra-1","iad-1"])";
    EXPECT_EQ(post(acme_ + "/domains", body + "}").text("code"), "record_foreign");
    EXPECT_EQ(world().lock()->writes, 0);
    const auto added = post(acme_ + "/domains", body + R"(,"takeOver":true})");
    EXPECT_EQ(added.text("answer"), "taken_over");
    EXPECT_EQ(
        world().lock()->contents("www.example.com"), std::vector<std::string>{"203.0.113.10"});
    EXPECT_EQ(added["warnings"].as_array().size(), 1U) << "the long TTL";
}

TEST_F(Setup, AWriteWithoutADefiniteAnswerLeavesTheDomainInDoubt) {
    set_up_acme();
    world().lock()->write_verdict = dns::Verdict::Unknown;
    const auto added = post(
        acme_ + "/domains",
        R"({"domain":"www.example.com","servers":["fra-1","iad-1"],"create":true})");
    EXPECT_EQ(added.status, 201);
    EXPECT_FALSE(added["doubtUntil"].is_null());
    EXPECT_EQ(added["warnings"].as_array().size(), 1U);
}

TEST_F(Setup, ARefusedWriteLeavesNoDomain) {
    set_up_acme();
    world().lock()->write_verdict = dns::Verdict::Refused;
    const auto refused = post(
        acme_ + "/domains",
        R"({"domain":"www.example.com","servers":["fra-1","iad-1"],"create":true})");
    EXPECT_EQ(refused.status, 422);
    EXPECT_EQ(get(acme_ + "/domains/www.example.com").status, 404);
}

TEST_F(Setup, ADryRunWritesNothingAnywhere) {
    set_up_acme();
    const auto planned = post(
        acme_ + "/domains?dryRun=true",
        R"({"domain":"www.example.com","servers":["fra-1","iad-1"],"create":true})");
    EXPECT_EQ(planned.status, 201);
    EXPECT_EQ(planned.text("answer"), "created");
    EXPECT_EQ(world().lock()->writes, 0);
    EXPECT_EQ(value("SELECT count(*) FROM domains"), "0");
    EXPECT_TRUE(
        post(acme_ + "/servers?dryRun=true", R"({"id":"x","ipv4":"192.0.2.1"})")["credentials"]
            .is_null());
    EXPECT_EQ(value("SELECT count(*) FROM servers"), "2");
}

TEST_F(Setup, ADomainNeedsAZoneAndServersThatExist) {
    set_up_acme();
    EXPECT_EQ(
        post(acme_ + "/domains", R"({"domain":"www.example.org","servers":["fra-1","iad-1"]})")
            .text("field"),
        "zone");
    const auto refused =
        post(acme_ + "/domains", R"({"domain":"www.example.com","servers":["fra-1","nope"]})");
    EXPECT_EQ(refused.text("field"), "servers");
    EXPECT_EQ(refused.text("detail"), "there is no server nope");
    EXPECT_EQ(
        post(
            acme_ + "/domains",
            R"({"domain":"www.example.com","servers":["fra-1"],"zone":"example.net"})")
            .status,
        422);
}

TEST_F(Setup, AProviderThatIsAwayIsNoRefusal) {
    set_up_acme();
    world().lock()->unreachable = true;
    const auto answer = post(acme_ + "/zones", R"({"name":"example.net"})");
    EXPECT_EQ(answer.status, 503);
    EXPECT_EQ(answer.text("code"), "provider_unreachable");
}

TEST_F(Setup, ARateLimitIsRememberedForEverybody) {
    set_up_acme();
    world().lock()->rate_limited = true;
    const auto first = post(acme_ + "/zones", R"({"name":"example.net"})");
    EXPECT_EQ(first.status, 429);
    EXPECT_EQ(http::find_header(first.headers, "Retry-After"), "60");
    const auto calls = world().lock()->calls;
    EXPECT_EQ(post(acme_ + "/zones", R"({"name":"example.net"})").status, 429);
    EXPECT_EQ(world().lock()->calls, calls) << "nobody asks while the token is blocked";
}

TEST_F(Setup, PeopleMayNotUseUpTheCallsOfSwitches) {
    set_up_acme();
    run("UPDATE provider_budgets SET calls = 101, refilled_at = clock_timestamp()");
    const auto refused = post(
        acme_ + "/domains", R"({"domain":"www.example.com","servers":["fra-1"],"create":true})");
    EXPECT_EQ(refused.status, 429);
    EXPECT_EQ(world().lock()->writes, 0);
}

TEST_F(Setup, EveryChangeLeavesAnAuditRow) {
    set_up_domain();
    patch(acme_ + "/servers/fra-1", R"({"region":"eu"})");
    const auto rows = get(acme_ + "/audit")["items"].as_array();
    std::vector<std::string> actions;
    for (const auto& row : rows) {
        actions.emplace_back(row.at("action").as_string());
        EXPECT_EQ(row.at("actor").as_string(), "ops");
    }
    EXPECT_EQ(
        actions,
        (std::vector<std::string>{
            "server.set",
            "domain.add",
            "zone.add",
            "provider.add",
            "server.add",
            "server.add",
            "account.create"}));
    EXPECT_TRUE(rows[0].at("before").at("region").is_null());
    EXPECT_EQ(rows[0].at("after").at("region").as_string(), "eu");
}

}  // namespace
}  // namespace lumos::console::testing
