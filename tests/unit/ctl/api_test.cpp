// lumosctl's exit statuses against a console that gives canned answers.

#include "workers/ctl/api.h"

#include "workers/ctl/session.h"
#include "workers/shared/http/server.h"

#include <boost/json.hpp>
#include <fmt/format.h>
#include <gtest/gtest.h>

namespace lumos::ctl {
namespace {

class CannedConsole {
public:
    CannedConsole(int status, std::string body) : server_(http::ServerOptions{}) {
        server_.route("GET", "/api/v1/status", [=](const http::ServerRequest&) {
            http::ServerResponse response;
            response.status = status;
            response.body = body;
            return response;
        });
        server_.start();
    }
    [[nodiscard]] std::string url() const {
        return fmt::format("http://127.0.0.1:{}", server_.port());
    }

private:
    http::Server server_;
};

CommandFailed failure_of(int status, const std::string& body) {
    const CannedConsole console(status, body);
    Api api(console.url(), runtime::Secret("t"));
    try {
        (void)api.get("/api/v1/status");
    } catch (const CommandFailed& failure) {
        return failure;
    }
    return {Exit::Fine, "nothing was thrown"};
}

struct Case {
    int http_status;
    Exit exit_status;
};

class ApiExit : public testing::TestWithParam<Case> {};

TEST_P(ApiExit, FollowsTheHttpStatus) {
    EXPECT_EQ(failure_of(GetParam().http_status, "{}").status, GetParam().exit_status);
}

INSTANTIATE_TEST_SUITE_P(
    Statuses,
    ApiExit,
    testing::Values(
        Case{404, Exit::NotFound},
        Case{401, Exit::Refused},
        Case{403, Exit::Refused},
        Case{409, Exit::Refused},
        Case{422, Exit::Refused},
        Case{500, Exit::Failed},
        Case{503, Exit::Failed}),
    [](const testing::TestParamInfo<Case>& info_of) {
        return fmt::format("Http{}", info_of.param.http_status);
    });

TEST(Api, TellsFieldDetailAndFixOfAProblem) {
    const CommandFailed failure = failure_of(
        422,
        R"({"title":"Invalid","field":"ipv4","detail":"is no IPv4 address","fix":"use 203.0.113.10"})");

    EXPECT_STREQ(failure.what(), "ipv4: is no IPv4 address; use 203.0.113.10");
}

TEST(Api, SaysHowToReachAConsoleThatIsNotThere) {
    Api api("http://127.0.0.1:1", runtime::Secret("t"));
    try {
        (void)api.get("/api/v1/status");
        FAIL() << "nothing was thrown";
    } catch (const CommandFailed& failure) {
        EXPECT_EQ(failure.status, Exit::Unreachable);
        EXPECT_NE(
            std::string(failure.what()).find("Is lumos-console running? LUMOS_API_URL"),
            std::string::npos);
    }
}

TEST(Api, NeverTakesGarbageForAnAnswer) {
    EXPECT_EQ(failure_of(200, "<html>").status, Exit::Failed);
}

TEST(PercentEncoded, LeavesNoSeparatorInASegment) {
    EXPECT_EQ(percent_encoded("a/b?c=*.x"), "a%2Fb%3Fc%3D%2A.x");
}

}  // namespace
}  // namespace lumos::ctl
