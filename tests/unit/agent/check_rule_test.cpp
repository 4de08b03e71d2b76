#include "workers/agent/check_rule.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <chrono>
#include <string>
#include <vector>

namespace lumos::agent {
namespace {

Time second(std::int64_t n) {
    return Time(std::chrono::seconds(n));
}

// 'o' a success, 'x' a failure; one a second, from second 1 on.
CheckState after_looks(const std::string& looks) {
    CheckState state{.last = {}, .since = second(0)};
    std::int64_t now = 0;
    for (const char look : looks) {
        const bool ok = look == 'o';
        state = after(state, {ok, 1.5, ok ? "" : "connection refused"}, second(++now));
    }
    return state;
}

struct VerdictCase {
    std::string looks;
    CheckVerdict verdict;
    std::int64_t since;
};
void PrintTo(const VerdictCase& c, std::ostream* out) {
    *out << '"' << c.looks << '"';
}

class Verdicts : public ::testing::TestWithParam<VerdictCase> {};

TEST_P(Verdicts, NeedThreeFailuresAndTwoSuccessesInARow) {
    const auto state = after_looks(GetParam().looks);
    EXPECT_EQ(state.verdict, GetParam().verdict);
    EXPECT_EQ(state.since, second(GetParam().since));
}

INSTANTIATE_TEST_SUITE_P(
    Table,
    Verdicts,
    ::testing::Values(
        VerdictCase{"", CheckVerdict::Undecided, 0},
        VerdictCase{"o", CheckVerdict::Passing, 1},
        VerdictCase{"x", CheckVerdict::Undecided, 0},
        VerdictCase{"xx", CheckVerdict::Undecided, 0},
        VerdictCase{"xxx", CheckVerdict::Failing, 3},
        VerdictCase{"xxo", CheckVerdict::Passing, 3},
        VerdictCase{"ox", CheckVerdict::Passing, 1},
        VerdictCase{"oxx", CheckVerdict::Passing, 1},
        VerdictCase{"oxxx", CheckVerdict::Failing, 4},
        VerdictCase{"oxxoxx", CheckVerdict::Passing, 1},
        VerdictCase{"oxxoxxx", CheckVerdict::Failing, 7},
        VerdictCase{"oxxxxxxx", CheckVerdict::Failing, 4},
        VerdictCase{"oxxxo", CheckVerdict::Failing, 4},
        VerdictCase{"oxxxoo", CheckVerdict::Passing, 6},
        VerdictCase{"oxxxoxoxo", CheckVerdict::Failing, 4},
        VerdictCase{"oxxxoxoo", CheckVerdict::Passing, 8},
        VerdictCase{"xxxo", CheckVerdict::Failing, 3},
        VerdictCase{"xxxoo", CheckVerdict::Passing, 5}));

TEST(CheckRule, KeepsWhatTheLastLookSaw) {
    const auto state = after_looks("ox");
    EXPECT_EQ(state.last.error, "connection refused");
    EXPECT_EQ(state.last.latency_ms, 1.5);
}

TEST(Overall, SaysNothingWhileOneIsUndecided) {
    EXPECT_EQ(overall({}), CheckVerdict::Passing);
    EXPECT_EQ(overall({after_looks("o"), after_looks("o")}), CheckVerdict::Passing);
    EXPECT_EQ(overall({after_looks("o"), after_looks("xxx")}), CheckVerdict::Failing);
    EXPECT_EQ(overall({after_looks("xxx"), after_looks("x")}), CheckVerdict::Undecided);
}

RC_GTEST_PROP(CheckRule, TurnsOnlyAfterEnoughLooksOfOneKind, ()) {
    const auto looks = *rc::gen::container<std::string>(rc::gen::element('o', 'x'));
    const auto verdict = after_looks(looks).verdict;
    const auto ends_with = [&](const std::string& tail) { return looks.ends_with(tail); };
    if (ends_with("xxx")) {
        RC_ASSERT(verdict == CheckVerdict::Failing);
    }
    if (ends_with("oo")) {
        RC_ASSERT(verdict == CheckVerdict::Passing);
    }
    if (verdict == CheckVerdict::Failing) {
        RC_ASSERT(looks.find("xxx") != std::string::npos);
    }
    if (looks.find('o') != std::string::npos) {
        RC_ASSERT(verdict != CheckVerdict::Undecided);
    }
}

}  // namespace
}  // namespace lumos::agent
