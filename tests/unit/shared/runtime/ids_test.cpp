#include "workers/shared/runtime/ids.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace lumos::runtime {
namespace {

TEST(NewUuid, IsVersionSevenAndCarriesTheMillisecond) {
    const Time far_future{std::chrono::milliseconds(0x0fff'1234'5678LL)};
    const auto id = new_uuid(far_future);
    EXPECT_EQ(id.size(), 36U);
    EXPECT_EQ(id.substr(0, 15), "0fff1234-5678-7") << id;
    EXPECT_THAT("89ab", testing::HasSubstr(id.substr(19, 1)));
}

TEST(NewUuid, RisesWithinOneMillisecondAndWhenTheClockGoesBack) {
    const Time now{std::chrono::milliseconds(0x0fff'2234'5678LL)};
    auto last = new_uuid(now);
    for (int i = 0; i < 10'000; ++i) {
        const auto next = new_uuid(i % 2 == 0 ? now : now - std::chrono::seconds(5));
        ASSERT_LT(last, next);
        last = next;
    }
}

TEST(NewUuid, IsNeverGivenTwiceByManyThreads) {
    const Time now{std::chrono::milliseconds(0x0fff'3234'5678LL)};
    std::vector<std::vector<std::string>> made(4);
    {
        std::vector<std::jthread> threads;
        for (auto& mine : made) {
            threads.emplace_back([&mine, now] {
                for (int i = 0; i < 2'000; ++i) {
                    mine.push_back(new_uuid(now));
                }
            });
        }
    }
    std::set<std::string> all;
    for (const auto& mine : made) {
        all.insert(mine.begin(), mine.end());
    }
    EXPECT_EQ(all.size(), 8'000U);
}

TEST(RandomHex, HasTwoDigitsAByteAndDiffers) {
    EXPECT_EQ(random_hex(4).size(), 8U);
    EXPECT_NE(random_hex(8), random_hex(8));
}

}  // namespace
}  // namespace lumos::runtime
