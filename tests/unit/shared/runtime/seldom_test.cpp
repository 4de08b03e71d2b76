#include "workers/shared/runtime/seldom.h"

#include <gtest/gtest.h>

namespace lumos::runtime {
namespace {

using std::chrono::seconds;

TEST(Seldom, SpeaksOnceAMinuteAndCountsWhatItKeptToItself) {
    Seldom seldom;
    const SteadyTime start{};

    EXPECT_EQ(seldom.one_more(start), 1);
    EXPECT_EQ(seldom.one_more(start), std::nullopt);
    EXPECT_EQ(seldom.one_more(start + seconds(59)), std::nullopt);
    EXPECT_EQ(seldom.one_more(start + seconds(60)), 3);
    EXPECT_EQ(seldom.one_more(start + seconds(61)), std::nullopt);
    EXPECT_EQ(seldom.one_more(start + seconds(200)), 2);
}

}  // namespace
}  // namespace lumos::runtime
