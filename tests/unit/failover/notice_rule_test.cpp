#include "workers/failover/notice_rule.h"

#include "tests/unit/failover/builders.h"

#include <gtest/gtest.h>

namespace lumos::failover {
namespace {

using namespace testing;

TEST(UpdateHold, TellsAfterTenSecondsOnce) {
    const auto first = update_hold({}, "no_healthy_secondary", kNow);
    const auto early = update_hold(first.state, "no_healthy_secondary", kNow + 9s);
    const auto told = update_hold(early.state, "no_healthy_secondary", kNow + 10s);
    const auto after = update_hold(told.state, "no_healthy_secondary", kNow + 60s);

    EXPECT_FALSE(first.tell);
    EXPECT_EQ(first.look_again, kNow + 10s);
    EXPECT_FALSE(early.tell);
    EXPECT_TRUE(told.tell);
    EXPECT_EQ(told.look_again, std::nullopt);
    EXPECT_FALSE(after.tell);
    EXPECT_EQ(after.state.since, kNow);
}

TEST(UpdateHold, TellsAnotherCodeAfterItsOwnTenSeconds) {
    const HoldState told{.code = "rate_limited", .since = kNow - 1h, .told = "rate_limited"};

    const auto changed = update_hold(told, "token_invalid", kNow);
    const auto later = update_hold(changed.state, "token_invalid", kNow + 10s);

    EXPECT_FALSE(changed.tell);
    EXPECT_TRUE(later.tell);
}

TEST(UpdateHold, NeverTellsWhatPassesByItself) {
    for (const char* code : {"calling", "grace", "pending_change"}) {
        const auto begun = update_hold({}, code, kNow);
        const auto later = update_hold(begun.state, code, kNow + 1h);

        EXPECT_FALSE(later.tell) << code;
        EXPECT_EQ(begun.look_again, std::nullopt) << code;
    }
}

TEST(UpdateHold, DoesNotTellAgainAfterAMomentOfCalling) {
    const HoldState told{
        .code = "no_healthy_secondary", .since = kNow - 1h, .told = "no_healthy_secondary"};

    const auto calling = update_hold(told, "calling", kNow);
    const auto held = update_hold(calling.state, "no_healthy_secondary", kNow + 5s);
    const auto later = update_hold(held.state, "no_healthy_secondary", kNow + 60s);

    EXPECT_FALSE(later.tell);
}

TEST(UpdateHold, ForgetsWithTheHold) {
    const HoldState told{.code = "token_invalid", .since = kNow, .told = "token_invalid"};

    EXPECT_EQ(update_hold(told, std::nullopt, kNow).state, HoldState{});
}

TEST(UpdateUndone, TellsAfterAMinuteOnce) {
    const auto begun = update_undone({}, Wanted::Yes, "", kNow);
    const auto told = update_undone(begun.state, Wanted::Yes, "rate_limited", kNow + 60s);
    const auto after = update_undone(told.state, Wanted::Yes, "rate_limited", kNow + 120s);

    EXPECT_FALSE(begun.tell);
    EXPECT_EQ(begun.look_again, kNow + 60s);
    EXPECT_TRUE(told.tell);
    EXPECT_FALSE(after.tell);
}

TEST(UpdateUndone, TellsARefusedTokenAtOnce) {
    for (const char* code : {"token_invalid", "token_permission", "zone_unknown"}) {
        EXPECT_TRUE(update_undone({}, Wanted::Yes, code, kNow).tell) << code;
    }
    EXPECT_FALSE(update_undone({}, Wanted::Yes, "provider_unreachable", kNow).tell);
}

TEST(UpdateUndone, KeepsItsMemoryOnTheWayAndLosesItWhenNothingIsWanted) {
    const UndoneState told{.since = kNow - 1h, .told = true};

    EXPECT_EQ(update_undone(told, Wanted::Waiting, "", kNow).state, told);
    EXPECT_EQ(update_undone(told, Wanted::No, "", kNow).state, UndoneState{});
}

}  // namespace
}  // namespace lumos::failover
