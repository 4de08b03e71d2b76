// The simulator says what the real API was seen to say.

#include "tests/cloudflare/simulator.h"

#include "tests/contract/dns/api_client.h"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

namespace lumos::contract {
namespace {

namespace json = boost::json;

class Simulator : public testing::Test {
protected:
    std::string zone_path(const std::string& rest = "") {
        return "/zones/" + zone_id + "/dns_records" + rest;
    }
    std::string create(const std::string& body) {
        const json::value answer = api.json("POST", zone_path(), body);
        return answer.at("success").as_bool()
                   ? std::string(answer.at("result").at("id").as_string())
                   : "";
    }
    json::value record(const std::string& id) {
        return api.json("GET", zone_path("/" + id)).at("result");
    }

    static simulator::Options options() {
        simulator::Options options;
        options.zones = {{.name = "example.com"}, {.name = "example.org", .id = "", .plan = "pro"}};
        return options;
    }

    simulator::Simulator simulator{options()};
    ApiClient api{simulator};
    std::string zone_id = simulator.store().zone("example.com")->id;
    std::string www =
        create(R"({"type":"A","name":"www","content":"203.0.113.10","ttl":300,"comment":"shop"})");
};

TEST_F(Simulator, ShowsARecordWithItsKeysInTheOrderSeenLive) {
    const json::object shown = record(www).as_object();
    std::string keys;
    for (const auto& member : shown) {
        keys += std::string(member.key()) + " ";
    }

    EXPECT_EQ(
        keys,
        "id name type content proxiable proxied ttl settings meta comment tags created_on "
        "modified_on ");
    EXPECT_EQ(shown.at("name"), "www.example.com");
    EXPECT_EQ(shown.at("tags"), json::array());
}

TEST_F(Simulator, WrapsOneRecordAndAListInTheirOwnEnvelopes) {
    const std::string one = api.call("GET", zone_path("/" + www)).body;
    const std::string list = api.call("GET", zone_path("?name=nobody.example.com")).body;
    const std::string zones = api.call("GET", "/zones?name=nobody.example").body;

    EXPECT_EQ(one.substr(0, 11), R"({"result":{)");
    EXPECT_TRUE(one.ends_with(R"(},"success":true,"errors":[],"messages":[]})"));
    EXPECT_EQ(
        list,
        R"({"result":[],"success":true,"errors":[],"messages":[],)"
        R"("result_info":{"page":1,"per_page":100,"count":0,"total_count":0,"total_pages":1}})");
    EXPECT_EQ(
        zones,
        R"({"result":[],"result_info":{"page":1,"per_page":20,"total_pages":0,"count":0,"total_count":0},)"
        R"("success":true,"errors":[],"messages":[]})");
}

TEST_F(Simulator, RefusesInTheEnvelopeOfWhoeverRefuses) {
    ApiClient wrong("http://127.0.0.1:" + std::to_string(simulator.port()), "short");

    EXPECT_EQ(
        api.call(
               "POST",
               zone_path(),
               R"({"type":"A","name":"www","content":"203.0.113.10","ttl":60})")
            .body,
        R"({"result":null,"success":false,"errors":[{"code":81058,"message":"An identical record already exists."}],"messages":[]})");
    EXPECT_EQ(
        wrong.call("GET", "/zones").body,
        R"({"success":false,"errors":[{"code":6003,"message":"Invalid request headers","error_chain":[{"code":6111,"message":"Invalid format for Authorization header"}]}],"messages":[],"result":null})");
    EXPECT_EQ(
        api.call("GET", "/zones/0123456789abcdef0123456789abcdef/dns_records").body,
        R"({"success":false,"errors":[{"code":10000,"message":"Authentication error"}]})");
}

TEST_F(Simulator, RefusesWithTheCodesThatWereSeen) {
    ASSERT_FALSE(create(R"({"type":"CNAME","name":"alias","content":"www.example.com.","ttl":300})")
                     .empty());
    const std::vector<std::pair<std::string, std::string>> refusals{
        {R"({"type":"A","name":"x","content":"203.0.113","ttl":60})",
         "400 9005 Content for A record must be a valid IPv4 address."},
        {R"({"type":"AAAA","name":"x","content":"203.0.113.1","ttl":60})",
         "400 9006 Content for AAAA record must be a valid IPv6 address."},
        {R"({"type":"A","name":"x","content":"203.0.113.1","ttl":30})",
         "400 9021 TTL must be between 60 and 86400 seconds, or 1 for Automatic."},
        {R"({"type":"A","name":"x","content":"203.0.113.1","ttl":"300"})",
         "400 9021 TTL must be between 60 and 86400 seconds, or 1 for Automatic."},
        {R"({"type":"A","name":"x","content":"203.0.113.1","ttl":60,"proxied":"yes"})",
         "400 9003 Invalid 'proxied' value, must be a boolean"},
        {R"({"type":"A","name":"x","content":"1.1.1.1","ttl":1,"proxied":true})",
         "400 9003 Target 1.1.1.1 is not allowed for a proxied record."},
        {R"({"type":"TXT","name":"x","content":"t","ttl":1,"proxied":true})",
         "400 9004 This record type cannot be proxied."},
        {R"({"type":"A","name":"x","content":"192.168.1.1","ttl":1,"proxied":true})",
         "400 9041 This DNS record cannot be proxied - click the cloud icon to turn it gray to "
         "proceed"},
        {R"({"type":"A","name":"x","content":"203.0.113.1","ttl":60,"tags":["a:b"]})",
         "400 9300 DNS record has 1 tags, exceeding the quota of 0."},
        {R"({"type":"A","name":"x","content":"203.0.113.1","ttl":60,"comment":")" +
             std::string(101, 'c') + "\"}",
         "400 9313 DNS record comment exceeds the maximum length of 100 characters."},
        {"{", "400 9207 Request body is invalid."},
        {"[]", "400 9207 Request body is invalid."},
    };

