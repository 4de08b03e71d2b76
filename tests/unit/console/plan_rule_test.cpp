#include "workers/console/plan_rule.h"

#include <gtest/gtest.h>

namespace lumos::console {
namespace {

const PlanTerms kFree{"free", 1, false};
const PlanTerms kPro{"pro", std::nullopt, true};
const std::vector<PlanTerms> kPlans{kFree, kPro, {"enterprise", std::nullopt, true}};

TEST(Plan, FreeIncludesOneServer) {
    EXPECT_FALSE(refusal_of_servers(kFree, 1, kPlans));
    const auto refusal = refusal_of_servers(kFree, 2, kPlans);
    ASSERT_TRUE(refusal);
    EXPECT_EQ(refusal->detail, "the plan free includes 1 server");
    EXPECT_EQ(refusal->needed, "pro");
}

TEST(Plan, ProIncludesAnyNumberOfServers) {
    EXPECT_FALSE(refusal_of_servers(kPro, 10'000, kPlans));
}

TEST(Plan, FreeDoesNotIncludeFailover) {
    EXPECT_FALSE(refusal_of_failover(kFree, 1, kPlans));
    ASSERT_TRUE(refusal_of_failover(kFree, 2, kPlans));
    EXPECT_EQ(refusal_of_failover(kFree, 2, kPlans)->needed, "pro");
    EXPECT_FALSE(refusal_of_failover(kPro, 2, kPlans));
}

TEST(Plan, NamesNoPlanWhereNoneWouldDo) {
    EXPECT_EQ(refusal_of_servers(kFree, 2, {kFree})->needed, "");
}

}  // namespace
}  // namespace lumos::console
