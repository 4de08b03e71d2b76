#include "workers/notifier/signature.h"

#include <gtest/gtest.h>

namespace lumos::notifier {
namespace {

const runtime::Secret kSecret{"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"};
constexpr std::string_view kBody = R"({"test": 2432232314})";
constexpr std::int64_t kStamp = 1614265330;

TEST(Signature, IsTheOneThatTheStandardPublishes) {
    EXPECT_EQ(
        sign_webhook(kSecret, "msg_p5jXN8AQM9LWM0D4loKWxJek", kStamp, kBody),
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

TEST(Signature, WhileASecretIsReplacedBothSign) {
    const std::string other = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX";
    const auto one = sign_webhook(kSecret, "1", kStamp, kBody);
    const auto two = sign_webhook(runtime::Secret(other), "1", kStamp, kBody);
    const auto both =
        sign_webhook(runtime::Secret(kSecret.reveal() + " " + other), "1", kStamp, kBody);
    EXPECT_EQ(both, *one + " " + *two);
    EXPECT_NE(one, two);
}

TEST(Signature, CoversIdTimeAndBody) {
    const auto signature = sign_webhook(kSecret, "1", kStamp, kBody);
    EXPECT_NE(signature, sign_webhook(kSecret, "2", kStamp, kBody));
    EXPECT_NE(signature, sign_webhook(kSecret, "1", kStamp + 1, kBody));
    EXPECT_NE(signature, sign_webhook(kSecret, "1", kStamp, "{}"));
}

TEST(Signature, ThereIsNoneWithoutASecret) {
    for (const auto* secret :
         {"", " ", "whsec_", "whsec_not base64", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_a"}) {
        EXPECT_EQ(sign_webhook(runtime::Secret(secret), "1", kStamp, kBody), std::nullopt)
            << secret;
    }
    EXPECT_EQ(sign_webhook(kSecret, "1.2", kStamp, kBody), std::nullopt);
}

}  // namespace
}  // namespace lumos::notifier