    for (const auto& [body, refusal] : refusals) {
        EXPECT_EQ(api.refusal("POST", zone_path(), body), refusal) << body;
    }
    EXPECT_TRUE(
        api.refusal(
               "POST",
               zone_path(),
               R"({"type":"CNAME","name":"www","content":"x.example","ttl":60})")
            .starts_with(
                "400 81053 An A, AAAA, or CNAME record with that host already exists. For more"));
    EXPECT_TRUE(api.refusal(
                       "POST",
                       zone_path(),
                       R"({"type":"CNAME","name":"alias","content":"www.example.com","ttl":60})")
                    .starts_with("400 81053 "));
    EXPECT_TRUE(api.refusal(
                       "POST",
                       zone_path(),
                       R"({"type":"A","name":"alias","content":"203.0.113.1","ttl":60})")
                    .starts_with("400 81054 A CNAME record with that host already exists."));
    EXPECT_EQ(
        api.refusal("GET", "/zones/example.com/dns_records"),
        "400 7003 Could not route to /client/v4/zones/example.com/dns_records, perhaps your object "
        "identifier is "
        "invalid?");
    EXPECT_EQ(
        api.refusal("DELETE", zone_path("/0123456789abcdef0123456789abcdef")),
        "404 81044 Record does not exist.");
    EXPECT_EQ(api.refusal("PUT", zone_path()), "405 7001 Method PUT not available for that URI.");
}

TEST_F(Simulator, PatchKeepsWhatItIsNotToldAndPutDoesNot) {
    const auto patched = api.json(
        "PATCH", zone_path("/" + www), R"({"content":"198.51.100.20","unknown":1,"data":null})");
    const auto put = api.json(
        "PUT",
        zone_path("/" + www),
        R"({"type":"A","name":"www.example.com","content":"198.51.100.21"})");

    EXPECT_EQ(patched.at("result").at("content"), "198.51.100.20");
    EXPECT_EQ(patched.at("result").at("comment"), "shop");
    EXPECT_EQ(patched.at("result").at("ttl"), 300);
    EXPECT_EQ(put.at("result").at("comment"), nullptr);
    EXPECT_EQ(put.at("result").at("ttl"), 1);
    EXPECT_EQ(put.at("result").at("id"), json::value(www));
    EXPECT_EQ(put.at("result").at("created_on"), patched.at("result").at("created_on"));
    EXPECT_NE(put.at("result").at("modified_on"), patched.at("result").at("modified_on"));
}

TEST_F(Simulator, ClearsACommentWithAnEmptyOne) {
    const auto kept = api.json(
        "PATCH", zone_path("/" + www), R"({"tags":null,"created_on":"0001-01-01T00:00:00Z"})");
    const auto cleared = api.json("PATCH", zone_path("/" + www), R"({"comment":""})");

    EXPECT_EQ(kept.at("result").at("comment"), "shop");
    EXPECT_EQ(cleared.at("result").at("comment"), nullptr);
}

TEST_F(Simulator, StoresOneAsTheTtlOfAProxiedRecord) {
    const auto proxied = api.json("PATCH", zone_path("/" + www), R"({"proxied":true,"ttl":300})");

    EXPECT_EQ(proxied.at("result").at("ttl"), 1);
    EXPECT_EQ(proxied.at("result").at("proxied"), true);
}

TEST_F(Simulator, ChangesNoTypeInPlace) {
    const auto refusal =
        api.refusal("PATCH", zone_path("/" + www), R"({"type":"TXT","content":"x"})");
    simulator.api().set("type_change", "accept");
    const auto accepted =
        api.json("PATCH", zone_path("/" + www), R"({"type":"TXT","content":"x"})");

    EXPECT_TRUE(refusal.starts_with("400 "));
    EXPECT_EQ(accepted.at("result").at("type"), "TXT");
}

TEST_F(Simulator, TakesNamesAsPeopleWriteThem) {
    const std::vector<std::pair<std::string, std::string>> names{
        {"@", "example.com"},
        {"a", "a.example.com"},
        {"B.Example.COM.", "b.example.com"},
        {"mail.example.net", "mail.example.net.example.com"},
        {"*", "*.example.com"},
    };

    for (const auto& [written, full] : names) {
        const auto answer = api.json(
            "POST",
            zone_path(),
            R"({"type":"TXT","content":"t","ttl":1,"name":")" + written + "\"}");
        EXPECT_EQ(answer.at("result").at("name"), json::value(full));
    }
}

