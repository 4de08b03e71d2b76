#include "workers/agent/check_board.h"

#include "tests/support/wait_until.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace lumos::agent {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kLimit{20'000};
constexpr CheckTimes kFast{milliseconds(2), milliseconds(1), milliseconds(1'000)};

// A service that the test switches on and off.
class Switched final : public probe::Probe {
public:
    Switched(std::string name, const std::atomic<bool>& is_up)
        : name_(std::move(name)),
          is_up_(is_up) {}
    [[nodiscard]] const std::string& name() const override { return name_; }
    [[nodiscard]] probe::ProbeResult run(milliseconds) override {
        const bool ok = is_up_;
        return {ok, std::chrono::microseconds(1'500), ok ? "" : "connection refused"};
    }

private:
    const std::string name_;
    const std::atomic<bool>& is_up_;
};

class CheckBoardTest : public ::testing::Test {
protected:
    std::vector<std::unique_ptr<probe::Probe>> probes() {
        std::vector<std::unique_ptr<probe::Probe>> made;
        made.push_back(std::make_unique<Switched>("tcp://a:1", first_));
        made.push_back(std::make_unique<Switched>("tcp://b:2", second_));
        return made;
    }

    std::atomic<bool> first_ = true;
    std::atomic<bool> second_ = true;
    std::atomic<int> changes_ = 0;
    runtime::SystemClock clock_;
};

TEST_F(CheckBoardTest, TellsEachChangeOfAVerdict) {
    CheckBoard board(probes(), clock_, kFast, [this] { ++changes_; });
    ASSERT_TRUE(
        support::wait_until([&] { return board.verdict() == CheckVerdict::Passing; }, kLimit));
    EXPECT_TRUE(support::wait_until([&] { return changes_ == 2; }, kLimit));
    second_ = false;
    ASSERT_TRUE(
        support::wait_until([&] { return board.verdict() == CheckVerdict::Failing; }, kLimit));
    EXPECT_TRUE(support::wait_until([&] { return changes_ == 3; }, kLimit));
    second_ = true;
    ASSERT_TRUE(
        support::wait_until([&] { return board.verdict() == CheckVerdict::Passing; }, kLimit));
    EXPECT_TRUE(support::wait_until([&] { return changes_ == 4; }, kLimit));
}

TEST_F(CheckBoardTest, KeepsTheOrderAndWhatWasSeen) {
    second_ = false;
    const CheckBoard board(probes(), clock_, kFast, [] {});
    ASSERT_TRUE(
        support::wait_until([&] { return board.verdict() == CheckVerdict::Failing; }, kLimit));
    const auto checks = board.checks();
    ASSERT_EQ(checks.size(), 2U);
    EXPECT_EQ(checks[0].name, "tcp://a:1");
    EXPECT_EQ(checks[1].name, "tcp://b:2");
    EXPECT_EQ(checks[1].state.last.error, "connection refused");
    EXPECT_EQ(checks[1].state.last.latency_ms, 1.5);
}

TEST_F(CheckBoardTest, WithoutChecksThereIsNothingToWaitFor) {
    const CheckBoard board({}, clock_, kFast, [] {});
    EXPECT_EQ(board.verdict(), CheckVerdict::Passing);
}

TEST_F(CheckBoardTest, EndsWithoutWaitingForTheNextLook) {
    const CheckTimes slow{std::chrono::hours(1), std::chrono::hours(1), milliseconds(1'000)};
    const auto before = clock_.steady();
    {
        const CheckBoard board(probes(), clock_, slow, [] {});
    }
    EXPECT_LT(clock_.steady() - before, kLimit);
}

}  // namespace
}  // namespace lumos::agent
