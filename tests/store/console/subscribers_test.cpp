// Subscribers through the API: rows, credentials, audit. What NATS does with them:
// tests/bus/bus/subscribers_test.cpp, tests/system/test_subscribers.py.

#include "bus/identity.h"
#include "tests/store/console/api_test_base.h"
#include "tests/support/free_port.h"
#include "tests/support/temp_dir.h"
#include "workers/console/revoker.h"

namespace lumos::console::testing {
namespace {

class SubscribersApi : public ApiTest {
protected:
    void SetUp() override {
        set_up_acme();
        ASSERT_EQ(post(all_, R"({"id":"billing"})").status, 201);
    }

    std::string key_of_billing() {
        return value("SELECT public_key FROM subscribers WHERE slug = 'billing'");
    }
    std::string revoked(const std::string& holder) {
        return value(
            "SELECT string_agg(public_key, ' ' ORDER BY asked_at) FROM bus_revocations "
            "WHERE holder = '" +
            holder + "' AND due_at <= clock_timestamp()");
    }
    std::string last_action() { return value("SELECT action FROM audit ORDER BY id DESC LIMIT 1"); }
    // As a console has one whose NATS is away.
    void give_revoker() {
        bus::BusInit init;
        init.directory = folder_ / "bus";
        (void)bus::init_bus(init, Time{});
        bus::ConnectionOptions nowhere;
        nowhere.urls = "nats://127.0.0.1:" + std::to_string(support::free_port());
        revoker_ = std::make_unique<Revoker>(
            Revoker::Parts{.database = pool_, .clock = clock_, .health = health_},
            bus::read_revoker_key(folder_ / "bus/revoker.key"),
            nowhere);
        parts().revoker = revoker_.get();
    }

