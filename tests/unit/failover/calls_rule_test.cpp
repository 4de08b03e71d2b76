#include "workers/failover/calls_rule.h"

#include "tests/unit/failover/builders.h"

#include <gtest/gtest.h>

namespace lumos::failover {
namespace {

using namespace testing;

Decision hold(const char* code, std::vector<Id> candidates) {
    Decision decision;
    decision.action = Action::Hold;
    decision.code = code;
    decision.candidates = std::move(candidates);
    return decision;
}

Server waited_for(Server server, Time since) {
    server.waited_since = since;
    return server;
}

TEST(PlanCalls, CallsNobodyWhereNobodysWordIsWanted) {
    const auto servers = fleet({out(kPrimary), out(kSecond)});

    const auto plan = plan_calls(domain(), hold("no_healthy_secondary", {}), servers, {}, kNow);

    EXPECT_TRUE(plan.now.empty());
    EXPECT_EQ(plan.look_again, std::nullopt);
}

TEST(PlanCalls, CallsWhenThePublishedServerHasChangedSinceTheLastCall) {
    const auto servers = fleet({in_grace(kPrimary), ready(kSecond)});

    const auto plan = plan_calls(domain(), hold("grace", {kSecond}), servers, kNow - 14s, kNow);

    EXPECT_EQ(plan.now, std::vector<Id>{kSecond});
    EXPECT_EQ(plan.look_again, kNow + 1s);
}

TEST(PlanCalls, IsNotCausedByAnAnswer) {
    const auto servers = fleet({in_grace(kPrimary), ready(kSecond)});

    const auto plan = plan_calls(domain(), hold("grace", {kSecond}), servers, kNow - 12s, kNow);

    EXPECT_TRUE(plan.now.empty());
    EXPECT_EQ(plan.look_again, std::nullopt);
}

TEST(PlanCalls, CallsAgainAfterASecondWithoutAnAnswer) {
    const auto servers = fleet({in_grace(kPrimary), waited_for(ready(kSecond), kNow - 1s)});
    const auto decision = hold("grace", {kSecond});

    const auto early = plan_calls(domain(), decision, servers, kNow - 900ms, kNow);
    const auto later = plan_calls(domain(), decision, servers, kNow - 1s, kNow);

    EXPECT_TRUE(early.now.empty());
    EXPECT_EQ(early.look_again, kNow + 100ms);
    EXPECT_EQ(later.now, std::vector<Id>{kSecond});
    EXPECT_EQ(later.look_again, kNow + 1s);
}

TEST(PlanCalls, CallsAtOnceWhoseWordIsWantedAndOlderThanAsked) {
    const auto servers = fleet({out(kPrimary), quiet(ready(kSecond))});

    const auto plan = plan_calls(domain(), hold("calling", {kSecond}), servers, kNow - 2s, kNow);

    EXPECT_EQ(plan.now, std::vector<Id>{kSecond});
}

TEST(PlanCalls, CallsWhereNobodyWasEverCalled) {
    const auto servers = fleet({ready(kPrimary), ready(kSecond)});

    const auto plan = plan_calls(domain(kSecond), hold("calling", {kPrimary}), servers, {}, kNow);

    EXPECT_EQ(plan.now, std::vector<Id>{kPrimary});
}

}  // namespace
}  // namespace lumos::failover
