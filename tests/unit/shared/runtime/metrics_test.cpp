#include "workers/shared/runtime/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace lumos::runtime::metrics {
namespace {

using ::testing::HasSubstr;

TEST(Metrics, StandInTheExpositionUnderTheirNames) {
    Counter counter("test_things_total", "Things.", {{"kind", "a"}});
    Gauge gauge("test_level", "Level.");
    Histogram histogram("test_seconds", "Seconds.", {0.1, 1});
    counter.add();
    counter.add(2);
    gauge.set(4.5);
    histogram.observe(0.5);
    const auto text = exposition();
    EXPECT_THAT(text, HasSubstr("# HELP test_things_total Things.\n"));
    EXPECT_THAT(text, HasSubstr("test_things_total{kind=\"a\"} 3"));
    EXPECT_THAT(text, HasSubstr("test_level 4.5"));
    EXPECT_THAT(text, HasSubstr("test_seconds_bucket{le=\"0.1\"} 0"));
    EXPECT_THAT(text, HasSubstr("test_seconds_bucket{le=\"1\"} 1"));
}

TEST(Metrics, OfTheSameNameAndLabelsAreOne) {
    Counter first("test_shared_total", "Shared.");
    Counter second("test_shared_total", "Shared.");
    first.add();
    second.add();
    EXPECT_THAT(exposition(), HasSubstr("test_shared_total 2"));
}

TEST(Metrics, AddUpTheSeriesThatHaveALabel) {
    Counter("lumos_test_sum_total", "h", {{"kind", "a"}, {"outcome", "sent"}}).add(2);
    Counter("lumos_test_sum_total", "h", {{"kind", "b"}, {"outcome", "sent"}}).add(3);
    Counter("lumos_test_sum_total", "h", {{"kind", "b"}, {"outcome", "dead"}}).add(7);
    Histogram seconds("lumos_test_sum_seconds", "h", {1.0});
    seconds.observe(0.5);
    seconds.observe(2.0);

    EXPECT_EQ(total("lumos_test_sum_total", {{"outcome", "sent"}}), 5);
    EXPECT_EQ(total("lumos_test_sum_total", {{"kind", "b"}, {"outcome", "dead"}}), 7);
    EXPECT_EQ(total("lumos_test_sum_total"), 12);
    EXPECT_EQ(total("lumos_test_sum_seconds"), 2.5);
    EXPECT_EQ(total("lumos_test_sum_total", {{"kind", "c"}}), 0);
    EXPECT_EQ(total("lumos_test_nothing_total"), 0);
}

}  // namespace
}  // namespace lumos::runtime::metrics
