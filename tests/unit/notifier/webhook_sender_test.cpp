#include "workers/notifier/webhook_sender.h"

#include "workers/notifier/signature.h"

#include <boost/json.hpp>
#include <gtest/gtest.h>

namespace lumos::notifier {
namespace {

constexpr const char* kSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

class FakeClient final : public http::Client {
public:
    http::Response send(const http::Request& request) override {
        last = request;
        return answer;
    }
    http::Request last;
    http::Response answer;
};

class WebhookSenderTest : public testing::Test {
protected:
    runtime::KeyRing keys_ = runtime::KeyRing::from_text(runtime::new_key_line("k1"));
    FakeClient client_;
    runtime::SystemClock clock_;
    WebhookSender sender_{client_, http::AddressGuard({"127.0.0.0/8"}), keys_, clock_};

    sql::ClaimedMessage message(const std::string& context = "channels/7/secret") const {
        const auto sealed = keys_.seal(runtime::Secret(kSecret), context);
        sql::ClaimedMessage made;
        made.channel = {
            .id = 7,
            .account = "acme",
            .slug = "hook",
            .kind = "webhook",
            .target = "https://hooks.acme.example/lumos",
            .secret_key = sealed.key_id,
            .secret_box = sealed.box};
        made.deliveries.emplace_back();
        made.deliveries[0].event = {
            .id = "01935110-4f21-7c3e-9b1a-5d2f6a7c8e90",
            .sequence = 918,
            .account = "acme",
            .source = "presence",
            .type = "server_down",
            .kind = "server",
            .subject = "fra-1",
            .incident = "01935110-4f21-7c3e-9b1a-5d2f6a7c8e90",
            .time = *parse_time("2026-11-22T03:12:04.117Z"),
            .data = R"({"message":"so it is"})"};
        return made;
    }
};

TEST_F(WebhookSenderTest, SendsTheSignedEventToAllowedAddressesOnly) {
    client_.answer.status = 204;
    EXPECT_EQ(sender_.send(message()).answer, Answer::Taken);
    const auto& request = client_.last;
    EXPECT_EQ(request.method, "POST");
    EXPECT_EQ(request.url, "https://hooks.acme.example/lumos");
    EXPECT_EQ(http::find_header(request.headers, "content-type"), "application/cloudevents+json");
    EXPECT_EQ(
        http::find_header(request.headers, "webhook-id"), "01935110-4f21-7c3e-9b1a-5d2f6a7c8e90");
    const auto stamp = std::stoll(http::find_header(request.headers, "webhook-timestamp").value());
    EXPECT_EQ(
        http::find_header(request.headers, "webhook-signature"),
        sign_webhook(
            runtime::Secret(kSecret), "01935110-4f21-7c3e-9b1a-5d2f6a7c8e90", stamp, request.body));
    const auto body = boost::json::parse(request.body);
    EXPECT_EQ(body.at("type").as_string(), "gate.lumos.server_down.v1");
    EXPECT_EQ(body.at("sequence").as_string(), "00000000000000000918");
    EXPECT_EQ(body.at("data").at("message").as_string(), "so it is");
    EXPECT_TRUE(request.verify_tls);
    EXPECT_EQ(request.deadline, std::chrono::seconds(15));
    ASSERT_TRUE(request.may_connect);
    EXPECT_TRUE(request.may_connect("93.184.216.34"));
    EXPECT_TRUE(request.may_connect("127.0.0.1")) << "allowed by the operator";
    EXPECT_FALSE(request.may_connect("169.254.169.254"));
    EXPECT_FALSE(request.may_connect("10.0.0.1"));
    EXPECT_FALSE(request.may_connect("::1"));
}

TEST_F(WebhookSenderTest, WithoutAnAnswerItIsTriedAgain) {
    client_.answer.failure = http::Failure::Timeout;
    client_.answer.error = "timed out";
    const auto outcome = sender_.send(message());
    EXPECT_EQ(outcome.answer, Answer::TryAgain);
    EXPECT_EQ(outcome.error, "timed out");
}

TEST_F(WebhookSenderTest, RetryAfterIsHandedOnWhateverTheHeadersCase) {
    client_.answer.status = 503;
    client_.answer.headers = {{"RETRY-AFTER", "77"}};
    EXPECT_EQ(sender_.send(message()).pause, std::chrono::seconds(77));
}

TEST_F(WebhookSenderTest, ASecretThatCannotBeOpenedWaitsForItsKeyAndIsNeverShown) {
    const auto foreign = sender_.send(message("channels/8/secret"));
    EXPECT_EQ(foreign.answer, Answer::TryAgain)
        << "a box that was moved from another row does not open";
    sender_.set_keys(runtime::KeyRing::from_text(runtime::new_key_line("k2")));
    const auto without = sender_.send(message());
    EXPECT_EQ(without.answer, Answer::TryAgain);
    EXPECT_NE(without.error.find("k1"), std::string::npos) << without.error;
    EXPECT_TRUE(client_.last.url.empty()) << "nothing was sent";
    sender_.set_keys(keys_);
    client_.answer.status = 200;
    EXPECT_EQ(sender_.send(message()).answer, Answer::Taken);
}

TEST_F(WebhookSenderTest, AnEventThatCannotBeWrittenIsGivenUp) {
    auto broken = message();
    broken.deliveries[0].event.data = "{";
    EXPECT_EQ(sender_.send(broken).answer, Answer::Rejected);
    broken.deliveries[0].event.data = "\"" + std::string(70'000, 'x') + "\"";
    EXPECT_EQ(sender_.send(broken).answer, Answer::Rejected);
}

}  // namespace
}  // namespace lumos::notifier
