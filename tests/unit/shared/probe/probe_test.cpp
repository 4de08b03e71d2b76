#include "workers/shared/probe/probe.h"

#include "tests/unit/shared/http/certificates.h"
#include "tests/unit/shared/http/raw_server.h"
#include "workers/shared/http/server.h"
#include "workers/shared/probe/target.h"
#include "workers/shared/runtime/clock.h"
#include "workers/shared/runtime/errors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <httplib.h>

#include <chrono>
#include <future>
#include <string>
#include <thread>

namespace lumos::probe {
namespace {

using http::RawServer;
using std::chrono::milliseconds;
constexpr milliseconds kLong{20'000};

struct TargetCase {
    std::string text;
    std::string scheme;
    std::string host;
    std::string port;
};
void PrintTo(const TargetCase& c, std::ostream* out) {
    *out << c.text;
}

class GoodTargets : public ::testing::TestWithParam<TargetCase> {};

TEST_P(GoodTargets, AreTakenApart) {
    const auto target = parse_target(GetParam().text);
    EXPECT_EQ(target.scheme, GetParam().scheme);
    EXPECT_EQ(target.host, GetParam().host);
    EXPECT_EQ(target.port, GetParam().port);
}

INSTANTIATE_TEST_SUITE_P(
    Table,
    GoodTargets,
    ::testing::Values(
        TargetCase{"tcp://127.0.0.1:443", "tcp", "127.0.0.1", "443"},
        TargetCase{"tcp://[::1]:80", "tcp", "::1", "80"},
        TargetCase{"http://localhost/health?x=1", "http", "localhost", ""},
        TargetCase{"https://www.example.com:8443", "https", "www.example.com", "8443"},
        TargetCase{"https://[2001:db8::1]/a:b", "https", "2001:db8::1", ""}));

TEST(Targets, ThatAreNoneAreRefused) {
    const std::string long_path(200, 'x');
    for (const std::string& text :
         {std::string(""),
          std::string("127.0.0.1:443"),
          std::string("tcp://"),
          std::string("tcp://a"),
          std::string("tcp://a:0"),
          std::string("tcp://a:65536"),
          std::string("tcp://a:b"),
          std::string("tcp://a:1/x"),
          std::string("tcp://:1"),
          std::string("ftp://a"),
          std::string("HTTP://a"),
          std::string("http://"),
          std::string("http://a:"),
          std::string("http://u:p@a/"),
          std::string("http://a b/"),
          std::string("http://a,b"),
          std::string("http://[::1/"),
          std::string("http://[::1]x/"),
          "http://a/" + long_path}) {
        EXPECT_THROW((void)make_probe(text), runtime::UsageError) << text;
    }
}

TEST(TcpProbeTest, IsFineWhereThePortTakesConnections) {
    const RawServer server([](int, const std::stop_token&) {});
    for (const std::string host : {"127.0.0.1", "localhost"}) {
        const auto target = "tcp://" + host + ":" + std::to_string(server.port());
        const auto probe = make_probe(target);
        const auto result = probe->run(kLong);
        EXPECT_TRUE(result.ok) << result.error;
        EXPECT_EQ(result.error, "");
        EXPECT_EQ(probe->name(), target);
        EXPECT_GT(result.latency.count(), 0);
    }
}

TEST(TcpProbeTest, SaysThatAConnectionIsRefused) {
    int port = 0;
    {
        const RawServer gone([](int, const std::stop_token&) {});
        port = gone.port();
    }
    const auto result = make_probe("tcp://127.0.0.1:" + std::to_string(port))->run(kLong);
    EXPECT_FALSE(result.ok);
    EXPECT_EQ(result.error, "connection refused");
}

TEST(TcpProbeTest, KeepsItsLimitWhereNobodyAnswers) {
    // A full backlog: the kernel drops further handshakes, as a firewall would.
    const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof(address);
    ASSERT_EQ(::bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
    ASSERT_EQ(::listen(listener, 0), 0);
    ASSERT_EQ(::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &length), 0);
    const auto probe = make_probe("tcp://127.0.0.1:" + std::to_string(ntohs(address.sin_port)));
    const int waiting = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ASSERT_EQ(::connect(waiting, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
    const auto before = runtime::SystemClock{}.steady();
    const auto result = probe->run(milliseconds(200));
    EXPECT_FALSE(result.ok);
    EXPECT_EQ(result.error, "connecting timed out");
    EXPECT_LT(runtime::SystemClock{}.steady() - before, std::chrono::seconds(5));
    ::close(waiting);
    ::close(listener);
}

TEST(TcpProbeTest, SaysThatANameIsUnknown) {
    const auto result = make_probe("tcp://name.invalid:1")->run(kLong);
    EXPECT_FALSE(result.ok);
    EXPECT_NE(result.error, "");
}

TEST(HttpProbeTest, IsFineBelowStatus400) {
    http::Server server(http::ServerOptions{});
    for (const int status : {200, 204, 301, 404, 503}) {
        server.route("GET", "/" + std::to_string(status), [status](const http::ServerRequest&) {
            http::ServerResponse response;
            response.status = status;
            return response;
        });
    }
    server.start();
    const auto run = [&](int status) {
        return make_probe(
                   "http://127.0.0.1:" + std::to_string(server.port()) + "/" +
                   std::to_string(status))
            ->run(kLong);
    };
    EXPECT_TRUE(run(200).ok);
    EXPECT_TRUE(run(204).ok);
    EXPECT_TRUE(run(301).ok);
    EXPECT_EQ(run(404).error, "status 404");
    EXPECT_EQ(run(503).error, "status 503");
}

TEST(HttpProbeTest, DoesNotWaitForTheBody) {
    const RawServer server([](int socket, const std::stop_token& stop) {
        RawServer::read_head(socket);
        RawServer::say(
            socket,
            "HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: "
            "1000000000\r\n\r\n");
        runtime::pause(stop, kLong);
    });
    const auto before = runtime::SystemClock{}.steady();
    const auto result = make_probe(server.url())->run(kLong);
    EXPECT_TRUE(result.ok) << result.error;
    EXPECT_LT(runtime::SystemClock{}.steady() - before, kLong / 2);
}

TEST(HttpProbeTest, TakesTheDomainsCertificateOnALoopbackAddress) {
    const http::Certificates certificates;
    httplib::SSLServer server(certificates.certificate().c_str(), certificates.key().c_str());
    server.Get("/", [](const httplib::Request&, httplib::Response& response) {
        response.set_content("ok", "text/plain");
    });
    const int port = server.bind_to_any_port("127.0.0.1");
    const std::jthread thread([&] { server.listen_after_bind(); });
    const auto result = make_probe("https://127.0.0.1:" + std::to_string(port) + "/")->run(kLong);
    EXPECT_TRUE(result.ok) << result.error;
    server.stop();
}

TEST(Loopback, IsKnownByAddressAndName) {
    EXPECT_TRUE(is_loopback("127.0.0.1"));
    EXPECT_TRUE(is_loopback("127.8.9.10"));
    EXPECT_TRUE(is_loopback("::1"));
    EXPECT_TRUE(is_loopback("localhost"));
    EXPECT_FALSE(is_loopback("10.0.0.1"));
    EXPECT_FALSE(is_loopback("www.example.com"));
}

TEST(TcpProbeTest, SaysNothingToThePort) {
    std::promise<std::string> said;
    const RawServer server(
        [&](int socket, const std::stop_token&) { said.set_value(RawServer::read_head(socket)); });
    EXPECT_TRUE(make_probe("tcp://127.0.0.1:" + std::to_string(server.port()))->run(kLong).ok);
    EXPECT_EQ(said.get_future().get(), "");
}

}  // namespace
}  // namespace lumos::probe
