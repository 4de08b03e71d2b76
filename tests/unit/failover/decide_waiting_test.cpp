#include "tests/unit/failover/builders.h"
#include "workers/failover/decide_rule.h"

#include <gtest/gtest.h>

namespace lumos::failover {
namespace {

using namespace testing;

const std::vector<Id> kThree{kPrimary, kSecond, kThird};

TEST(DecideWaiting, LooksAgainAfterFiveSecondsOfInterruptedHearing) {
    const auto servers = fleet({interrupted(out(kPrimary)), interrupted(ready(kSecond))});

    const auto decision = decide(domain(), servers, {.now = kNow});

    EXPECT_EQ(decision.look_again, kNow + 5s);
}

// An earlier candidate is ready and silent, a later one has spoken.
Servers earlier_is_silent(Time out_since, std::optional<Time> called) {
    auto dead = out(kPrimary);
    dead.fitness_since = out_since;
    auto earlier = quiet(ready(kSecond));
    earlier.waited_since = called;
    return fleet({dead, earlier, ready(kThird)});
}

TEST(DecideWaiting, GivesAnEarlierCandidateASecondFromItsFirstCall) {
    const auto servers = earlier_is_silent(kNow - 3s, kNow - 400ms);

    const auto decision = decide(domain(kPrimary, kThree), servers, {.now = kNow});

    EXPECT_EQ(decision.code, "calling");
    EXPECT_EQ(decision.candidates, std::vector<Id>{kSecond});
    EXPECT_EQ(decision.look_again, kNow + 600ms);
}

TEST(DecideWaiting, CountsFromTheFirstCallThatIsMadeNow) {
    const auto servers = earlier_is_silent(kNow - 3s, std::nullopt);

    const auto decision = decide(domain(kPrimary, kThree), servers, {.now = kNow});

    EXPECT_EQ(decision.code, "calling");
    EXPECT_EQ(decision.look_again, kNow + 1s);
}

TEST(DecideWaiting, CountsACallDuringTheGraceFromTheMomentItWasGivenUp) {
    const auto servers = earlier_is_silent(kNow - 300ms, kNow - 4s);

    const auto decision = decide(domain(kPrimary, kThree), servers, {.now = kNow});

    EXPECT_EQ(decision.code, "calling");
    EXPECT_EQ(decision.look_again, kNow + 700ms);
}

TEST(DecideWaiting, GoesOnToTheLaterCandidateAfterThat) {
    const auto servers = earlier_is_silent(kNow - 3s, kNow - 1s);

    const auto decision = decide(domain(kPrimary, kThree), servers, {.now = kNow});

    EXPECT_EQ(decision.action, Action::Switch);
    EXPECT_EQ(decision.target, kThird);
}

TEST(DecideAgain, TakesWhoWasHeardLatelyAtTheFirstLookForHeardStill) {
    auto candidate = ready(kSecond);
    candidate.last_seen = kHeardUntil - 6s;
    auto dead = out(kPrimary);
    dead.out_at = kHeardUntil - 9s;
    const auto servers = fleet({dead, candidate});

    const auto first = decide(domain(), servers, {.now = kNow});
    const auto second = decide(domain(), servers, {.now = kNow, .heard_before = {kSecond}});

    EXPECT_EQ(first.code, "calling");
    EXPECT_EQ(second.target, kSecond);
}

TEST(DecideAgain, StillAsksForAWordSinceTheOtherWasGivenUp) {
    auto candidate = ready(kSecond);
    candidate.last_seen = kHeardUntil - 4s;

    const auto decision = decide(
        domain(), fleet({out(kPrimary), candidate}), {.now = kNow, .heard_before = {kSecond}});

    EXPECT_EQ(decision.code, "calling");
}

}  // namespace
}  // namespace lumos::failover
