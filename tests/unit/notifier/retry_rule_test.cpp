#include "workers/notifier/retry_rule.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace lumos::notifier {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

const Time kNow = *parse_time("2026-11-22T03:12:04Z");

TEST(Retry, AnswersMeanWhatStandardWebhooksSays) {
    struct Row {
        int status;
        Answer answer;
    };
    for (const auto& row : std::vector<Row>{
             {200, Answer::Taken},
             {202, Answer::Taken},
             {204, Answer::Taken},
             {299, Answer::Taken},
             {100, Answer::TryAgain},
             {301, Answer::TryAgain},
             {302, Answer::TryAgain},
             {400, Answer::TryAgain},
             {401, Answer::TryAgain},
             {404, Answer::TryAgain},
             {410, Answer::Gone},
             {429, Answer::TryAgain},
             {500, Answer::TryAgain},
             {503, Answer::TryAgain}}) {
        const auto outcome = judge_http(row.status, std::nullopt, kNow);
        EXPECT_EQ(outcome.answer, row.answer) << row.status;
        EXPECT_EQ(outcome.error.empty(), row.answer == Answer::Taken) << row.status;
    }
}

TEST(Retry, RetryAfterIsReadInBothForms) {
    EXPECT_EQ(parse_retry_after("120", kNow), seconds(120));
    EXPECT_EQ(parse_retry_after("0", kNow), seconds(0));
    EXPECT_EQ(parse_retry_after("Sun, 22 Nov 2026 03:14:04 GMT", kNow), seconds(120));
    EXPECT_EQ(parse_retry_after("Sun, 22 Nov 2026 03:00:00 GMT", kNow), seconds(0));
    for (const auto* wrong :
         {"",
          "-1",
          "soon",
          "12 s",
          "Sun, 22 Nov 2026 03:14:04 CET",
          "Sun, 32 Nov 2026 03:14:04 GMT",
          "Sun, 22 Foo 2026 03:14:04 GMT",
          "99999999999999999999"}) {
        EXPECT_EQ(parse_retry_after(wrong, kNow), std::nullopt) << wrong;
    }
}

TEST(Retry, APauseThatTheReceiverAsksForIsKept) {
    const auto outcome = judge_http(429, "300", kNow);
    EXPECT_EQ(outcome.pause, seconds(300));
    const auto next = next_step(outcome, {.number = 1, .age = seconds(1), .random = 0.5});
    EXPECT_EQ(next.what, Next::What::Again);
    EXPECT_EQ(next.wait, seconds(300));
}

TEST(Retry, WhatIsRefusedOrGoneIsGivenUpAtOnce) {
    for (const auto answer : {Answer::Rejected, Answer::Gone}) {
        EXPECT_EQ(next_step({answer, "no"}, {.number = 1}).what, Next::What::GiveUp);
    }
    EXPECT_EQ(next_step({Answer::Taken, ""}, {.number = 9}).what, Next::What::Done);
}

TEST(Retry, AttemptsStopAtTwentyFourHoursAndNotBefore) {
    const Outcome failed{Answer::TryAgain, "503"};
    const milliseconds day = kTryFor;
    EXPECT_EQ(next_step(failed, {.number = 200, .age = day}).what, Next::What::GiveUp);
    const auto last =
        next_step(failed, {.number = 200, .age = day - milliseconds(1), .random = 0.9});
    EXPECT_EQ(last.what, Next::What::Again);
    EXPECT_EQ(last.wait, milliseconds(1));
}

// A receiver that fails all day long, with random jitter and pauses: what the schedule as a whole
// promises.
TEST(Retry, AWholeDayOfFailuresKeepsItsPromises) {
    EXPECT_TRUE(rc::check([] {
        milliseconds age{0};
        std::int64_t number = 0;
        milliseconds longest_wait{0};
        while (true) {
            ++number;
            Outcome failed{Answer::TryAgain, "503"};
            if (*rc::gen::inRange(0, 10) == 0) {
                failed.pause = seconds(*rc::gen::inRange(0, 4000));
            }
            const double random = *rc::gen::inRange(0, 1000) / 1000.0;
            const auto next = next_step(failed, {.number = number, .age = age, .random = random});
            if (next.what == Next::What::GiveUp) {
                break;
            }
            RC_ASSERT(next.wait > milliseconds(0));
            const auto left = milliseconds(kTryFor) - age;
            if (failed.pause) {
                RC_ASSERT(next.wait >= std::min<milliseconds>(*failed.pause, left));
            } else {
                RC_ASSERT(next.wait <= std::chrono::minutes(10));
            }
            longest_wait = std::max(longest_wait, next.wait);
            age += next.wait + milliseconds(20);
            RC_ASSERT(number < 400);
        }
        RC_ASSERT(age >= milliseconds(kTryFor));
        RC_ASSERT(longest_wait >= std::chrono::minutes(7));
    }));
}

TEST(Retry, TheFirstRetriesComeSoonAndNotAllAtOnce) {
    const Outcome failed{Answer::TryAgain, "503"};
    EXPECT_LE(next_step(failed, {.number = 1, .age = {}, .random = 0.999}).wait, seconds(5));
    EXPECT_NE(
        next_step(failed, {.number = 3, .age = {}, .random = 0.1}).wait,
        next_step(failed, {.number = 3, .age = {}, .random = 0.9}).wait);
}

}  // namespace
}  // namespace lumos::notifier
