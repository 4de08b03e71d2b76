// The bodies are those that were recorded or quoted in the wild.

#include "workers/shared/dns/cloudflare_reply.h"

#include <boost/json.hpp>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <ostream>

namespace lumos::dns {
namespace {

using namespace std::chrono_literals;

constexpr const char* kToken = "cfut_0123456789012345678901234567890123456789";

Time at(const char* text) {
    return *parse_time(text);
}

http::Response response(int status, const std::string& body) {
    http::Response response;
    response.status = status;
    response.body = body;
    response.may_have_been_sent = true;
    return response;
}

CloudflareReply reply(const http::Response& response) {
    return CloudflareReply(response, kToken, at("2026-11-22T03:00:00Z"));
}

struct Case {
    const char* what;
    int status;
    const char* body;
    bool definite_no;
    std::int64_t code;
    const char* reason;
    const char* message;
};

void PrintTo(const Case& of, std::ostream* out) {
    *out << of.what;
}

const std::vector<Case> kRefusals{
    {"identical record, DNS service",
     400,
     R"({"result":null,"success":false,"errors":[{"code":81058,"message":"An identical record already exists."}],"messages":[]})",
     true,
     81058,
     "rejected",
     "An identical record already exists."},
    {"header validation with its chain",
     400,
     R"({"success":false,"errors":[{"code":6003,"message":"Invalid request headers","error_chain":[{"code":6111,"message":"Invalid format for Authorization header"}]}],"messages":[],"result":null})",
     true,
     6003,
     "token_invalid",
     "Invalid request headers: 6111 Invalid format for Authorization header"},
    {"gateway, no messages, no result",
     403,
     R"({"success":false,"errors":[{"code":10000,"message":"Authentication error"}]})",
     true,
     10000,
     "token_permission",
     "Authentication error"},
    {"the same as 401",
     401,
     R"({"success":false,"errors":[{"code":10000,"message":"Authentication error"}]})",
     true,
     10000,
     "token_invalid",
     "Authentication error"},
    {"no credentials",
     400,
     R"({"success":false,"errors":[{"code":9106,"message":"Missing X-Auth-Key, X-Auth-Email or Authorization headers"}]})",
     true,
     9106,
     "token_invalid",
     "Missing X-Auth-Key, X-Auth-Email or Authorization headers"},
    {"unknown token, 403",
     403,
     R"({"success":false,"errors":[{"code":9109,"message":"Invalid access token"}]})",
     true,
     9109,
     "token_invalid",
     "Invalid access token"},
    {"barred address",
     403,
     R"({"success":false,"errors":[{"code":9109,"message":"Cannot use the access token from location: 203.0.113.9"}]})",
     true,
     9109,
     "token_permission",
     "Cannot use the access token from location: 203.0.113.9"},
    {"code 0",
     403,
     R"({"success":false,"errors":[{"code":0,"message":"Actor 'com.cloudflare.api.token.x' requires permission 'com.cloudflare.api.account.zone.list' to list zones"}],"messages":[],"result":null})",
     true,
     0,
     "token_permission",
     "Actor 'com.cloudflare.api.token.x' requires permission "
     "'com.cloudflare.api.account.zone.list' to list zones"},
    {"free top-level domain",
     403,
     R"({"result":null,"success":false,"errors":[{"code":1038,"message":"You cannot use this API for domains with a .cf, .ga, .gq, .ml, or .tk TLD"}],"messages":[]})",
     true,
     1038,
     "rejected",
     "You cannot use this API for domains with a .cf, .ga, .gq, .ml, or .tk TLD"},
    {"unroutable zone",
     400,
     R"({"success":false,"errors":[{"code":7003,"message":"Could not route to /client/v4/zones/x/dns_records, perhaps your object identifier is invalid?"}],"messages":[],"result":null})",
     true,
     7003,
     "zone_unknown",
     "Could not route to /client/v4/zones/x/dns_records, perhaps your object identifier is "
     "invalid?"},
    {"unknown record",
     404,
     R"({"result":null,"success":false,"errors":[{"code":81044,"message":"Record does not exist."}],"messages":[]})",
     true,
     81044,
     "rejected",
     "Record does not exist."},
    {"rate limit",
     429,
     R"({"success":false,"errors":[{"code":971,"message":"Please wait and consider throttling your request speed"}]})",
     true,
     971,
     "rate_limited",
     "Please wait and consider throttling your request speed"},
    {"rate limit of 2021, without its status",
     400,
     R"({"success":false,"errors":[{"code":10300,"message":"Overall calls per time limit per connecting user have exceeded the rate limit."}]})",
     true,
     10300,
     "rate_limited",
     "Overall calls per time limit per connecting user have exceeded the rate limit."},
    {"rate limit as a page",
     429,
     "<html>slow down</html>",
     true,
     0,
     "rate_limited",
     "HTTP 429 without an answer of the API"},
    {"load balancer",
     502,
     "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad "
     "Gateway</h1></center>\r\n<hr><center>cloudflare-lb</center>\r\n</body>\r\n</html>",
     false,
     0,
     "provider_unreachable",
     "HTTP 502 without an answer of the API"},
    {"5xx in the API's form",
     500,
     R"({"success":false,"errors":[{"code":1000,"message":"Internal"}],"messages":[],"result":null})",
     false,
     1000,
     "provider_unreachable",
     "Internal"},
    {"no envelope",
     405,
     R"({"code":1001,"error":"method_not_allowed"})",
     false,
     1001,
     "rejected",
     "method_not_allowed"},
    {"200 that says no",
     200,
     R"({"result":null,"success":false,"errors":[{"code":1000,"message":"Unknown"}],"messages":[]})",
     false,
     1000,
     "rejected",
     "Unknown"},
    {"400 that says yes",
     400,
     R"({"result":null,"success":true,"errors":[],"messages":[]})",
     false,
     0,
     "rejected",
     "HTTP 400 without a reason"},
    {"no without errors",
     400,
     R"({"success":false})",
     false,
     0,
     "rejected",
     "HTTP 400 without a reason"},
    {"no with an empty list of errors",
     400,
     R"({"success":false,"errors":[]})",
     true,
     0,
     "rejected",
     "HTTP 400 without a reason"},
    {"a code as text",
     400,
     R"({"success":false,"errors":[{"code":"9005","message":"Content"}]})",
     true,
     9005,
     "rejected",
     "Content"},
    {"errors that are none",
     400,
     R"({"success":false,"errors":["odd",3]})",
     true,
     0,
     "rejected",
     "HTTP 400 without a reason"},
    {"a redirect",
     302,
     "",
     false,
     0,
     "provider_unreachable",
     "HTTP 302 without an answer of the API"},
    {"a list where an object should be",
     400,
     "[]",
     false,
     0,
     "provider_unreachable",
     "HTTP 400 without an answer of the API"},
    {"half an answer",
     200,
     R"({"result":{"id":"0123)",
     false,
     0,
     "provider_unreachable",
     "HTTP 200 without an answer of the API"},
};

class Refusal : public testing::TestWithParam<Case> {};

TEST_P(Refusal, IsSortedByWhatMayBeDoneNext) {
    const auto got = reply(response(GetParam().status, GetParam().body));

    EXPECT_FALSE(got.ok());
    EXPECT_EQ(got.definite_no(), GetParam().definite_no);
    EXPECT_EQ(got.error().http_status, GetParam().status);
    EXPECT_EQ(got.error().code, GetParam().code);
    EXPECT_EQ(got.error().reason, GetParam().reason);
    EXPECT_EQ(got.error().message, GetParam().message);
}

INSTANTIATE_TEST_SUITE_P(Seen, Refusal, testing::ValuesIn(kRefusals));

TEST(Reply, IsNotJudgedByACodeAlone) {
    const auto got = reply(response(
        200,
        R"({"result":{"id":"f","status":"active"},"success":true,"errors":[],"messages":[{"code":10000,"message":"This API Token is valid and active","type":null}]})"));

    EXPECT_TRUE(got.ok());
    EXPECT_EQ(got.result()->at("status"), "active");
}

TEST(Reply, ShowsThePagesOfAList) {
    const auto got = reply(response(
        200,
        R"({"result":[],"success":true,"errors":[],"messages":[],"result_info":{"page":2,"per_page":100,"count":0,"total_count":101,"total_pages":2}})"));

    EXPECT_EQ(got.info("total_pages"), 2);
    EXPECT_EQ(got.info("cursor"), std::nullopt);
}

TEST(Reply, IsADefiniteNoWhereNothingWasSent) {
    http::Response nobody;
    nobody.failure = http::Failure::Connect;
    nobody.error = "Connection refused";
    http::Response cut = nobody;
    cut.may_have_been_sent = true;

    EXPECT_TRUE(reply(nobody).definite_no());
    EXPECT_FALSE(reply(cut).definite_no());
    EXPECT_EQ(reply(cut).error().reason, "provider_unreachable");
    EXPECT_EQ(reply(cut).error().message, "no answer: Connection refused");
}

TEST(Reply, OfARateLimitSaysHowLong) {
    auto limited = response(429, "");
    limited.headers.emplace("Retry-After", "17");

    EXPECT_EQ(reply(limited).retry_after(), 17s);
    EXPECT_EQ(reply(response(429, "")).retry_after(), std::nullopt);
}

TEST(RetryAfter, IsSecondsOrADateAndNeverBeyondAnHour) {
    const Time now = at("2026-11-22T03:00:00Z");

    EXPECT_EQ(read_retry_after("300", now), 300s);
    EXPECT_EQ(read_retry_after("Sun, 22 Nov 2026 03:01:30 GMT", now), 90s);
    EXPECT_EQ(read_retry_after("Sun, 22 Nov 2026 02:00:00 GMT", now), 0s);
    EXPECT_EQ(read_retry_after("-5", now), 0s);
    EXPECT_EQ(read_retry_after("86400", now), 3'600s);
    EXPECT_EQ(read_retry_after("soon", now), std::nullopt);
    EXPECT_EQ(read_retry_after("12 minutes", now), std::nullopt);
    EXPECT_EQ(read_retry_after("", now), std::nullopt);
}

TEST(Reply, NeverCarriesTheToken) {
    const std::string token = kToken;
    const auto got = reply(response(
        400,
        R"({"success":false,"errors":[{"code":6003,"message":"bad )" + token + " and " + token +
            R"("}]})"));
    http::Response cut;
    cut.failure = http::Failure::Reset;
    cut.error = "sending Bearer " + token;

    EXPECT_EQ(got.error().message, "bad *** and ***");
    EXPECT_EQ(reply(cut).error().message, "no answer: sending Bearer ***");
}

TEST(CleanText, IsOneShortLine) {
    const std::string text = clean_text("a\r\nb\tc" + std::string(999, 'x'), "");
    const std::string umlauts = clean_text(std::string(399, 'x') + "ü" + "y", "");

    EXPECT_EQ(text.substr(0, 6), "a  b c");
    EXPECT_LT(text.size(), 420U);
    EXPECT_EQ(umlauts, std::string(399, 'x') + "…");
}

// Whatever comes back, it is read without an exception, and nothing but a clear answer is definite.
TEST(Reply, ToleratesAnyBody) {
    EXPECT_TRUE(rc::check("any body is read", [](const std::string& body, const bool envelope) {
        const int status = *rc::gen::inRange(200, 600);
        const std::string text = envelope ? R"({"success":false,"errors":[)" + body + "]}" : body;

        const auto got = reply(response(status, text));

        RC_ASSERT(!got.ok() || (status < 300 && text.find("true") != std::string::npos));
        RC_ASSERT(got.ok() || !got.error().reason.empty());
        RC_ASSERT(!got.definite_no() || (status >= 400 && status < 500));
    }));
}

}  // namespace
}  // namespace lumos::dns
