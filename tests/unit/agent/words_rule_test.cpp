#include "workers/agent/words_rule.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

namespace lumos::agent {
namespace {

const Speaker kFra{"acme", "fra-1", "acme.fra-1"};

TEST(Words, ARefusalForAnotherServersCredentialsNamesWhoseTheyAre) {
    EXPECT_EQ(
        words_for_refusal(
            "Permissions Violation for Publish to \"lumos.agent.acme.fra-1.heartbeat\"",
            {"acme", "fra-1", "acme.iad-1"}),
        "server refused heartbeats: these credentials are for acme/iad-1");
}

TEST(Words, ARefusalOfOnesOwnIsShownAsNatsSaysIt) {
    EXPECT_EQ(
        words_for_refusal("Permissions Violation for Publish to \"x\"", kFra),
        "server refused heartbeats of acme/fra-1: Permissions Violation for Publish to \"x\"");
    EXPECT_EQ(
        words_for_refusal("'Permissions Violation for Subscription to \"x\"'", kFra),
        "server refused calls of acme/fra-1: 'Permissions Violation for Subscription to \"x\"'");
    EXPECT_EQ(words_for_refusal("Slow Consumer", kFra), "server says: Slow Consumer");
}

TEST(Words, RevokedCredentialsSayWhatToDo) {
    EXPECT_EQ(
        words_for_refusal("User Authentication Revoked", kFra),
        "server says: credentials revoked; ask the control plane's operator for new ones");
}

TEST(Words, AFailedConnectSaysWhatIsWrongAndThatItGoesOn) {
    EXPECT_EQ(
        words_for_failed_connect("nats://a:4222", "connection refused", 3),
        "cannot connect to nats://a:4222: connection refused; retrying (attempt 3)");
    EXPECT_EQ(
        words_for_failed_connect("tls://a:443", "SSL error: certificate has expired", 1),
        "certificate of tls://a:443 not trusted: SSL error: certificate has expired; retrying "
        "(attempt 1)");
    EXPECT_EQ(
        words_for_failed_connect("nats://a:4222", "Authorization Violation", 2),
        "server refuses these credentials: Authorization Violation; if this stays, ask the control "
        "plane's operator for "
        "new ones; retrying (attempt 2)");
}

TEST(Words, TheLibrarysOwnPlaceIsLeftOut) {
    EXPECT_EQ(
        words_for_failed_connect(
            "nats://a:4222",
            "cannot connect to nats://a:4222: (conn.c:2088): No server available for connection",
            1),
        "cannot connect to nats://a:4222: No server available for connection; retrying (attempt "
        "1)");
}

TEST(Words, ALostConnectionSaysWhy) {
    EXPECT_EQ(words_for_loss("Stale Connection"), "connection lost: Stale Connection; retrying");
    EXPECT_EQ(words_for_loss(""), "connection lost: no reason given; retrying");
}

TEST(Words, LongOutagesDoNotFillTheLog) {
    std::vector<std::int64_t> told;
    for (std::int64_t attempt = 0; attempt <= 100; ++attempt) {
        if (is_worth_a_line(attempt)) {
            told.push_back(attempt);
        }
    }
    EXPECT_EQ(told, (std::vector<std::int64_t>{1, 2, 4, 8, 16, 32, 64}));
}

}  // namespace
}  // namespace lumos::agent