    const std::string all_ = acme_ + "/subscribers";
    const std::string billing_ = all_ + "/billing";
    support::TempDir folder_;
    runtime::SystemClock clock_;
    runtime::Health health_;
    sql::Pool pool_{database_url(), "test", 2};
    std::unique_ptr<Revoker> revoker_;
};

TEST_F(SubscribersApi, AddsOneWithCredentialsThatAreShownOnce) {
    const auto added = post(all_, R"({"id":"audit","all":true})");

    ASSERT_EQ(added.status, 201) << added.json;
    EXPECT_EQ(bus::name_in_credentials(added.text("credentials")), "acme_audit");
    EXPECT_EQ(
        bus::key_in_credentials(added.text("credentials")),
        value("SELECT public_key FROM subscribers WHERE slug = 'audit'"));
    EXPECT_EQ(added.text("consumer"), "sub_acme_audit");
    EXPECT_EQ(added.text("subjects"), "lumos.event.acme.>");
    EXPECT_EQ(added.text("inboxPrefix"), "_INBOX_acme_audit");
    EXPECT_EQ(added.text("natsUrl"), "tls://bus.acme.example:443");
    EXPECT_TRUE(added["startsAt"].is_null());
    EXPECT_FALSE(added["ready"].as_bool()) << "NATS is away";
    EXPECT_EQ(last_action(), "subscriber.add");
    const auto shown = get(all_ + "/audit");
    EXPECT_EQ(shown.status, 200);
    EXPECT_FALSE(shown.json.as_object().contains("credentials"));
    EXPECT_TRUE(shown["pending"].is_null());
    EXPECT_EQ(items(all_).size(), 2U);
    EXPECT_EQ(items(all_ + "?after=audit").size(), 1U);
}

TEST_F(SubscribersApi, BeginsNowUnlessToldOtherwise) {
    EXPECT_EQ(
        value("SELECT starts_at BETWEEN clock_timestamp() - interval '1 min' AND clock_timestamp() "
              "FROM subscribers WHERE slug = 'billing'"),
        "true");

    ASSERT_EQ(post(billing_ + "/rewind", R"({"sinceSeconds":3600})").status, 200);
    EXPECT_EQ(
        value(
            "SELECT clock_timestamp() - starts_at BETWEEN interval '3600 s' AND interval '3660 s' "
            "AND wanted = 2 AND made = 0 FROM subscribers"),
        "true");
    EXPECT_EQ(last_action(), "subscriber.rewind");

    const auto all = post(billing_ + "/rewind", R"({"all":true})");
    EXPECT_TRUE(all["startsAt"].is_null());
    EXPECT_EQ(value("SELECT wanted FROM subscribers"), "3");
}

TEST_F(SubscribersApi, RotatesAndRevokes) {
    EXPECT_EQ(post(billing_ + "/rotate", "").status, 503);
    EXPECT_EQ(post(billing_ + "/revoke", "").status, 503);
    give_revoker();
    const auto first = key_of_billing();
    const auto rotated = post(billing_ + "/rotate", R"({"overlapSeconds":600})");
    ASSERT_EQ(rotated.status, 200) << rotated.json;
    const auto second = key_of_billing();
    EXPECT_EQ(bus::key_in_credentials(rotated.text("credentials")), second);
    EXPECT_EQ(revoked("acme_billing"), "null") << "the overlap";

    const auto answer = post(billing_ + "/revoke", "");

    EXPECT_EQ(answer.status, 200);
    EXPECT_FALSE(answer["revoked"].as_bool()) << "NATS is away";
    EXPECT_EQ(revoked("acme_billing"), first + " " + second);
    EXPECT_TRUE(get(billing_)["revoked"].as_bool());
    EXPECT_EQ(last_action(), "subscriber.revoke");
    EXPECT_EQ(post(billing_ + "/rotate", "").status, 200);
    EXPECT_FALSE(get(billing_)["revoked"].as_bool());
}

TEST_F(SubscribersApi, RevokesWhatARemovedOneHad) {
    const auto key = key_of_billing();

    EXPECT_EQ(remove(billing_).status, 200);

    EXPECT_EQ(revoked("acme_billing"), key);
    EXPECT_EQ(get(billing_).status, 404);
    EXPECT_EQ(last_action(), "subscriber.remove");
}

TEST_F(SubscribersApi, GoesWithItsAccount) {
    EXPECT_EQ(
        post("/api/v1/accounts", R"({"id":"shop","plan":"free","email":"o@shop.example"})").status,
        201);
    EXPECT_EQ(post("/api/v1/accounts/shop/subscribers", R"({"id":"all"})").status, 201);
    const auto key = value("SELECT public_key FROM subscribers WHERE slug = 'all'");

    EXPECT_EQ(remove("/api/v1/accounts/shop").status, 200);

    EXPECT_EQ(revoked("shop_all"), key);
    EXPECT_EQ(value("SELECT count(*) FROM subscribers"), "1");
}

TEST_F(SubscribersApi, ChangesNothingInADryRun) {
    give_revoker();
    const auto before = value("SELECT string_agg(subscribers::text, ' ') FROM subscribers");

    EXPECT_TRUE(post(all_ + "?dryRun=true", R"({"id":"audit"})")["credentials"].is_null());
    EXPECT_EQ(post(billing_ + "/rewind?dryRun=true", R"({"all":true})").status, 200);
    EXPECT_TRUE(post(billing_ + "/rotate?dryRun=true", "")["credentials"].is_null());
    EXPECT_EQ(post(billing_ + "/revoke?dryRun=true", "").status, 200);
    EXPECT_EQ(remove(billing_ + "?dryRun=true").status, 200);

    EXPECT_EQ(value("SELECT string_agg(subscribers::text, ' ') FROM subscribers"), before);
    EXPECT_EQ(value("SELECT count(*) FROM bus_revocations"), "0");
}

TEST_F(SubscribersApi, SaysWhatIsWrong) {
    give_revoker();
    const auto wrong = [&](const std::string& path, const std::string& body) {
        const auto answer = post(path, body);
        EXPECT_EQ(answer.status, 422) << path << body;
        return answer.text("field");
    };
    EXPECT_EQ(wrong(all_, R"({"id":"a_b"})"), "id");
    EXPECT_EQ(wrong(all_, R"({"id":"audit","sinceSeconds":604801})"), "sinceSeconds");
    EXPECT_EQ(wrong(all_, R"({"id":"audit","sinceSeconds":60,"all":true})"), "all");
    EXPECT_EQ(wrong(billing_ + "/rewind", "{}"), "sinceSeconds");
    EXPECT_EQ(wrong(billing_ + "/rewind", R"({"nonsense":1})"), "nonsense");
    EXPECT_EQ(wrong(billing_ + "/rotate", R"({"overlapSeconds":-1})"), "overlapSeconds");
    EXPECT_EQ(wrong(billing_ + "/revoke", R"({"nonsense":1})"), "nonsense");
    EXPECT_EQ(get(all_ + "?limit=0").status, 422);
    EXPECT_EQ(post(all_, R"({"id":"billing"})").status, 409);
    for (const auto* verb : {"/rewind", "/rotate", "/revoke"}) {
        const auto* body = std::string_view(verb) == "/rewind" ? R"({"all":true})" : "";
        EXPECT_EQ(post(all_ + "/nobody" + verb, body).status, 404) << verb;
    }
    EXPECT_EQ(remove(all_ + "/nobody").status, 404);
    EXPECT_EQ(get("/api/v1/accounts/nobody/subscribers").status, 404);
    EXPECT_EQ(post("/api/v1/accounts/nobody/subscribers", R"({"id":"x"})").status, 404);
    EXPECT_EQ(send("DELETE", billing_, "", {{"If-Match", "\"stale\""}}).status, 412);
    const http::Headers key{{"Idempotency-Key", "one"}};
    EXPECT_EQ(send("POST", "/api/v1/reconcile", "", key).status, 200);
    for (const auto* path : {"", "/billing/rewind", "/billing/rotate", "/billing/revoke"}) {
        EXPECT_EQ(send("POST", all_ + path, "", key).status, 409) << path;
    }
}

TEST_F(SubscribersApi, HoldsAHundredOfOneAccount) {
    run("INSERT INTO subscribers (account_id, slug) SELECT account_id, 'more-' || n "
        "FROM subscribers, generate_series(1, 99) AS n");

    const auto refused = post(all_, R"({"id":"one-too-many"})");

    EXPECT_EQ(refused.status, 409);
    EXPECT_NE(refused.text("fix").find("remove one"), std::string::npos);
}

TEST_F(SubscribersApi, SaysWhatIsMissingWhereItsKeyMintsAgentsOnly) {
    parts().signing_key->subscribers.reset();

    const auto refused = post(all_, R"({"id":"audit"})");

    EXPECT_EQ(refused.status, 503);
    EXPECT_NE(refused.text("fix").find("subscribers:"), std::string::npos);
}

}  // namespace
}  // namespace lumos::console::testing
