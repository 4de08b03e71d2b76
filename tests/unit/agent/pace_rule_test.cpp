#include "workers/agent/pace_rule.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <chrono>
#include <vector>

namespace lumos::agent {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kInterval{15'000};
PaceTime at(milliseconds since_start) {
    return PaceTime(std::chrono::hours(1)) + since_start;
}

TEST(Pace, TheFirstHeartbeatIsDueAtOnce) {
    EXPECT_EQ(next_at({}, false, at(milliseconds(0))), at(milliseconds(0)));
}

TEST(Pace, WithoutAReasonTheNextComesWithinTheIntervalButNotMuchEarlier) {
    const auto earliest = after_sending({}, at(milliseconds(0)), kInterval, 0.999);
    const auto latest = after_sending({}, at(milliseconds(0)), kInterval, 0);
    EXPECT_EQ(next_at(latest, false, at(milliseconds(1))), at(kInterval));
    const auto next = next_at(earliest, false, at(milliseconds(1)));
    EXPECT_GE(next, at(milliseconds(14'250)));
    EXPECT_LT(next, at(milliseconds(14'260)));
}

TEST(Pace, WithAReasonTheNextGoesAtOnce) {
    const auto pace = after_sending({}, at(milliseconds(0)), kInterval, 0);
    EXPECT_EQ(next_at(pace, true, at(milliseconds(3))), at(milliseconds(3)));
}

TEST(Pace, TheEleventhReasonWithinASecondWaitsForItsEnd) {
    Pace pace;
    for (int i = 0; i < 10; ++i) {
        const auto now = at(milliseconds(i * 10));
        EXPECT_EQ(next_at(pace, true, now), now);
        pace = after_sending(pace, now, kInterval, 0);
    }
    EXPECT_EQ(next_at(pace, true, at(milliseconds(100))), at(milliseconds(1'000)));
    EXPECT_EQ(next_at(pace, true, at(milliseconds(2'000))), at(milliseconds(2'000)));
}

RC_GTEST_PROP(Pace, NeverSendsMoreThanTenInASecondNorRestsLongerThanTheInterval, ()) {
    const auto gaps = *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 2'000));
    Pace pace;
    std::vector<PaceTime> sent;
    auto now = at(milliseconds(0));
    for (const int gap : gaps) {
        // A reason comes after the gap, or the regular one before it.
        const auto reason_at = now + milliseconds(gap);
        const auto regular = next_at(pace, false, now);
        const auto go = std::max(std::min(next_at(pace, true, reason_at), regular), now);
        pace = after_sending(pace, go, kInterval, 0.5);
        sent.push_back(go);
        now = go;
    }
    for (std::size_t i = 10; i < sent.size(); ++i) {
        RC_ASSERT(sent[i] - sent[i - 10] >= std::chrono::seconds(1));
    }
    for (std::size_t i = 1; i < sent.size(); ++i) {
        RC_ASSERT(sent[i] - sent[i - 1] <= kInterval);
    }
}

}  // namespace
}  // namespace lumos::agent
