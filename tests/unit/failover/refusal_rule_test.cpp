#include "workers/failover/refusal_rule.h"

#include <gtest/gtest.h>

namespace lumos::failover {
namespace {

TEST(PlanRefusal, HalvesABatchOfSeveral) {
    const auto plan =
        plan_refusal("provider_rejected", {.domains = 9, .records = 9, .batch_limit = {}});

    EXPECT_EQ(plan.batch_limit, 4);
    EXPECT_FALSE(plan.domains_wait);
    EXPECT_FALSE(plan.block_token);
}

TEST(PlanRefusal, NeverGoesBelowOneRecord) {
    const auto plan =
        plan_refusal("provider_rejected", {.domains = 2, .records = 2, .batch_limit = 2});

    EXPECT_EQ(plan.batch_limit, 1);
}

TEST(PlanRefusal, LetsASingleDomainWaitAndEndsTheSearch) {
    const auto plan =
        plan_refusal("provider_rejected", {.domains = 1, .records = 2, .batch_limit = 1});

    EXPECT_TRUE(plan.domains_wait);
    EXPECT_EQ(plan.batch_limit, std::nullopt);
}

TEST(PlanRefusal, SearchesNoCulpritForARefusedToken) {
    const auto plan =
        plan_refusal("token_permission", {.domains = 50, .records = 50, .batch_limit = {}});

    EXPECT_TRUE(plan.domains_wait);
    EXPECT_EQ(plan.batch_limit, std::nullopt);
}

TEST(PlanRefusal, BlocksTheTokenAndNothingElseAfter429) {
    const auto plan = plan_refusal("rate_limited", {.domains = 3, .records = 3, .batch_limit = 8});

    EXPECT_TRUE(plan.block_token);
    EXPECT_FALSE(plan.domains_wait);
    EXPECT_EQ(plan.batch_limit, 8);
}

TEST(LimitAfterSuccess, HalvesWhileSearchingOnly) {
    EXPECT_EQ(limit_after_success(100), 50);
    EXPECT_EQ(limit_after_success(1), 1);
    EXPECT_EQ(limit_after_success(std::nullopt), std::nullopt);
}

}  // namespace
}  // namespace lumos::failover
