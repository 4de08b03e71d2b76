#include "workers/shared/runtime/words_rule.h"

#include <gtest/gtest.h>

#include <limits>

namespace lumos::runtime {
namespace {

TEST(InWords, WritesDurationsForSentences) {
    EXPECT_EQ(in_words(Seconds(42.4)), "42 s");
    EXPECT_EQ(in_words(Seconds(462)), "7 min 42 s");
    EXPECT_EQ(in_words(Seconds(7'380)), "2 h 3 min");
}

TEST(InShort, WritesDurationsForTables) {
    EXPECT_EQ(in_short(Seconds(4)), "4s");
    EXPECT_EQ(in_short(Seconds(412.4)), "6m52s");
    EXPECT_EQ(in_short(Seconds(126)), "2m06s");
    EXPECT_EQ(in_short(Seconds(7'500)), "2h05m");
    EXPECT_EQ(in_short(Seconds(273'600)), "3d04h");
}

TEST(InShort, TakesWhatIsNoDurationForNothing) {
    EXPECT_EQ(in_short(Seconds(-3)), "0s");
    EXPECT_EQ(in_short(Seconds(std::numeric_limits<double>::infinity())), "0s");
    EXPECT_EQ(in_short(Seconds(std::numeric_limits<double>::quiet_NaN())), "0s");
}

TEST(Nearest, IsTheKnownWordThatNeedsTheFewestEdits) {
    EXPECT_EQ(nearest("nats_ulr", {"nats_url", "nats_creds"}), "nats_url");
    EXPECT_EQ(nearest("reddy_hold", {"nats_url", "ready_hold"}), "ready_hold");
    EXPECT_EQ(nearest("severs", {"servers", "domains"}), "servers");
    EXPECT_EQ(nearest("failover_ttl", {"failoverTtl", "ttl"}), "failoverTtl");
}

TEST(Nearest, IsALongerNameThatContainsTheWord) {
    EXPECT_EQ(nearest("creds", {"nats_url", "nats_creds"}), "nats_creds");
}

TEST(Nearest, IsNothingWhereNoneIsNear) {
    EXPECT_FALSE(nearest("banana", {"servers", "domains"}));
    EXPECT_FALSE(nearest(std::string(1'000, 'x'), {"servers"}));
    EXPECT_FALSE(nearest("x", {}));
}

}  // namespace
}  // namespace lumos::runtime
