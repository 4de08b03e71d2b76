// What every route does alike, on each of them: so that schemas/openapi.yaml can say it of each.

#include "tests/store/console/api_test_base.h"

namespace lumos::console::testing {
namespace {

// A kind of thing below an account: one that is there, another that can be made, and an edit.
struct Noun {
    std::string name;
    std::string present;
    std::string present_body;  // Makes the present one once more.
    std::string edit;
};

const std::vector<Noun>& nouns() {
    static const std::vector<Noun> all{
        {"servers", "fra-1", R"({"id":"fra-1","ipv4":"203.0.113.10"})", R"({"name":"F"})"},
        {"providers",
         "cf-main",
         R"({"id":"cf-main","kind":"cloudflare","token":"good-token"})",
         R"({"name":"C"})"},
        {"zones", "example.com", R"({"name":"example.com"})", R"({"provider":"cf-main"})"},
        {"domains",
         "www.example.com",
         R"({"domain":"www.example.com","servers":["fra-1","iad-1"]})",
         R"({"ttl":120})"},
        {"channels",
         "owner",
         R"({"id":"owner","kind":"email","target":"o@acme.example"})",
         R"({"name":"O"})"},
        {"tokens", "ci", R"({"id":"ci"})", R"({"expiresAt":"2031-01-01T00:00:00Z"})"}};
    return all;
}

class EveryRoute : public ApiTest {
protected:
    void SetUp() override {
        set_up_domain();
        ci_ = make_token("acme", R"({"id":"ci"})");
        reader_ = make_token("acme", R"({"id":"reader","readOnly":true})");
    }
    static std::string nobodys(const Noun& noun) { return "/api/v1/accounts/nobody/" + noun.name; }
    std::string all(const Noun& noun) const { return acme_ + "/" + noun.name; }
    std::string one(const Noun& noun) const { return all(noun) + "/" + noun.present; }

