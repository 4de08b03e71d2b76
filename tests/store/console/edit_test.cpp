// Editing day to day: nothing is changed under a switch, and nothing that is used goes away.

#include "tests/store/console/api_test_base.h"

#include <thread>

namespace lumos::console::testing {
namespace {

class Edit : public ApiTest {
protected:
    const std::string www_ = acme_ + "/domains/www.example.com";

    // Somebody's switch holds the zone as long as this lives.
    class HeldZone {
    public:
        explicit HeldZone(const std::string& url)
            : connection_(url, "test"),
              transaction_(connection_) {
            transaction_.run_text("SELECT zone_id FROM zone_work FOR NO KEY UPDATE");
        }

    private:
        sql::Connection connection_;
        sql::Transaction transaction_;
    };
};

TEST_F(Edit, ANameIsManagedOnceOverAllAccounts) {
    set_up_domain();
    post("/api/v1/accounts", R"({"id":"rival","plan":"pro","email":"a@rival.example"})");
    const std::string rival = "/api/v1/accounts/rival";
    post(rival + "/servers", R"({"id":"r1","ipv4":"192.0.2.77"})");
    post(rival + "/providers", R"({"id":"cf","kind":"cloudflare","token":"good-token"})");
    post(rival + "/zones", R"({"name":"example.com"})");
    const auto refused = post(
        rival + "/domains", R"({"domain":"WWW.example.com.","servers":["r1"],"takeOver":true})");
    EXPECT_EQ(refused.status, 409);
    EXPECT_EQ(refused.text("detail"), "www.example.com is already managed");
    EXPECT_EQ(boost::json::serialize(refused.json).find("acme"), std::string::npos);
    EXPECT_EQ(world().lock()->writes, 0);
}

TEST_F(Edit, TwoRequestsDoNotWriteOneRecordTogether) {
    set_up_acme();
    Answer inner;
    const std::string body =
        R"({"domain":"www.example.com","servers":["fra-1","iad-1"],"create":true})";
    world().lock()->before_write = [&] {
        world().lock()->before_write = [] {};
        inner = post(acme_ + "/domains", body);
    };
    EXPECT_EQ(post(acme_ + "/domains", body).status, 201);
    EXPECT_EQ(inner.status, 409);
    EXPECT_EQ(world().lock()->writes, 1);
    EXPECT_EQ(world().lock()->contents("www.example.com").size(), 1U);
}

TEST_F(Edit, EditsOfWhatIsPublishedWaitForNoSwitch) {
    set_up_domain();
    const HeldZone held(database_url());
    for (const auto& [method, path, body] :
         std::vector<std::tuple<std::string, std::string, std::string>>{
             {"PATCH", "/domains/www.example.com", R"({"servers":["iad-1","fra-1"]})"},
             {"PATCH", "/servers/fra-1", R"({"ipv4":"203.0.113.11"})"},
             {"DELETE", "/domains/www.example.com", ""}}) {
        const auto refused = send(method, acme_ + path, body);
        EXPECT_EQ(refused.status, 409) << method << " " << path;
        EXPECT_EQ(refused.text("detail"), "a switch is in progress, try again")
            << method << " " << path;
    }
    EXPECT_EQ(patch(acme_ + "/servers/fra-1", R"({"name":"F"})").status, 200)
        << "a name is not published";
}

TEST_F(Edit, AnAnnouncedWriteIsASwitchInProgress) {
    set_up_domain();
    run("UPDATE zone_work SET reserved_until = clock_timestamp() + interval '1 minute'");
    EXPECT_EQ(patch(www_, R"({"servers":["iad-1","fra-1"]})").status, 409);
    run("UPDATE zone_work SET reserved_until = clock_timestamp() - interval '1 second'");
    EXPECT_EQ(patch(www_, R"({"servers":["iad-1","fra-1"]})").status, 200);
}

TEST_F(Edit, ANewAddressAsksForEachZoneThatShowsTheServer) {
    set_up_domain();
    run("DELETE FROM check_requests");
    const auto changed = patch(acme_ + "/servers/iad-1", R"({"ipv4":"198.51.100.21"})");
    EXPECT_EQ(changed.status, 200);
    EXPECT_EQ(changed["zonesAsked"], boost::json::array{"example.com"});
    EXPECT_EQ(
        value("SELECT count(*) FROM check_requests WHERE cause = 'config_change' AND zone_id IS "
              "NOT NULL"),
        "1");
    EXPECT_EQ(
        value("SELECT data->'after'->>'ipv4' FROM events WHERE type = 'server_changed'"),
        "198.51.100.21");
    EXPECT_EQ(
        patch(acme_ + "/servers/iad-1", R"({"ipv4":null,"ipv6":"2001:db8::1"})").text("field"),
        "ipv4");
}

TEST_F(Edit, AnotherOrderMakesThePublishedServerThePrimaryWithoutAWrite) {
    set_up_domain();
    run("UPDATE domains SET published_server = (SELECT id FROM servers WHERE slug = 'iad-1'), "
        "failover_status = 'failed_over', failed_over_at = clock_timestamp()");
    const auto changed = patch(www_, R"({"servers":["iad-1","fra-1"]})");
    EXPECT_EQ(changed.text("failoverStatus"), "active");
    EXPECT_EQ(changed.text("primaryServerId"), "iad-1");
    EXPECT_TRUE(changed["failedOverAt"].is_null());
    EXPECT_EQ(changed["notes"].as_array().size(), 1U);
    EXPECT_EQ(world().lock()->writes, 0);
}

TEST_F(Edit, ATtlIsWrittenByTheNextCheck) {
    set_up_domain();
    run("DELETE FROM check_requests");
    EXPECT_EQ(patch(www_, R"({"ttl":120,"failoverTtl":60})")["ttl"].as_int64(), 120);
    EXPECT_EQ(value("SELECT rewrite_asked FROM domains"), "true");
    EXPECT_EQ(value("SELECT count(*) FROM check_requests"), "1");
    EXPECT_EQ(patch(www_, R"({"ttl":30})").text("field"), "ttl");
}

TEST_F(Edit, WhatIsUsedIsNotRemoved) {
    set_up_domain();
    const auto server = remove(acme_ + "/servers/iad-1");
    EXPECT_EQ(server.status, 409);
    EXPECT_EQ(server.text("type"), "urn:lumos:problem:in-use");
    EXPECT_EQ(server["domains"], boost::json::array{"www.example.com"});
    EXPECT_EQ(
        remove(acme_ + "/zones/example.com")["domains"], boost::json::array{"www.example.com"});
    EXPECT_EQ(remove(acme_ + "/providers/cf-main")["zones"], boost::json::array{"example.com"});
    EXPECT_EQ(remove(acme_).text("type"), "urn:lumos:problem:in-use");
}

TEST_F(Edit, EverythingGoesInTheOtherOrder) {
    set_up_domain();
    const auto gone = remove(www_);
    EXPECT_EQ(gone.status, 200);
    EXPECT_NE(gone["notes"].at(0).as_string().find("stays as it is"), std::string::npos);
    EXPECT_EQ(world().lock()->contents("www.example.com").size(), 1U);
    for (const char* thing :
         {"/zones/example.com", "/providers/cf-main", "/servers/fra-1", "/servers/iad-1", ""}) {
        EXPECT_EQ(remove(acme_ + thing).status, 200) << thing;
        EXPECT_EQ(get(acme_ + thing).status, 404) << thing;
    }
    EXPECT_EQ(value("SELECT count(*) FROM zone_work"), "0");
    EXPECT_EQ(value("SELECT count(*) FROM server_presence"), "0");
}

TEST_F(Edit, ADomainThatIsNotSettledIsNotRemoved) {
    set_up_domain();
    run("UPDATE domains SET doubt_until = clock_timestamp() + interval '1 minute'");
    EXPECT_EQ(remove(www_).status, 409);
    run("UPDATE domains SET doubt_until = NULL");
    EXPECT_EQ(remove(www_).status, 200);
}

TEST_F(Edit, AnOpenChangeIsShownAndKeepsTheServersAsTheyAre) {
    set_up_domain();
    run("INSERT INTO dns_changes (id, account_id, zone_id, domain_id, attempt, kind, to_server, "
        "to_ipv4, ttl, "
        "records_before, trigger) SELECT gen_random_uuid(), account_id, zone_id, id, "
        "gen_random_uuid(), 'switch', "
        "(SELECT id FROM servers WHERE slug = 'iad-1'), '198.51.100.20', 60, '[]', 'server_event' "
        "FROM domains");
    EXPECT_EQ(get(www_)["pendingChange"].at("toServerId").as_string(), "iad-1");
    EXPECT_EQ(patch(www_, R"({"servers":["iad-1","fra-1"]})").status, 409);
    EXPECT_EQ(remove(www_).status, 409);
    EXPECT_EQ(get(acme_ + "/changes")["items"].at(0).at("toIp").as_string(), "198.51.100.20");
    EXPECT_EQ(get(acme_ + "/changes?domain=other.example.com")["items"].as_array().size(), 0U);
}

TEST_F(Edit, ANewTokenIsProvenBeforeTheOldOneIsReplaced) {
    set_up_domain();
    const auto before = value("SELECT token_box FROM providers");
    EXPECT_EQ(
        patch(acme_ + "/providers/cf-main", R"({"token":"bad-token"})").text("code"),
        "token_invalid");
    world().lock()->tokens.insert("reader");
    EXPECT_EQ(
        patch(acme_ + "/providers/cf-main", R"({"token":"reader"})").text("code"),
        "token_permission");
    EXPECT_EQ(value("SELECT token_box FROM providers"), before);
    world().lock()->tokens.insert("new-token");
    world().lock()->may_edit_tokens.insert("new-token");
    run("UPDATE domains SET retry_at = clock_timestamp() + interval '1 hour'");
    run("UPDATE zone_work SET not_before = clock_timestamp() + interval '1 hour', failures = 3");
    run("DELETE FROM check_requests");
    EXPECT_EQ(patch(acme_ + "/providers/cf-main", R"({"token":"new-token"})").status, 200);
    EXPECT_NE(value("SELECT token_box FROM providers"), before);
    EXPECT_EQ(value("SELECT retry_at FROM domains"), "null")
        << "a new token deserves a new try at once";
    EXPECT_EQ(value("SELECT failures FROM zone_work"), "0");
    EXPECT_EQ(value("SELECT count(*) FROM check_requests"), "1");
}

TEST_F(Edit, VerifyingSaysOfEachZoneWhetherItMayBeEdited) {
    set_up_domain();
    EXPECT_TRUE(post(acme_ + "/providers/cf-main/verify", "")["ok"].as_bool());
    world().lock()->may_edit_tokens.clear();
    const auto answer = post(acme_ + "/providers/cf-main/verify", "");
    EXPECT_EQ(answer.status, 200);
    EXPECT_FALSE(answer["ok"].as_bool());
    EXPECT_TRUE(answer["active"].as_bool());
    EXPECT_EQ(answer["zones"].at(0).at("code").as_string(), "token_permission");
    world().lock()->tokens.clear();
    EXPECT_EQ(post(acme_ + "/providers/cf-main/verify", "").text("code"), "token_invalid");
}

TEST_F(Edit, ReconcilePutsEveryDomainInDoubt) {
    set_up_domain();
    run("DELETE FROM check_requests");
    const auto answer = post("/api/v1/reconcile", "");
    EXPECT_EQ(answer["domains"].as_int64(), 1);
    EXPECT_EQ(answer["busyZones"].as_array().size(), 0U);
    EXPECT_EQ(
        value("SELECT doubt_until > clock_timestamp() + interval '50 seconds' FROM domains"),
        "true");
    EXPECT_EQ(value("SELECT cause FROM check_requests"), "operator");
}

TEST_F(Edit, ReconcileGivesNoEventTheNumberOfALostOne) {
    set_up_domain();
    const auto last = std::stoll(value("SELECT last_value::text FROM event_sequence"));

    post("/api/v1/reconcile", "");

    EXPECT_GE(std::stoll(value("SELECT nextval('event_sequence')::text")), last + 1'000'000);
}

TEST_F(Edit, NoServerIsTakenFromADomainWhileItIsNotSureWhatIsPublished) {
    set_up_domain();
    run("UPDATE domains SET doubt_until = clock_timestamp() + interval '1 minute'");
    const auto path = acme_ + "/domains/www.example.com";

    const auto refused = patch(path, R"({"servers":["fra-1"]})");

    EXPECT_EQ(refused.status, 409);
    EXPECT_NE(refused.text("fix").find("lumosctl explain www.example.com"), std::string::npos);
    EXPECT_EQ(patch(path, R"({"servers":["iad-1","fra-1"]})").status, 200) << "all are kept";
    run("UPDATE domains SET doubt_until = NULL");
    EXPECT_EQ(patch(path, R"({"servers":["fra-1"]})").status, 200);
}

}  // namespace
}  // namespace lumos::console::testing
