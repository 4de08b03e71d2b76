#include "workers/shared/http/server.h"

#include "tests/unit/shared/http/raw_server.h"
#include "workers/shared/http/client.h"
#include "workers/shared/runtime/clock.h"
#include "workers/shared/runtime/errors.h"
#include "workers/shared/runtime/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace lumos::http {
namespace {

using std::chrono::milliseconds;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

ServerResponse text(std::string body, int status = 200) {
    ServerResponse response;
    response.status = status;
    response.content_type = "text/plain";
    response.body = std::move(body);
    return response;
}

class ClientAndServer : public ::testing::Test {
protected:
    void start() { server_.start(); }
    [[nodiscard]] std::string url(const std::string& path) const {
        return "http://127.0.0.1:" + std::to_string(server_.port()) + path;
    }
    [[nodiscard]] Request to(
        const std::string& path, const std::string& method = "GET", std::string body = {}) const {
        Request request;
        request.method = method;
        request.url = url(path);
        request.body = std::move(body);
        request.deadline = milliseconds(20'000);
        return request;
    }
    static ServerOptions small_bodies() {
        ServerOptions options;
        options.body_bytes_max = 1'000;
        options.read_timeout = milliseconds(500);
        return options;
    }

    Server server_{small_bodies()};
    CurlClient client_;
};

TEST_F(ClientAndServer, CarriesMethodPathQueryHeadersAndBody) {
    server_.route("PATCH", "/accounts/{account}/servers/{id}", [](const ServerRequest& request) {
        auto response = text(
            request.method + " " + request.captures.at("account") + " " +
                request.captures.at("id") + " " + request.query.find("q")->second + " " +
                *find_header(request.headers, "x-one") + " " + request.body + " " +
                request.remote_address,
            202);
        response.headers.emplace("X-Answer", "yes");
        return response;
    });
    start();
    auto request = to("/accounts/acme/servers/fra%2D1?q=a%20b", "PATCH", "{\"a\":1}");
    request.headers.emplace("X-One", "1");
    const auto response = client_.send(request);
    ASSERT_TRUE(response.answered()) << response.error;
    EXPECT_EQ(response.status, 202);
    EXPECT_EQ(response.body, "PATCH acme fra-1 a b 1 {\"a\":1} 127.0.0.1");
    EXPECT_EQ(find_header(response.headers, "x-answer"), "yes");
    EXPECT_TRUE(response.may_have_been_sent);
}

TEST_F(ClientAndServer, KnowsEveryMethodAlsoWithoutABody) {
    for (const std::string method : {"GET", "POST", "PUT", "PATCH", "DELETE"}) {
        server_.route(method, "/echo", [](const ServerRequest& request) {
            return text(request.method + "|" + request.body);
        });
    }
    start();
    for (const std::string method : {"GET", "POST", "PUT", "PATCH", "DELETE"}) {
        EXPECT_EQ(client_.send(to("/echo", method)).body, method + "|");
    }
    EXPECT_EQ(client_.send(to("/echo", "DELETE", "x")).body, "DELETE|x");
    const auto head = client_.send(to("/echo", "HEAD"));
    EXPECT_EQ(head.status, 200);
    EXPECT_EQ(head.body, "");
}

TEST_F(ClientAndServer, AnUnknownPathIs404AndAnUnknownMethod405WithAllow) {
    server_.route("GET", "/things/{id}", [](const ServerRequest&) { return text("one"); });
    server_.route("DELETE", "/things/{id}", [](const ServerRequest&) { return text("gone"); });
    start();
    EXPECT_EQ(client_.send(to("/nothing")).status, 404);
    EXPECT_EQ(client_.send(to("/things/")).status, 404);
    EXPECT_EQ(client_.send(to("/things/%zz")).status, 404);
    const auto response = client_.send(to("/things/1", "POST", "x"));
    EXPECT_EQ(response.status, 405);
    EXPECT_EQ(find_header(response.headers, "Allow"), "GET, DELETE");
    EXPECT_EQ(find_header(response.headers, "Content-Type"), "application/problem+json");
}

TEST_F(ClientAndServer, AFixedSegmentWinsOverACapture) {
    server_.route("GET", "/domains/{name}", [](const ServerRequest& request) {
        return text("capture " + request.captures.at("name"));
    });
    server_.route("GET", "/domains/available", [](const ServerRequest&) { return text("fixed"); });
    start();
    EXPECT_EQ(client_.send(to("/domains/available")).body, "fixed");
    EXPECT_EQ(client_.send(to("/domains/a%2Fb")).body, "capture a/b");
}

TEST_F(ClientAndServer, WrapStandsAroundEveryHandlerTheUnknownPathsToo) {
    server_.route("GET", "/in", [](const ServerRequest&) { return text("in"); });
    server_.wrap([](const ServerRequest& request, const Handler& handler) {
        auto response = handler(request);
        response.headers.emplace("X-Wrapped", std::to_string(response.status));
        return response;
    });
    start();
    EXPECT_EQ(find_header(client_.send(to("/in")).headers, "X-Wrapped"), "200");
    EXPECT_EQ(find_header(client_.send(to("/out")).headers, "X-Wrapped"), "404");
}

TEST_F(ClientAndServer, AHandlerThatThrowsIs500WithoutItsText) {
    server_.route("GET", "/throws", [](const ServerRequest&) -> ServerResponse {
        throw std::runtime_error("inner secret");
    });
    start();
    testing::internal::CaptureStderr();
    const auto response = client_.send(to("/throws"));
    EXPECT_THAT(testing::internal::GetCapturedStderr(), HasSubstr("http_handler_failed"));
    EXPECT_EQ(response.status, 500);
    EXPECT_THAT(response.body, Not(HasSubstr("inner secret")));
}

TEST_F(ClientAndServer, ABodyAboveTheServersLimitIs413) {
    server_.route("POST", "/in", [](const ServerRequest& request) {
        return text(std::to_string(request.body.size()));
    });
    start();
    EXPECT_EQ(client_.send(to("/in", "POST", std::string(1'000, 'x'))).body, "1000");
    EXPECT_EQ(client_.send(to("/in", "POST", std::string(1'001, 'x'))).status, 413);
    auto chunked = to("/in", "POST", std::string(100'000, 'x'));
    chunked.headers.emplace("Transfer-Encoding", "chunked");
    EXPECT_EQ(client_.send(chunked).status, 413);
}

TEST_F(ClientAndServer, AnAnswerAboveTheClientsLimitIsGivenUp) {
    server_.route(
        "GET", "/big", [](const ServerRequest&) { return text(std::string(10'000, 'x')); });
    start();
    auto request = to("/big");
    request.body_bytes_max = 10'000;
    EXPECT_EQ(client_.send(request).body.size(), 10'000U);
    request.body_bytes_max = 9'999;
    const auto response = client_.send(request);
    EXPECT_EQ(response.failure, Failure::TooLarge);
    EXPECT_TRUE(response.may_have_been_sent);
}

TEST_F(ClientAndServer, AStreamReachesTheClientPartByPartAndEndsWhenTheServerStops) {
    std::atomic<int> parts = 0;
    server_.route("GET", "/stream", [&](const ServerRequest&) {
        ServerResponse response;
        response.content_type = "text/event-stream";
        response.stream = [&](const std::function<bool(std::string_view)>& write) {
            ++parts;
            runtime::pause(std::stop_token{}, milliseconds(1));
            return write("data: x\n\n");
        };
        return response;
    });
    start();
    auto answer = std::async(std::launch::async, [&] { return client_.send(to("/stream")); });
    while (parts < 5) {
        runtime::pause(std::stop_token{}, milliseconds(1));
    }
    server_.stop();
    const auto response = answer.get();
    // The end of a stream that was cut short must not look like its proper end.
    EXPECT_EQ(response.failure, Failure::Reset) << response.error;
}

TEST_F(ClientAndServer, AStreamWithNothingToSayEndsWhenItsReaderIsGone) {
    std::promise<void> ended;
    auto guard = std::shared_ptr<void>(nullptr, [&](void*) { ended.set_value(); });
    server_.route("GET", "/quiet", [&guard](const ServerRequest&) {
        ServerResponse response;
        response.stream = [held = std::exchange(guard, nullptr), first = true](
                              const std::function<bool(std::string_view)>& write) mutable {
            runtime::pause(std::stop_token{}, milliseconds(1));
            return !std::exchange(first, false) || write("hello");
        };
        return response;
    });
    start();
    auto request = to("/quiet");
    request.deadline = milliseconds(200);
    EXPECT_EQ(client_.send(request).failure, Failure::Timeout);
    EXPECT_EQ(ended.get_future().wait_for(std::chrono::seconds(20)), std::future_status::ready);
}

TEST_F(ClientAndServer, StoppingDoesNotWaitForAPeerThatSaysNothing) {
    ServerOptions options;
    options.read_timeout = std::chrono::hours(1);
    Server server(options);
    server.start();
    const int silent = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(server.port()));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ASSERT_EQ(::connect(silent, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
    RawServer::say(silent, "GET / HTTP/1.1\r\nHost: half");
    const auto before = runtime::SystemClock{}.steady();
    server.stop();
    EXPECT_LT(runtime::SystemClock{}.steady() - before, std::chrono::seconds(5));
    ::close(silent);
}

TEST_F(ClientAndServer, ARequestThatTricklesInIsGivenUp) {
    start();
    const int slow = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(server_.port()));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ASSERT_EQ(::connect(slow, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
    RawServer::say(slow, "GET / HTTP/1.1\r\n");
    const auto before = runtime::SystemClock{}.steady();
    pollfd answer{slow, POLLIN, 0};
    while (::poll(&answer, 1, 20) == 0) {
        RawServer::say(slow, "X-Slow: 1\r\n");
    }
    EXPECT_LT(runtime::SystemClock{}.steady() - before, std::chrono::seconds(10));
    ::close(slow);
}

TEST_F(ClientAndServer, ABodyOnAGetDoesNotBecomeTheNextRequest) {
    std::atomic<int> seen = 0;
    server_.route("GET", "/a", [&](const ServerRequest&) { return text("a"); });
    server_.route("GET", "/smuggled", [&](const ServerRequest&) {
        ++seen;
        return text("b");
    });
    start();
    const auto response =
        client_.send(to("/a", "GET", "GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n"));
    EXPECT_EQ(response.body, "a");
    server_.stop();
    EXPECT_EQ(seen, 0);
}

TEST_F(ClientAndServer, APortThatIsTakenIsAConfigurationMistake) {
    start();
    ServerOptions options;
    options.listen = "127.0.0.1:" + std::to_string(server_.port());
    Server second(options);
    EXPECT_THROW(second.start(), runtime::UsageError);
}

TEST_F(ClientAndServer, HealthIsServedWithMetricsAndOneEntryADependency) {
    runtime::Health health;
    health.set("bus", true, "nats://a");
    health.set("database", false, "connection refused");
    const auto served = serve_health("127.0.0.1:0", health);
    const auto base = "http://127.0.0.1:" + std::to_string(served->port());
    const auto get = [&](const std::string& path) {
        Request request;
        request.url = base + path;
        return client_.send(request);
    };
    EXPECT_EQ(get("/healthz").status, 200);
    const auto not_ready = get("/readyz");
    EXPECT_EQ(not_ready.status, 503);
    EXPECT_THAT(
        not_ready.body, AllOf(HasSubstr(R"("bus":{"ok":true)"), HasSubstr("connection refused")));
    health.set("database", true);
    EXPECT_EQ(get("/readyz").status, 200);
    runtime::metrics::Counter("test_http_total", "Help.").add();
    EXPECT_THAT(get("/metrics").body, HasSubstr("test_http_total 1"));
    EXPECT_EQ(serve_health("", health), nullptr);
}

}  // namespace
}  // namespace lumos::http
