#include "tests/unit/shared/http/certificates.h"
#include "workers/shared/http/client.h"

#include <gtest/gtest.h>
#include <httplib.h>

#include <string>
#include <thread>

namespace lumos::http {
namespace {

class Tls : public ::testing::Test {
protected:
    Tls() : server_(certificates_.certificate().c_str(), certificates_.key().c_str()) {
        server_.Get("/", [](const httplib::Request&, httplib::Response& response) {
            response.set_content("ok", "text/plain");
        });
        port_ = server_.bind_to_any_port("127.0.0.1");
        thread_ = std::jthread([this] { server_.listen_after_bind(); });
        while (!server_.is_running()) {
            std::this_thread::yield();
        }
    }
    ~Tls() override { server_.stop(); }
    Tls(const Tls&) = delete;
    Tls& operator=(const Tls&) = delete;

    [[nodiscard]] Request to(const std::string& host) const {
        Request request;
        request.url = "https://" + host + ":" + std::to_string(port_) + "/";
        request.ca_file = certificates_.authority();
        return request;
    }

    Certificates certificates_;
    httplib::SSLServer server_;
    int port_ = 0;
    std::jthread thread_;
    CurlClient client_;
};

TEST_F(Tls, ACertificateOfATrustedAuthorityForTheNameIsAccepted) {
    const auto response = client_.send(to("localhost"));
    ASSERT_TRUE(response.answered()) << response.error;
    EXPECT_EQ(response.body, "ok");
}

TEST_F(Tls, ACertificateOfAnUnknownAuthorityIsRefusedBeforeAnythingIsSent) {
    auto request = to("localhost");
    request.ca_file.clear();
    const auto response = client_.send(request);
    EXPECT_EQ(response.failure, Failure::Tls) << response.error;
    EXPECT_FALSE(response.may_have_been_sent);
}

TEST_F(Tls, ACertificateForAnotherNameIsRefused) {
    const auto response = client_.send(to("127.0.0.1"));
    EXPECT_EQ(response.failure, Failure::Tls) << response.error;
    EXPECT_FALSE(response.may_have_been_sent);
}

TEST_F(Tls, VerificationCanBeSwitchedOff) {
    auto request = to("127.0.0.1");
    request.verify_tls = false;
    request.ca_file.clear();
    EXPECT_EQ(client_.send(request).body, "ok");
}

}  // namespace
}  // namespace lumos::http
