#include "workers/failover/zone_queue.h"

#include <gtest/gtest.h>

namespace lumos::failover {
namespace {

using namespace std::chrono_literals;

const auto kStart = std::chrono::steady_clock::time_point{} + 1h;

TEST(ZoneQueue, HoldsAZoneOnce) {
    ZoneQueue queue(10);
    queue.push(1);
    queue.push(1);
    queue.push(2);

    EXPECT_EQ(queue.size(), 2U);
}

TEST(ZoneQueue, ChecksAZoneOnceMoreThatWasAskedForWhileItWasChecked) {
    ZoneQueue queue(10);
    std::stop_source stop;
    queue.push(1);
    ASSERT_EQ(queue.pop(stop.get_token()), 1);

    queue.push(1);
    queue.push(1);
    EXPECT_EQ(queue.size(), 0U) << "two threads on one zone";
    queue.done(1);

    EXPECT_EQ(queue.size(), 1U);
}

TEST(ZoneQueue, LeavesToTheRowsWhatDoesNotFit) {
    ZoneQueue queue(2);
    for (Id zone = 1; zone <= 5; ++zone) {
        queue.push(zone);
    }

    EXPECT_EQ(queue.size(), 2U);
}

TEST(ZoneQueue, PushesAnAlarmWhenItsTimeHasCome) {
    ZoneQueue queue(10);
    queue.push_at(1, kStart + 2s);
    queue.push_at(1, kStart + 5s);
    queue.push_at(2, kStart + 9s);

    EXPECT_EQ(queue.push_due(kStart), kStart + 2s);
    EXPECT_EQ(queue.size(), 0U);
    EXPECT_EQ(queue.push_due(kStart + 2s), kStart + 9s);
    EXPECT_EQ(queue.size(), 1U);
    EXPECT_EQ(queue.push_due(kStart + 9s), std::nullopt);
    EXPECT_EQ(queue.size(), 2U);
}

TEST(ZoneQueue, EndsAWaitWhenAskedToStop) {
    ZoneQueue queue(10);
    std::stop_source stop;
    stop.request_stop();

    EXPECT_EQ(queue.pop(stop.get_token()), std::nullopt);
    queue.wait_for_alarm(stop.get_token(), std::chrono::steady_clock::time_point::max());
}

}  // namespace
}  // namespace lumos::failover
