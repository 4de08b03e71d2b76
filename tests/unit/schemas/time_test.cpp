#include "schemas/time.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <string>

namespace lumos {
namespace {

using namespace std::chrono_literals;

constexpr Time kMoment =
    std::chrono::sys_days{std::chrono::year{2026} / 11 / 22} + 3h + 12min + 4s + 117'345us;

struct Case {
    const char* text;
    std::optional<Time> expected;
};

std::ostream& operator<<(std::ostream& out, const Case& one) {
    return out << one.text;
}

class ParseTime : public testing::TestWithParam<Case> {};

TEST_P(ParseTime, ReadsWhatMessagesAndRowsHold) {
    EXPECT_EQ(parse_time(GetParam().text), GetParam().expected);
}

INSTANTIATE_TEST_SUITE_P(
    Table,
    ParseTime,
    testing::Values(
        Case{"2026-11-22T03:12:04.117345Z", kMoment},
        Case{"2026-11-22T03:12:04.117345000Z", kMoment},
        Case{"2026-11-22T03:12:04.117345999Z", kMoment},
        Case{"2026-11-22 03:12:04.117345+00", kMoment},
        Case{"2026-11-22 04:12:04.117345+01", kMoment},
        Case{"2026-11-22 08:42:04.117345+05:30", kMoment},
        Case{"2026-11-22 08:42:04.117345+0530", kMoment},
        Case{"2026-11-21T22:12:04.117345-05:00", kMoment},
        Case{"2026-11-22 03:12:04+00", kMoment - 117'345us},
        Case{"2026-11-22T03:12:04.1Z", kMoment - 17'345us},
        Case{"2026-11-22t03:12:04.117345z", kMoment},
        Case{"2024-02-29T00:00:00Z", std::chrono::sys_days{std::chrono::year{2024} / 2 / 29}},
        Case{"2016-12-31T23:59:60Z", std::chrono::sys_days{std::chrono::year{2017} / 1 / 1}},
        Case{"", std::nullopt},
        Case{"now", std::nullopt},
        Case{"infinity", std::nullopt},
        Case{"2026-11-22", std::nullopt},
        Case{"2026-11-22T03:12Z", std::nullopt},
        Case{"2026-11-22T03:12:04", std::nullopt},
        Case{"2026-11-22T03:12:04.Z", std::nullopt},
        Case{"2026-11-22T24:00:00Z", std::nullopt},
        Case{"2026-11-22T03:60:00Z", std::nullopt},
        Case{"2026-11-22T03:12:61Z", std::nullopt},
        Case{"2023-02-29T00:00:00Z", std::nullopt},
        Case{"2026-13-01T00:00:00Z", std::nullopt},
        Case{"2026-00-01T00:00:00Z", std::nullopt},
        Case{"2026-11-22T03:12:04+24:00", std::nullopt},
        Case{"2026-11-22T03:12:04Z ", std::nullopt},
        Case{"2026-11-22T03:12:04ZZ", std::nullopt},
        Case{"0044-03-15 12:00:00+00 BC", std::nullopt}));

TEST(Time, IsWrittenWithMillisecondsForMessagesAndMicrosecondsForRows) {
    EXPECT_EQ(to_rfc3339(kMoment), "2026-11-22T03:12:04.117Z");
    EXPECT_EQ(to_sql_time(kMoment), "2026-11-22T03:12:04.117345Z");
    EXPECT_EQ(to_rfc3339(Time{-1us}), "1969-12-31T23:59:59.999Z");
}

TEST(Time, ComesBackFromItsRowAsItWas) {
    EXPECT_TRUE(rc::check([] {
        // From year 0 to 9999.
        const Time time{std::chrono::microseconds{
            *rc::gen::inRange<std::int64_t>(-62'167'219'200'000'000, 253'402'300'799'999'999)}};
        RC_ASSERT(parse_time(to_sql_time(time)) == time);
        RC_ASSERT(
            parse_time(to_rfc3339(time)) == std::chrono::floor<std::chrono::milliseconds>(time));
    }));
}

TEST(Time, NoTextDisturbsItsReader) {
    EXPECT_TRUE(rc::check([](const std::string& text) { (void)parse_time(text); }));
    EXPECT_TRUE(rc::check([] {
        auto text = to_sql_time(kMoment);
        const auto at = *rc::gen::inRange<std::size_t>(0, text.size());
        text[at] = *rc::gen::arbitrary<char>();
        (void)parse_time(text.substr(0, *rc::gen::inRange<std::size_t>(0, text.size() + 1)));
    }));
}

}  // namespace
}  // namespace lumos