TEST_F(Simulator, RunsABatchInItsOrderAndWholeOrNotAtAll) {
    const std::string alias =
        create(R"({"type":"CNAME","name":"alias","content":"www.example.com","ttl":300})");
    const std::string body =
        R"({"posts":[{"type":"A","name":"alias","content":"203.0.113.9","ttl":60}],"deletes":[{"id":")" +
        alias + R"("}],"patches":[{"id":")" + www + R"(","content":"198.51.100.20"}]})";
    const auto done = api.json("POST", zone_path("/batch"), body);
    const auto again = api.refusal("POST", zone_path("/batch"), body);
    const auto half = api.refusal(
        "POST",
        zone_path("/batch"),
        R"({"patches":[{"id":")" + www +
            R"(","content":"198.51.100.99"}],"posts":[{"type":"A","name":"y","content":"bad","ttl":60}]})");

    EXPECT_EQ(done.at("result").at("deletes").at(0).at("content"), "www.example.com");
    EXPECT_EQ(done.at("result").at("posts").at(0).at("name"), "alias.example.com");
    EXPECT_EQ(done.at("result").at("puts"), nullptr);
    EXPECT_EQ(again, "404 81044 Record does not exist.");
    EXPECT_EQ(half, "400 9005 Content for A record must be a valid IPv4 address.");
    EXPECT_EQ(record(www).at("content"), "198.51.100.20");
}

