#include "workers/shared/http/client.h"

#include "tests/unit/shared/http/raw_server.h"
#include "workers/shared/runtime/clock.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace lumos::http {
namespace {

using std::chrono::milliseconds;

TEST(CurlClientTest, KeepsItsDeadlineAgainstAServerThatNeverAnswers) {
    RawServer server([](int socket, const std::stop_token& stop) {
        RawServer::read_head(socket);
        runtime::pause(stop, std::chrono::seconds(30));
    });
    CurlClient client;
    Request request;
    request.url = server.url();
    request.deadline = milliseconds(200);
    const auto before = runtime::SystemClock{}.steady();
    const auto response = client.send(request);
    EXPECT_EQ(response.failure, Failure::Timeout);
    EXPECT_EQ(response.error, "no answer in time");
    EXPECT_TRUE(response.may_have_been_sent);
    EXPECT_LT(runtime::SystemClock{}.steady() - before, std::chrono::seconds(3));
}

TEST(CurlClientTest, KeepsItsDeadlineAgainstAServerThatTrickles) {
    RawServer server([](int socket, const std::stop_token& stop) {
        RawServer::read_head(socket);
        RawServer::say(socket, "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n");
        pollfd closed{socket, POLLRDHUP, 0};
        while (!stop.stop_requested() && ::poll(&closed, 1, 10) == 0) {
            RawServer::say(socket, "x");
        }
    });
    CurlClient client;
    Request request;
    request.url = server.url();
    request.deadline = milliseconds(300);
    EXPECT_EQ(client.send(request).failure, Failure::Timeout);
}

TEST(CurlClientTest, SaysWhatCertainlyWasNotSent) {
    CurlClient client;
    Request request;
    int free_port = 0;
    {
        const RawServer gone([](int, const std::stop_token&) {});
        free_port = gone.port();
    }
    request.url = "http://127.0.0.1:" + std::to_string(free_port);
    auto response = client.send(request);
    EXPECT_EQ(response.failure, Failure::Connect);
    EXPECT_EQ(response.error, "connection refused");
    EXPECT_FALSE(response.may_have_been_sent);
    request.url = "http://name.invalid/";
    response = client.send(request);
    EXPECT_EQ(response.failure, Failure::Resolve) << response.error;
    EXPECT_FALSE(response.may_have_been_sent);
    request.deadline = milliseconds(0);
    response = client.send(request);
    EXPECT_EQ(response.failure, Failure::Timeout);
    EXPECT_FALSE(response.may_have_been_sent);
}

TEST(CurlClientTest, AConnectionThatIsCutMayHaveCarriedTheRequest) {
    RawServer server([](int socket, const std::stop_token&) { RawServer::read_head(socket); });
    CurlClient client;
    Request request;
    request.method = "PATCH";
    request.url = server.url();
    request.body = "x";
    const auto response = client.send(request);
    EXPECT_EQ(response.failure, Failure::Reset);
    EXPECT_TRUE(response.may_have_been_sent);
}

class KeptConnections : public ::testing::Test {
protected:
    KeptConnections()
        : server_([this](int socket, const std::stop_token&) {
              while (!RawServer::read_head(socket).empty()) {
                  ++requests_;
                  // From the second request on, the connection turns out to be dead.
                  if (is_fragile_ && ++requests_here_ > 1) {
                      requests_here_ = 0;
                      return;
                  }
                  RawServer::say(socket, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
              }
          }) {}
    [[nodiscard]] Request make(const std::string& method) const {
        Request request;
        request.url = server_.url();
        request.method = method;
        request.keep_alive = true;
        return request;
    }

    std::atomic<bool> is_fragile_ = false;
    std::atomic<int> requests_ = 0;
    std::atomic<int> requests_here_ = 0;
    RawServer server_;
    CurlClient client_;
};

TEST_F(KeptConnections, ServeTheNextReadingRequest) {
    for (int i = 1; i <= 3; ++i) {
        EXPECT_EQ(client_.send(make("GET")).body, "ok");
    }
    EXPECT_EQ(server_.connections(), 1);
}

TEST_F(KeptConnections, NeverMakeAChangingRequestGoOutTwice) {
    EXPECT_EQ(client_.send(make("GET")).body, "ok");
    is_fragile_ = true;
    requests_here_ = 1;
    EXPECT_EQ(client_.send(make("PATCH")).failure, Failure::Reset);
    EXPECT_EQ(requests_, 2);
}

TEST_F(KeptConnections, AreNotUsedWhereTheAddressMustBeAsked) {
    EXPECT_EQ(client_.send(make("GET")).body, "ok");
    auto request = make("GET");
    request.may_connect = [](std::string_view) { return false; };
    EXPECT_EQ(client_.send(request).failure, Failure::Refused);
}

TEST(CurlClientTest, AsksAboutTheAddressAndConnectsToNoOther) {
    RawServer server([](int socket, const std::stop_token&) {
        RawServer::read_head(socket);
        RawServer::say(socket, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    });
    CurlClient client;
    Request request;
    request.url = "http://localhost:" + std::to_string(server.port()) + "/";
    std::vector<std::string> asked;
    request.may_connect = [&](std::string_view address) {
        asked.emplace_back(address);
        return false;
    };
    const auto refused = client.send(request);
    EXPECT_EQ(refused.failure, Failure::Refused);
    EXPECT_FALSE(refused.may_have_been_sent);
    EXPECT_THAT(asked, testing::Contains("127.0.0.1"));
    EXPECT_EQ(server.connections(), 0);
    request.may_connect = [](std::string_view address) { return address == "127.0.0.1"; };
    EXPECT_EQ(client.send(request).body, "ok");
}

TEST(CurlClientTest, DoesNotFollowARedirect) {
    RawServer server([](int socket, const std::stop_token&) {
        RawServer::read_head(socket);
        RawServer::say(
            socket,
            "HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/\r\nContent-Length: 0\r\n\r\n");
    });
    CurlClient client;
    Request request;
    request.url = server.url();
    EXPECT_EQ(client.send(request).status, 302);
}

TEST(CurlClientTest, IgnoresAProxyOfTheEnvironment) {
    RawServer server([](int socket, const std::stop_token&) {
        RawServer::read_head(socket);
        RawServer::say(socket, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    });
    setenv("http_proxy", "http://127.0.0.1:1", 1);
    CurlClient client;
    Request request;
    request.url = server.url();
    EXPECT_EQ(client.send(request).body, "ok");
    unsetenv("http_proxy");
}

TEST(CurlClientTest, RefusesOtherSchemesAndBrokenHeaders) {
    CurlClient client;
    Request request;
    for (const std::string url :
         {"ftp://127.0.0.1/", "file:///etc/passwd", "127.0.0.1", "", "http://", "http://[::1"}) {
        request.url = url;
        EXPECT_EQ(client.send(request).failure, Failure::BadUrl) << url;
    }
    request.url = "http://127.0.0.1:1/";
    request.headers.emplace("X-A", "1\r\nX-B: 2");
    EXPECT_EQ(client.send(request).failure, Failure::BadUrl);
}

TEST(CurlClientTest, ShowsTheFinalAnswersHeadersOnly) {
    RawServer server([](int socket, const std::stop_token&) {
        RawServer::read_head(socket);
        RawServer::say(
            socket,
            "HTTP/1.1 103 Early Hints\r\nX-A: early\r\n\r\nHTTP/1.1 200 OK\r\nX-A:  final "
            "\r\nContent-Length: 0\r\n\r\n");
    });
    CurlClient client;
    Request request;
    request.url = server.url();
    const auto response = client.send(request);
    EXPECT_EQ(response.headers.count("X-A"), 1U);
    EXPECT_EQ(find_header(response.headers, "x-a"), "final");
}

}  // namespace
}  // namespace lumos::http
