#include "workers/console/domain_edit_rule.h"

#include <gtest/gtest.h>

namespace lumos::console {
namespace {

ServersEdit edit(
    std::vector<std::string> before,
    std::vector<std::string> after,
    std::optional<std::string> published,
    std::string failover_status) {
    return {std::move(before), std::move(after), std::move(published), std::move(failover_status)};
}

TEST(DomainEdit, APublishedServerThatBecomesThePrimaryIsActiveWithoutAWrite) {
    const auto plan =
        plan_servers_edit(edit({"fra-1", "iad-1"}, {"iad-1", "fra-1"}, "iad-1", "failed_over"));
    EXPECT_EQ(plan.failover_status, "active");
    ASSERT_EQ(plan.notes.size(), 1U);
    EXPECT_NE(plan.notes[0].find("without a write"), std::string::npos);
}

TEST(DomainEdit, AnotherPrimaryLeavesThePublishedOneFailedOverUntilItIsReady) {
    const auto plan =
        plan_servers_edit(edit({"fra-1", "iad-1"}, {"iad-1", "fra-1"}, "fra-1", "active"));
    EXPECT_EQ(plan.failover_status, "failed_over");
    EXPECT_NE(plan.notes.at(0).find("until the new primary iad-1 is ready"), std::string::npos);
}

TEST(DomainEdit, APublishedServerThatIsTakenOutIsLeftFirst) {
    const auto plan = plan_servers_edit(edit({"fra-1", "iad-1"}, {"iad-1"}, "fra-1", "active"));
    EXPECT_EQ(plan.failover_status, "failed_over");
    EXPECT_NE(plan.notes.at(0).find("no longer assigned"), std::string::npos);
}

TEST(DomainEdit, AFurtherSecondaryChangesNothing) {
    const auto plan =
        plan_servers_edit(edit({"fra-1", "iad-1"}, {"fra-1", "iad-1", "sin-1"}, "fra-1", "active"));
    EXPECT_EQ(plan.failover_status, "active");
    EXPECT_TRUE(plan.notes.empty());
}

TEST(DomainEdit, WithoutAPublishedServerTheStatusStays) {
    EXPECT_EQ(
        plan_servers_edit(edit({"fra-1"}, {"iad-1"}, std::nullopt, "failed_over")).failover_status,
        "failed_over");
}

}  // namespace
}  // namespace lumos::console
