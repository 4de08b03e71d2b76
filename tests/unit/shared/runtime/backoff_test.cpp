#include "workers/shared/runtime/backoff.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <chrono>
#include <limits>

namespace lumos::runtime {
namespace {

using std::chrono::milliseconds;

TEST(Backoff, DoublesUpToTheLimit) {
    const Backoff backoff{milliseconds(250), milliseconds(5'000)};
    EXPECT_EQ(backoff.wait(1, 1.0), milliseconds(250));
    EXPECT_EQ(backoff.wait(2, 1.0), milliseconds(500));
    EXPECT_EQ(backoff.wait(5, 1.0), milliseconds(4'000));
    EXPECT_EQ(backoff.wait(6, 1.0), milliseconds(5'000));
    EXPECT_EQ(backoff.wait(std::numeric_limits<std::int64_t>::max(), 1.0), milliseconds(5'000));
}

TEST(Backoff, StaysBetweenThreeQuartersAndAllOfTheFullWait) {
    const bool holds = rc::check([] {
        const Backoff backoff{
            milliseconds(*rc::gen::inRange<std::int64_t>(1, 100'000)),
            milliseconds(*rc::gen::inRange<std::int64_t>(1, 1'000'000))};
        const auto failures = *rc::gen::inRange<std::int64_t>(1, 1'000);
        const double random = static_cast<double>(*rc::gen::inRange(0, 1'000)) / 1'000;
        const auto full = backoff.wait(failures, 1.0);
        const auto wait = backoff.wait(failures, random);
        RC_ASSERT(wait <= full);
        RC_ASSERT(full <= backoff.most);
        RC_ASSERT(wait + milliseconds(1) >= full * 3 / 4);
        RC_ASSERT(backoff.wait(failures + 1, 1.0) >= full);
    });
    EXPECT_TRUE(holds);
}

TEST(RandomUnit, IsInTheUnitIntervalAndVaries) {
    double least = 1;
    double most = 0;
    for (int i = 0; i < 1'000; ++i) {
        const double value = random_unit();
        ASSERT_GE(value, 0.0);
        ASSERT_LT(value, 1.0);
        least = std::min(least, value);
        most = std::max(most, value);
    }
    EXPECT_LT(least, 0.1);
    EXPECT_GT(most, 0.9);
}

}  // namespace
}  // namespace lumos::runtime
