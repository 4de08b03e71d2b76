// Who may see and do what: tokens, tenants, limits, repeated requests, edits of two operators.

#include "tests/store/console/api_test_base.h"

namespace lumos::console::testing {
namespace {

class Access : public ApiTest {};

TEST_F(Access, NothingIsToldWithoutAToken) {
    std::size_t published = 0;  // The contract is everybody's.
    for (const auto& route : routes()) {
        if (route.pattern.starts_with("/api/v1/schemas") || !route.pattern.starts_with("/api/")) {
            ++published;
            continue;
        }
        const auto refused =
            send(route.method, route.pattern, "", {{"Authorization", "Bearer lumos_wrong"}});
        EXPECT_EQ(refused.status, 401) << route.method << " " << route.pattern;
        EXPECT_EQ(refused.text("type"), "urn:lumos:problem:unauthorized");
    }
    EXPECT_EQ(published, 5U);
    EXPECT_EQ(send("GET", "/api/v1/accounts", "", {{"Authorization", "Basic x"}}).status, 401);
}

TEST_F(Access, AnotherTenantsThingsDoNotExist) {
    set_up_domain();
    post("/api/v1/accounts", R"({"id":"rival","plan":"pro","email":"a@rival.example"})");
    const auto rival = make_token("rival", R"({"id":"ci"})");
    const std::vector<std::string> things{
        "",
        "/servers",
        "/servers/fra-1",
        "/providers",
        "/providers/cf-main",
        "/zones",
        "/zones/example.com",
        "/domains",
        "/domains/www.example.com",
        "/domains/www.example.com/explanation",
        "/channels",
        "/channels/owner",
        "/tokens",
        "/events",
        "/deliveries",
        "/changes",
        "/decisions",
        "/audit"};
    for (const auto& thing : things) {
        const auto answer = send_as(rival, "GET", acme_ + thing);
        EXPECT_EQ(answer.status, 404) << thing;
        EXPECT_EQ(answer.text("detail"), "there is no account acme") << thing;
    }
    const std::vector<std::pair<std::string, std::string>> changes{
        {"POST", "/servers"},
        {"PATCH", "/servers/fra-1"},
        {"DELETE", "/servers/fra-1"},
        {"POST", "/providers"},
        {"PATCH", "/providers/cf-main"},
        {"DELETE", "/providers/cf-main"},
        {"POST", "/zones"},
        {"PATCH", "/zones/example.com"},
        {"DELETE", "/zones/example.com"},
        {"POST", "/domains"},
        {"PATCH", "/domains/www.example.com"},
        {"DELETE", "/domains/www.example.com"},
        {"POST", "/channels"},
        {"PATCH", "/channels/owner"},
        {"DELETE", "/channels/owner"},
        {"POST", "/channels/owner/test"},
        {"POST", "/tokens"},
        {"POST", "/providers/cf-main/verify"},
        {"PATCH", ""}};
    for (const auto& [method, thing] : changes) {
        const auto status = send_as(rival, method, acme_ + thing, "{}").status;
        // A body that is not valid may be refused first; nothing of acme is told or changed either
        // way.
        EXPECT_TRUE(status == 404 || status == 422) << method << " " << thing << " " << status;
    }
    EXPECT_EQ(value("SELECT count(*) FROM domains"), "1");
    EXPECT_EQ(value("SELECT count(*) FROM audit WHERE actor = 'ci'"), "0");
}

TEST_F(Access, ATokenOfAnAccountSeesThatAccountOnly) {
    set_up_acme();
    post("/api/v1/accounts", R"({"id":"rival","plan":"pro","email":"a@rival.example"})");
    const auto rival = make_token("rival", R"({"id":"ci"})");
    const auto accounts = send_as(rival, "GET", "/api/v1/accounts")["items"].as_array();
    ASSERT_EQ(accounts.size(), 1U);
    EXPECT_EQ(accounts[0].at("id").as_string(), "rival");
    const auto status = send_as(rival, "GET", "/api/v1/status");
    EXPECT_EQ(status["servers"].at("unknown").as_int64(), 0) << "acme's servers are not counted";
    EXPECT_TRUE(status["workers"].is_null());
    EXPECT_EQ(send_as(rival, "GET", "/api/v1/status?account=acme").status, 404);
}

TEST_F(Access, WhatAdministratorsDoIsForAdministrators) {
    set_up_acme();
    const auto token = make_token("acme", R"({"id":"ci"})");
    EXPECT_EQ(
        send_as(token, "POST", "/api/v1/accounts", R"({"id":"x","email":"a@x.example"})").status,
        403);
    EXPECT_EQ(send_as(token, "DELETE", acme_).status, 403);
    EXPECT_EQ(send_as(token, "PATCH", acme_, R"({"plan":"enterprise"})").status, 403);
    EXPECT_EQ(send_as(token, "PATCH", acme_, R"({"name":"Acme Ltd"})").status, 200);
    EXPECT_EQ(send_as(token, "POST", "/api/v1/reconcile").status, 403);
    EXPECT_EQ(send_as(token, "GET", "/api/v1/workers").status, 403);
    EXPECT_EQ(send_as(token, "GET", "/api/v1/accounts/_system/events").status, 404);
}

TEST_F(Access, ATokenThatOnlyReadsChangesNothing) {
    set_up_acme();
    const auto token = make_token("acme", R"({"id":"wall","readOnly":true})");
    EXPECT_EQ(send_as(token, "GET", acme_ + "/servers").status, 200);
    const auto refused =
        send_as(token, "POST", acme_ + "/servers", R"({"id":"x","ipv4":"192.0.2.1"})");
    EXPECT_EQ(refused.status, 403);
    EXPECT_EQ(refused.text("type"), "urn:lumos:problem:forbidden");
    EXPECT_EQ(send_as(token, "DELETE", acme_ + "/servers/fra-1").status, 403);
}

TEST_F(Access, ARevokedOrExpiredTokenOpensNothing) {
    set_up_acme();
    const auto token = make_token("acme", R"({"id":"ci"})");
    EXPECT_EQ(send_as(token, "GET", acme_).status, 200);
    EXPECT_EQ(remove(acme_ + "/tokens/ci").status, 200);
    EXPECT_EQ(send_as(token, "GET", acme_).status, 401);
    const auto old = make_token("acme", R"({"id":"old","expiresAt":"2020-01-01T00:00:00Z"})");
    EXPECT_EQ(send_as(old, "GET", acme_).status, 401);
}

TEST_F(Access, ATokenIsKeptAsAHashAndShownOnce) {
    set_up_acme();
    const auto token = make_token("acme", R"({"id":"ci"})");
    EXPECT_TRUE(token.starts_with("lumos_"));
    EXPECT_FALSE(get(acme_ + "/tokens/ci").json.as_object().contains("token"));
    EXPECT_EQ(
        value("SELECT count(*) FROM tokens WHERE position('" + token + "'::bytea IN hash) > 0"),
        "0");
    EXPECT_EQ(value("SELECT count(*) FROM audit WHERE after::text LIKE '%" + token + "%'"), "0");
    send_as(token, "GET", acme_);
    EXPECT_FALSE(get(acme_ + "/tokens/ci")["lastUsedAt"].is_null());
}

TEST_F(Access, ARepeatedRequestIsAnsweredTheSameAndDoneOnce) {
    set_up_acme();
    const auto add = [&](const std::string& body, const std::string& key) {
        return send("POST", acme_ + "/servers", body, {{"Idempotency-Key", key}});
    };
    const std::string body = R"({"id":"sin-1","ipv4":"192.0.2.30"})";
    const auto first = add(body, "k-1");
    const auto second = add(body, "k-1");
    EXPECT_EQ(first.status, 201);
    EXPECT_EQ(second.status, 201);
    EXPECT_EQ(second.json, first.json) << "the credentials, too";
    EXPECT_EQ(http::find_header(second.headers, "Idempotency-Replayed"), "true");
    EXPECT_EQ(value("SELECT count(*) FROM servers WHERE slug = 'sin-1'"), "1");
    EXPECT_EQ(value("SELECT position('BEGIN'::bytea IN body_box) FROM idempotency_keys"), "0");
    EXPECT_EQ(add(R"({"id":"sin-2","ipv4":"192.0.2.31"})", "k-1").status, 409);
    EXPECT_EQ(add(body, "k-2").status, 409) << "another key is another request: the id is taken";
}

TEST_F(Access, ARequestThatFailedMayBeRepeatedWithItsKey) {
    set_up_acme();
    const http::Headers key{{"Idempotency-Key", "k-1"}};
    world().lock()->unreachable = true;
    EXPECT_EQ(send("POST", acme_ + "/zones", R"({"name":"example.net"})", key).status, 503);
    world().lock()->unreachable = false;
    EXPECT_EQ(send("POST", acme_ + "/zones", R"({"name":"example.net"})", key).status, 201);
}

TEST_F(Access, ARequestThatIsUnderWayIsNotDoneTwice) {
    set_up_acme();
    run("INSERT INTO idempotency_keys (token_id, key, request_hash) SELECT id, 'k-1', '\\x00' FROM "
        "tokens");
    const auto refused = send(
        "POST",
        acme_ + "/servers",
        R"({"id":"x","ipv4":"192.0.2.1"})",
        {{"Idempotency-Key", "k-1"}});
    EXPECT_EQ(refused.status, 409);
}

TEST_F(Access, TwoOperatorsDoNotOverwriteEachOther) {
    set_up_domain();
    for (const auto& [path, body] : std::vector<std::pair<std::string, std::string>>{
             {"/servers/fra-1", R"({"name":"F"})"},
             {"/providers/cf-main", R"({"name":"C"})"},
             {"/domains/www.example.com", R"({"ttl":600})"},
             {"/channels/owner", R"({"name":"O"})"},
             {"", R"({"name":"A"})"}}) {
        const auto etag = get(acme_ + path).etag();
        ASSERT_FALSE(etag.empty()) << path;
        EXPECT_EQ(send("PATCH", acme_ + path, body, {{"If-Match", etag}}).status, 200) << path;
        const auto late = send("PATCH", acme_ + path, body, {{"If-Match", etag}});
        EXPECT_EQ(late.status, 412) << path;
        EXPECT_EQ(late.text("type"), "urn:lumos:problem:conflict");
        EXPECT_EQ(send("PATCH", acme_ + path, body, {{"If-Match", "*"}}).status, 200) << path;
    }
    const auto etag = get(acme_ + "/servers/fra-1").etag();
    run("UPDATE server_presence SET status = 'online', last_seen = clock_timestamp()");
    EXPECT_EQ(get(acme_ + "/servers/fra-1").etag(), etag)
        << "a heartbeat does not make an edit stale";
}

TEST_F(Access, ABodyThatIsTooLargeIsRefused) {
    const auto refused =
        send("POST", "/api/v1/accounts", "{\"id\":\"" + std::string(70'000, 'x') + "\"}");
    EXPECT_EQ(refused.status, 413);
}

TEST_F(Access, AnUnknownPathOrMethodIsSaidToBeSo) {
    EXPECT_EQ(get("/api/v1/nothing").status, 404);
    EXPECT_EQ(send("PUT", "/api/v1/accounts").status, 405);
}

TEST_F(Access, ListsComeInPages) {
    set_up_acme();
    const auto first = get(acme_ + "/servers?limit=1");
    EXPECT_EQ(first["items"].as_array().size(), 1U);
    EXPECT_EQ(first.text("next"), "fra-1");
    const auto second = get(acme_ + "/servers?limit=1&after=fra-1");
    EXPECT_EQ(second["items"].at(0).at("id").as_string(), "iad-1");
    EXPECT_TRUE(get(acme_ + "/servers?limit=1&after=iad-1")["next"].is_null());
    for (const char* limit : {"0", "501", "x", "-1", "1x"}) {
        EXPECT_EQ(get(acme_ + "/servers?limit=" + limit).text("field"), "limit") << limit;
    }
}

}  // namespace
}  // namespace lumos::console::testing