    std::string ci_;
    std::string reader_;
};

TEST_F(EveryRoute, ListsAndShowsAndEdits) {
    for (const auto& noun : nouns()) {
        EXPECT_EQ(get(all(noun)).status, 200) << noun.name;
        EXPECT_EQ(get(one(noun)).status, 200) << noun.name;
        EXPECT_EQ(patch(one(noun), noun.edit).status, 200) << noun.name;
    }
    EXPECT_EQ(get("/api/v1/status?account=acme").status, 200);
    EXPECT_EQ(get(acme_ + "/domains?zone=example.com&server=fra-1").status, 200);
    EXPECT_EQ(get(acme_ + "/deliveries?state=dead&channel=owner").status, 200);
    EXPECT_EQ(get(acme_ + "/zones?available=true&provider=cf-main").status, 200);
    EXPECT_EQ(remove(acme_ + "/channels/owner").status, 200);
}

TEST_F(EveryRoute, ShowsWhatEachProcessSaysOfItself) {
    parts().ask_processes = [] {
        return std::vector<std::string>{
            R"({"name":"lumos-presence","id":"b","version":"1.0.0","started":"2026-01-01T00:00:00.000Z",)"
            R"("endpoints":[{"name":"hear","num_requests":7,"num_errors":2,"processing_time":1500000000}]})",
            "no JSON",
            R"({"name":"lumos-failover","id":"a","version":"1.0.0","started":"2026-01-01T00:00:00.000Z",)"
            R"("endpoints":[{"name":"check","num_requests":0,"num_errors":0,"processing_time":0}]})"};
    };
    const auto processes = items("/api/v1/processes");
    ASSERT_EQ(processes.size(), 2U);
    EXPECT_EQ(processes[0].at("process").as_string(), "lumos-failover");
    EXPECT_EQ(processes[1].at("done").as_int64(), 5);
    EXPECT_EQ(processes[1].at("failed").as_int64(), 2);
    EXPECT_EQ(processes[1].at("processingSeconds").as_double(), 1.5);
    EXPECT_EQ(send_as(ci_, "GET", "/api/v1/processes").status, 403);
}

TEST_F(EveryRoute, KnowsWhatIsNotThere) {
    for (const auto& noun : nouns()) {
        const auto nothing = all(noun) + "/nothing.example.com";
        EXPECT_EQ(get(nothing).status, 404) << noun.name;
        EXPECT_EQ(patch(nothing, noun.edit).status, 404) << noun.name;
        EXPECT_EQ(remove(nothing).status, 404) << noun.name;
        EXPECT_EQ(get(nobodys(noun)).status, 404) << noun.name;
        EXPECT_EQ(post(nobodys(noun), noun.present_body).status, 404) << noun.name;
    }
    EXPECT_EQ(remove("/api/v1/accounts/nobody").status, 404);
    EXPECT_EQ(get("/api/v1/schemas/nothing.v1.json").status, 404);
}

TEST_F(EveryRoute, RefusesWhatIsThereAlready) {
    for (const auto& noun : nouns()) {
        EXPECT_EQ(post(all(noun), noun.present_body).status, 409) << noun.name;
    }
    EXPECT_EQ(
        post("/api/v1/accounts", R"({"id":"acme","plan":"pro","email":"o@acme.example"})").status,
        409);
}

TEST_F(EveryRoute, NamesAFieldThatItDoesNotKnow) {
    const std::string body = R"({"nonsense":1})";
    for (const auto& noun : nouns()) {
        for (const auto& refused : {post(all(noun), body), patch(one(noun), body)}) {
            EXPECT_EQ(refused.status, 422) << noun.name;
            EXPECT_EQ(refused.text("field"), "nonsense") << noun.name;
        }
    }
    for (const auto* path :
         {"/api/v1/accounts",
          "/api/v1/reconcile",
          "/api/v1/bus/revocations",
          "/api/v1/accounts/acme/servers/fra-1/rotate",
          "/api/v1/accounts/acme/servers/fra-1/revoke",
          "/api/v1/accounts/acme/providers/cf-main/verify"}) {
        EXPECT_EQ(post(path, body).text("field"), "nonsense") << path;
    }
    EXPECT_EQ(patch(acme_, body).text("field"), "nonsense");
    EXPECT_EQ(post(acme_ + "/channels/owner/test?dryRun=true", "").text("field"), "dryRun");
    EXPECT_EQ(post("/api/v1/accounts", "no JSON").status, 400);
}

TEST_F(EveryRoute, PagesHoldAtMostFiveHundred) {
    std::vector<std::string> lists{"/api/v1/accounts"};
    for (const auto& noun : nouns()) {
        lists.push_back(all(noun));
    }
    for (const auto* log : {"/events", "/deliveries", "/changes", "/decisions", "/audit"}) {
        lists.push_back(acme_ + log);
    }
    for (const auto& list : lists) {
        EXPECT_EQ(get(list + "?limit=1").status, 200) << list;
        for (const auto* wrong : {"0", "501", "many"}) {
            const auto refused = get(list + "?limit=" + wrong);
            EXPECT_EQ(refused.status, 422) << list;
            EXPECT_EQ(refused.text("field"), "limit") << list;
        }
    }
}

TEST_F(EveryRoute, ChangesNothingThatWasChangedSinceItWasRead) {
    const http::Headers stale{{"If-Match", "\"stale\""}};
    for (const auto& noun : nouns()) {
        EXPECT_EQ(send("PATCH", one(noun), noun.edit, stale).status, 412) << noun.name;
        EXPECT_EQ(send("DELETE", one(noun), "", stale).status, 412) << noun.name;
    }
    EXPECT_EQ(send("PATCH", acme_, R"({"name":"A"})", stale).status, 412);
    EXPECT_EQ(send("DELETE", acme_, "", stale).status, 412);
}

TEST_F(EveryRoute, ATokenThatOnlyReadsOrIsOfOneAccountMayNot) {
    for (const auto& route : routes()) {
        if (route.method == "GET") {
            continue;
        }
        auto path = route.pattern;
        for (const auto& [part, text] :
             {std::pair{"{account}", "acme"}, {"{id}", "x"}, {"{name}", "x"}}) {
            const std::string name = part;
            if (const auto at = path.find(name); at != std::string::npos) {
                path.replace(at, name.size(), text);
            }
        }
        EXPECT_EQ(send_as(reader_, route.method, path).status, 403) << route.method << " " << path;
    }
    EXPECT_EQ(send_as(ci_, "POST", "/api/v1/accounts").status, 403);
    EXPECT_EQ(send_as(ci_, "DELETE", acme_).status, 403);
    EXPECT_EQ(send_as(ci_, "POST", "/api/v1/reconcile").status, 403);
    EXPECT_EQ(send_as(ci_, "GET", "/api/v1/workers").status, 403);
}

TEST_F(EveryRoute, AKeyThatWasUsedForSomethingElseIsAConflict) {
    const http::Headers key{{"Idempotency-Key", "one"}};
    EXPECT_EQ(send("POST", "/api/v1/reconcile", "", key).status, 200);
    for (const auto* path :
         {"/providers/cf-main/verify",
          "/channels/owner/test",
          "/servers/fra-1/rotate",
          "/servers/fra-1/revoke"}) {
        EXPECT_EQ(send("POST", acme_ + path, "", key).status, 409) << path;
    }
    EXPECT_EQ(send("POST", "/api/v1/bus/revocations", "", key).status, 409);
    EXPECT_EQ(send("POST", "/api/v1/reconcile", " ", key).status, 409);
}

TEST_F(EveryRoute, ARepeatedRequestGetsTheSameAnswerWithItsEtag) {
    const std::string body = R"({"id":"hook-2","kind":"email","target":"o@acme.example"})";
    const http::Headers key{{"Idempotency-Key", "once"}};
    const auto first = send("POST", acme_ + "/channels", body, key);
    const auto again = send("POST", acme_ + "/channels", body, key);
    EXPECT_EQ(again.status, 201);
    EXPECT_EQ(again.json, first.json);
    EXPECT_FALSE(first.etag().empty());
    EXPECT_EQ(again.etag(), first.etag());
    EXPECT_EQ(http::find_header(again.headers, "Idempotency-Replayed"), "true");
}

TEST_F(EveryRoute, ThatAsksTheProviderSaysWhenItsCallsAreUsedUp) {
    world().lock()->rate_limited = true;
    const auto token = R"({"token":"good-token"})";
    EXPECT_EQ(patch(acme_ + "/providers/cf-main", token).status, 429);
    EXPECT_EQ(
        post(acme_ + "/providers", R"({"id":"two","kind":"cloudflare","token":"good-token"})")
            .status,
        429);
    EXPECT_EQ(get(acme_ + "/zones?available=true").status, 429);
    EXPECT_EQ(post(acme_ + "/providers/cf-main/verify", "").status, 429);
    EXPECT_EQ(patch(acme_ + "/zones/example.com", R"({"provider":"cf-main"})").status, 429);
}

TEST_F(EveryRoute, AZoneThatIsBeingWorkedOnIsNotEdited) {
    sql::Connection other(database_url(), "test");
    sql::Transaction held(other);
    held.run_text("SELECT zone_id FROM zone_work FOR NO KEY UPDATE");
    EXPECT_EQ(patch(acme_ + "/zones/example.com", R"({"provider":"cf-main"})").status, 409);
    EXPECT_EQ(remove(acme_ + "/zones/example.com").status, 409);
}

}  // namespace
}  // namespace lumos::console::testing
