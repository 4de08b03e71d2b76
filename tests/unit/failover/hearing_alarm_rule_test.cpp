#include "workers/failover/hearing_alarm_rule.h"

#include "tests/unit/failover/builders.h"

#include <gtest/gtest.h>

namespace lumos::failover {
namespace {

using namespace testing;

const auto kStart = std::chrono::steady_clock::time_point{} + 1h;

// Looks once a second for that long; the newest verdict.
struct Watcher {
    HearingMemory memory = {};
    std::chrono::steady_clock::time_point at = kStart;
    Time now = kNow;

    HearingVerdict watch(
        std::chrono::seconds lasting,
        std::optional<Time> advanced_at,
        std::optional<Seconds> span) {
        HearingVerdict verdict;
        for (auto second = 0s; second < lasting; ++second) {
            at += 1s;
            now += 1s;
            verdict = judge_hearing(memory, {now, advanced_at ? advanced_at : now, span}, at, 120s);
        }
        return verdict;
    }
    HearingVerdict hear(std::chrono::seconds lasting, Seconds span) {
        return watch(lasting, std::nullopt, span);
    }
};

TEST(JudgeHearing, RaisesAfterAMinuteWithoutAnAdvance) {
    Watcher watcher;
    (void)watcher.hear(10s, 600s);
    const auto last = watcher.now;

    EXPECT_EQ(watcher.watch(59s, last, 600s).unheard, AlarmChange::None);
    EXPECT_EQ(watcher.watch(1s, last, 600s).unheard, AlarmChange::Raise);
}

TEST(JudgeHearing, RaisesNothingAtTheFirstLookAfterTheDatabaseWasAway) {
    Watcher watcher;
    (void)watcher.hear(10s, 600s);
    const auto last = watcher.now;
    watcher.at += 180s;
    watcher.now += 180s;

    EXPECT_EQ(watcher.watch(9s, last, 600s).unheard, AlarmChange::None);
    EXPECT_EQ(watcher.hear(1s, 1s).unheard, AlarmChange::Clear);
}

TEST(JudgeHearing, RaisesSoonWhereHearingStaysAwayAfterThat) {
    Watcher watcher;
    const auto last = kNow - 300s;

    EXPECT_EQ(watcher.watch(11s, last, 600s).unheard, AlarmChange::Raise);
}

TEST(JudgeHearing, RaisesWhereNoNodeWasEverHeard) {
    HearingMemory memory;
    const auto look = [&](std::chrono::seconds after) {
        return judge_hearing(memory, {kNow, {}, {}}, kStart + after, 120s).unheard;
    };
    for (auto after = 0s; after < 60s; ++after) {
        EXPECT_EQ(look(after), AlarmChange::None);
    }
    EXPECT_EQ(look(60s), AlarmChange::Raise);
}

TEST(JudgeHearing, ClearsWithTheNextAdvance) {
    Watcher watcher;
    (void)watcher.watch(70s, kNow, 600s);

    EXPECT_EQ(watcher.hear(1s, 0s).unheard, AlarmChange::Clear);
}

TEST(JudgeHearing, RaisesWhereTheSpanStaysYoungForFiveMinutes) {
    Watcher watcher;

    EXPECT_EQ(watcher.hear(300s, 30s).broken, AlarmChange::None);
    EXPECT_EQ(watcher.hear(1s, 30s).broken, AlarmChange::Raise);
    EXPECT_EQ(watcher.hear(1s, 121s).broken, AlarmChange::Clear);
}

TEST(JudgeHearing, DoesNotCountTheTimeInWhichItDidNotLook) {
    Watcher watcher;
    (void)watcher.hear(130s, 60s);  // Everything was just started.
    watcher.at += 180s;             // The database was away.
    watcher.now += 180s;

    EXPECT_EQ(watcher.hear(119s, 10s).broken, AlarmChange::None);
}

TEST(JudgeHearing, TakesALongBreakForOneBreakAndNotForHearingThatBreaksOffAgainAndAgain) {
    Watcher watcher;
    (void)watcher.watch(400s, kNow, 600s);

    EXPECT_EQ(watcher.hear(119s, 10s).broken, AlarmChange::None);
}

}  // namespace
}  // namespace lumos::failover
