#include "workers/scheduler/tick_rule.h"

#include "schemas/work_messages.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <chrono>
#include <cstdint>

namespace lumos::scheduler {
namespace {

using namespace std::chrono_literals;

Time at(std::int64_t milliseconds) {
    return Time(std::chrono::milliseconds(milliseconds));
}

struct GridCase {
    std::int64_t now_ms;
    std::chrono::seconds interval;
    std::int64_t grid_second;
    std::int64_t cycle;
};
void PrintTo(const GridCase& c, std::ostream* out) {
    *out << c.now_ms << " ms, every " << c.interval.count() << " s";
}

class Grid : public ::testing::TestWithParam<GridCase> {};

TEST_P(Grid, LiesOnTheEpoch) {
    const auto tick = tick_at(at(GetParam().now_ms), GetParam().interval);
    EXPECT_EQ(tick.grid_second, GetParam().grid_second);
    EXPECT_EQ(tick.cycle(), GetParam().cycle);
    EXPECT_EQ(tick.interval_seconds, GetParam().interval.count());
}

INSTANTIATE_TEST_SUITE_P(
    Table,
    Grid,
    ::testing::Values(
        GridCase{0, 300s, 0, 0},
        GridCase{299'999, 300s, 0, 0},
        GridCase{300'000, 300s, 300, 1},
        GridCase{1'795'317'000'012, 300s, 1'795'317'000, 5'984'390},
        GridCase{1'795'317'299'999, 300s, 1'795'317'000, 5'984'390},
        GridCase{1'795'317'300'000, 300s, 1'795'317'300, 5'984'391},
        GridCase{1'795'317'000'999, 1s, 1'795'317'000, 1'795'317'000},
        GridCase{1'795'317'000'000, 7s, 1'795'316'999, 256'473'857}));

RC_GTEST_PROP(Grid, AnyTwoMomentsOfOneCycleHaveTheSameTickAndNoOthers, ()) {
    const auto interval = std::chrono::seconds(*rc::gen::inRange<std::int64_t>(1, 86'400));
    const auto now = at(*rc::gen::inRange<std::int64_t>(0, 4'000'000'000'000));
    const auto tick = tick_at(now, interval);
    RC_ASSERT(tick.grid_second % interval.count() == 0);
    RC_ASSERT(tick.starts_at() <= now);
    RC_ASSERT(now < tick.ends_at());
    RC_ASSERT(tick_at(tick.starts_at(), interval) == tick);
    RC_ASSERT(tick_at(tick.ends_at() - 1us, interval) == tick);
    RC_ASSERT(tick_at(tick.ends_at(), interval).cycle() == tick.cycle() + 1);
}

TEST(MayPublish, OnlyInItsCycleAndWhileTheStreamWouldKnowItAgain) {
    const auto tick = tick_at(at(3'600'000), 3'600s);
    EXPECT_FALSE(may_publish(tick, at(3'599'999)));
    EXPECT_TRUE(may_publish(tick, at(3'600'000)));
    EXPECT_TRUE(may_publish(tick, at(3'600'000 + 539'999)));
    EXPECT_FALSE(may_publish(tick, at(3'600'000 + 540'000)));
    const auto usual = tick_at(at(300'000), 300s);
    EXPECT_TRUE(may_publish(usual, at(599'999)));
    EXPECT_FALSE(may_publish(usual, at(600'000)));
}

TEST(TickMessage, CarriesTheIntervalInItsId) {
    const auto tick = tick_at(at(1'795'317'000'012), 300s);
    const auto body = message_of(tick, at(1'795'317'000'012));
    EXPECT_NE(body.find("\"id\":\"tick-300-1795317000\""), std::string::npos) << body;
    EXPECT_NE(body.find("\"subject\":\"1795317000\""), std::string::npos) << body;
    const auto read = schemas::read_cycle_tick(body);
    EXPECT_EQ(read.cycle, 5'984'390);
    EXPECT_EQ(read.interval_seconds, 300);
    EXPECT_EQ(read.starts_at, tick.starts_at());
}

}  // namespace
}  // namespace lumos::scheduler
