// Channels: secrets, where webhooks may go, and a test that is a real delivery.

#include "tests/store/console/api_test_base.h"

#include <thread>

namespace lumos::console::testing {
namespace {

class Channels : public ApiTest {
protected:
    Answer add(const std::string& target) {
        return post(
            acme_ + "/channels", R"({"id":"hook","kind":"webhook","target":")" + target + "\"}");
    }

    // Plays the notifier: waits for the delivery and records what came of it.
    std::jthread notifier(const std::string& result) {
        return std::jthread([this, result] {
            EXPECT_TRUE(support::wait_until(
                [&] {
                    return value("SELECT count(*) FROM deliveries WHERE state = 'pending'") == "1";
                },
                std::chrono::seconds(8)));
            run("UPDATE deliveries SET " + result);
        });
    }
};

TEST_F(Channels, AWebhooksSecretIsShownOnceAndKeptEncrypted) {
    set_up_acme();
    const auto added = add("http://127.0.0.1:9/hook");
    ASSERT_EQ(added.status, 201);
    EXPECT_TRUE(added.text("secret").starts_with("whsec_"));
    EXPECT_FALSE(get(acme_ + "/channels/hook").json.as_object().contains("secret"));
    EXPECT_EQ(value("SELECT secret_key FROM channels WHERE slug = 'hook'"), "k1");
    EXPECT_EQ(
        value("SELECT position('whsec_'::bytea IN secret_box) FROM channels WHERE slug = 'hook'"),
        "0");
}

TEST_F(Channels, AWebhookReachesNoPrivateAddress) {
    set_up_acme();
    for (const char* target :
         {"https://127.0.0.2/x",
          "https://10.0.0.1/x",
          "https://169.254.169.254/latest/meta-data",
          "https://[::1]/x",
          "https://192.168.1.1/",
          "https://[fd00::1]/",
          "https://0.0.0.0/",
          "https://[::ffff:10.0.0.1]/",
          "http://localhost.localdomain.invalid/",
          "ftp://127.0.0.1/",
          "https://user:pw@127.0.0.1/",
          "https://2130706434/"}) {
        const auto refused = add(target);
        EXPECT_EQ(refused.status, 422) << target;
        EXPECT_EQ(refused.text("field"), "target") << target;
    }
    EXPECT_EQ(value("SELECT count(*) FROM channels WHERE slug = 'hook'"), "0");
}

TEST_F(Channels, PlainHttpGoesToAllowedAddressesOnly) {
    set_up_acme();
    const auto refused = add("http://192.0.33.8/hook");
    EXPECT_EQ(refused.status, 422);
    EXPECT_EQ(refused.text("detail"), "a webhook goes over https");
    EXPECT_EQ(add("http://127.0.0.1:9/hook").status, 201);
}

TEST_F(Channels, AnEditIsCheckedLikeAnAddition) {
    set_up_acme();
    add("http://127.0.0.1:9/hook");
    EXPECT_EQ(patch(acme_ + "/channels/hook", R"({"target":"https://10.0.0.1/x"})").status, 422);
    EXPECT_EQ(patch(acme_ + "/channels/owner", R"({"target":"https://10.0.0.1/x"})").status, 422)
        << "no mail address";
    EXPECT_EQ(
        patch(acme_ + "/channels/hook", R"({"target":"http://127.0.0.1:10/x"})").text("target"),
        "http://127.0.0.1:10/x");
}

TEST_F(Channels, AlertsAreThoseThatThereAre) {
    set_up_acme();
    const auto refused = post(
        acme_ + "/channels",
        R"({"id":"m","kind":"email","target":"a@acme.example","alerts":["sever_down"]})");
    EXPECT_EQ(refused.text("field"), "alerts");
    EXPECT_EQ(refused.text("fix"), "did you mean server_down?");
    const auto added = post(
        acme_ + "/channels",
        R"({"id":"m","kind":"email","target":"a@acme.example","alerts":["server_down","failover_triggered"]})");
    EXPECT_EQ(added["alerts"].as_array().size(), 2U);
    EXPECT_TRUE(patch(acme_ + "/channels/m", R"({"alerts":null})")["alerts"].is_null());
    EXPECT_EQ(patch(acme_ + "/channels/m", R"({"alerts":[]})").status, 422);
}

TEST_F(Channels, AChannelIsSwitchedOffAndOn) {
    set_up_acme();
    EXPECT_FALSE(patch(acme_ + "/channels/owner", R"({"enabled":false})")["enabled"].as_bool());
    const auto refused = post(acme_ + "/channels/owner/test", "");
    EXPECT_EQ(refused.status, 409);
    EXPECT_TRUE(patch(acme_ + "/channels/owner", R"({"enabled":true})")["enabled"].as_bool());
}

TEST_F(Channels, ATestIsARealDeliveryToThatChannelOnly) {
    set_up_acme();
    add("http://127.0.0.1:9/hook");
    patch(acme_ + "/channels/hook", R"({"alerts":["server_down"]})");
    const auto playing = notifier("state = 'sent', attempt = 1, sent_at = clock_timestamp()");
    const auto tested = post(acme_ + "/channels/hook/test", "");
    EXPECT_TRUE(tested["delivered"].as_bool());
    EXPECT_EQ(value("SELECT count(*) FROM deliveries"), "1");
    EXPECT_EQ(
        value(
            "SELECT type || ' ' || kind || ' ' || subject FROM events WHERE id::text = '" +
            tested.text("eventId") + "'"),
        "channel_test channel hook");
    EXPECT_EQ(
        get(acme_ + "/deliveries?channel=hook")["items"].at(0).at("state").as_string(), "sent");
}

TEST_F(Channels, ATestThatFailsSaysWhyAndIsNotTriedAgain) {
    set_up_acme();
    add("http://127.0.0.1:9/hook");
    const auto playing = notifier(
        "attempt = 1, claimed = false, last_error = 'HTTP 500', next_at = next_at + interval '5s'");
    const auto tested = post(acme_ + "/channels/hook/test", "");
    EXPECT_FALSE(tested["delivered"].as_bool());
    EXPECT_EQ(tested.text("error"), "HTTP 500");
    EXPECT_EQ(value("SELECT state FROM deliveries"), "superseded");
}

}  // namespace
}  // namespace lumos::console::testing