TEST_F(Simulator, FiltersAndPagesItsLists) {
    for (int i = 0; i < 5; ++i) {
        ASSERT_FALSE(create(
                         R"({"type":"A","name":"h)" + std::to_string(i) +
                         R"(","content":"203.0.113.1","ttl":60})")
                         .empty());
    }
    const auto count = [&](const std::string& query) {
        return api.json("GET", zone_path("?" + query)).at("result").as_array().size();
    };

    EXPECT_EQ(count("name.exact=WWW.example.com"), 1U);
    EXPECT_EQ(count("name=www.example.com&type=A"), 1U);
    EXPECT_EQ(count("name.startswith=h"), 5U);
    EXPECT_EQ(count("content.contains=113.1"), 6U);
    EXPECT_EQ(count("comment.present"), 1U);
    EXPECT_EQ(count("comment.absent="), 5U);
    EXPECT_EQ(count("type=TXT"), 0U);
    EXPECT_EQ(count("match=any&name=h1.example.com&name=h2.example.com"), 2U);
    EXPECT_EQ(count("name=contains:h"), 0U) << "gone since 2025";
    EXPECT_EQ(count("search=shop"), 1U);
    EXPECT_EQ(count("proxied=false"), 6U);
    EXPECT_EQ(count("per_page=4&page=2"), 2U);
    EXPECT_EQ(count("per_page=4&page=3"), 0U) << "past the end there is an empty list";
    EXPECT_EQ(
        api.json("GET", zone_path("?per_page=4&page=2")).at("result_info"),
        json::parse(R"({"page":2,"per_page":4,"count":2,"total_count":6,"total_pages":2})"));
    EXPECT_EQ(
        api.json("GET", zone_path("?order=name&direction=desc")).at("result").at(0).at("name"),
        "www.example.com");
}

TEST_F(Simulator, KnowsItsZones) {
    const auto zone = api.json("GET", "/zones?name=example.org").at("result").at(0);

    EXPECT_EQ(zone.at("plan").at("legacy_id"), "pro");
    EXPECT_EQ(
        zone.at("permissions"),
        json::parse(R"(["#dns_records:edit","#dns_records:read","#zone:read"])"));
    EXPECT_EQ(
        api.json("GET", "/zones?name=starts_with:example").at("result").as_array().size(), 2U);
    EXPECT_EQ(api.json("GET", "/zones/" + zone_id).at("result").at("name"), "example.com");
}

TEST_F(Simulator, WritesTimesAsTheApiDoes) {
    const auto time = [](const char* text) { return simulator::record_time(*parse_time(text)); };

    EXPECT_EQ(time("2025-08-27T10:00:24.966700Z"), "2025-08-27T10:00:24.9667Z");
    EXPECT_EQ(time("2025-08-27T10:00:30.000000Z"), "2025-08-27T10:00:30Z");
    EXPECT_EQ(time("2025-08-27T10:00:32.166530Z"), "2025-08-27T10:00:32.16653Z");
}

TEST_F(Simulator, ExportsInBindsFormat) {
    const auto answer = api.call("GET", zone_path("/export"));

    EXPECT_EQ(http::find_header(answer.headers, "content-type"), "text/plain; charset=UTF-8");
    EXPECT_NE(
        answer.body.find(
            "www.example.com.\t300\tIN\tA\t203.0.113.10 ; shop cf_tags=cf-proxied:false"),
        std::string::npos)
        << answer.body;
}

TEST_F(Simulator, ToleratesABodyWhereNoneBelongs) {
    EXPECT_EQ(api.call("GET", zone_path("/" + www), "{}").status, 200);
    EXPECT_EQ(
        api.call("DELETE", zone_path("/" + www), "{}").body,
        R"({"result":{"id":")" + www + R"("},"success":true,"errors":[],"messages":[]})");
}

TEST_F(Simulator, SaysWhatTheBudgetIs) {
    const auto answer = api.call("GET", zone_path());

    EXPECT_EQ(http::find_header(answer.headers, "ratelimit-policy"), R"("default";q=1200;w=300)");
    EXPECT_EQ(http::find_header(answer.headers, "ratelimit"), R"("default";r=1199;t=1)");
    EXPECT_EQ(http::find_header(answer.headers, "retry-after"), std::nullopt);
}

}  // namespace
}  // namespace lumos::contract
