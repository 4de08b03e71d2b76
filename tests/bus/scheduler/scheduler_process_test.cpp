// The real lumos-scheduler against a real NATS.

#include "bus/connection.h"
#include "bus/consumer.h"
#include "bus/streams.h"
#include "schemas/work_messages.h"
#include "tests/support/child_process.h"
#include "tests/support/nats_server.h"
#include "tests/support/temp_dir.h"
#include "tests/support/wait_until.h"
#include "workers/shared/runtime/clock.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace lumos::scheduler {
namespace {

using support::wait_until;
using ::testing::HasSubstr;

constexpr std::chrono::milliseconds kLimit{30'000};

class SchedulerProcess : public ::testing::Test {
protected:
    SchedulerProcess() {
        bus::ConnectionOptions options;
        options.urls = nats_.url();
        options.reconnect_wait_max = std::chrono::milliseconds(250);
        bus_ = std::make_unique<bus::Connection>(options);
        EXPECT_TRUE(bus_->wait_connected(kLimit));
    }

    support::ChildProcess& start(const std::string& interval) {
        const auto log = folder_ / ("scheduler-" + std::to_string(schedulers_.size()) + ".log");
        schedulers_.push_back(std::make_unique<support::ChildProcess>(support::ChildOptions{
            .command = {LUMOS_BIN_DIR "/lumos-scheduler", "--cycle-interval", interval},
            .environment = {"LUMOS_NATS_URL=" + nats_.url()},
            .output_file = log}));
        return *schedulers_.back();
    }

    // All ticks in the stream, oldest first; none where it does not exist yet.
    std::vector<schemas::CycleTick> ticks() {
        std::vector<schemas::CycleTick> all;
        try {
            const auto state = bus::stream_state(*bus_, bus::kCycleStream);
            bus::Reader reader(*bus_, {.stream = std::string(bus::kCycleStream), .name = "test"});
            while (all.size() < state.messages) {
                const auto batch = reader.read(100, std::chrono::milliseconds(500));
                if (batch.empty()) {
                    break;
                }
                for (const auto& message : batch) {
                    all.push_back(schemas::read_cycle_tick(message.body));
                }
            }
        } catch (const std::runtime_error&) {
            all.clear();
        }
        return all;
    }
    bool wait_for_ticks(std::size_t count) {
        return wait_until([&] { return ticks().size() >= count; }, kLimit);
    }

    support::TempDir folder_;
    support::NatsServer nats_;
    runtime::SystemClock clock_;
    std::unique_ptr<bus::Connection> bus_;
    std::vector<std::unique_ptr<support::ChildProcess>> schedulers_;
};

TEST_F(SchedulerProcess, TenReplicasMakeOneTickACycle) {
    for (int i = 0; i < 10; ++i) {
        start("1s");
    }
    ASSERT_TRUE(wait_for_ticks(5)) << schedulers_.front()->output();
    const auto all = ticks();
    for (std::size_t i = 1; i < all.size(); ++i) {
        EXPECT_GT(all[i].cycle, all[i - 1].cycle);
        EXPECT_EQ(all[i].interval_seconds, 1);
    }
    for (auto& scheduler : schedulers_) {
        EXPECT_EQ(scheduler->stop(), 0) << scheduler->output();
    }
}

TEST_F(SchedulerProcess, PublishesThePresentCycleWhenItStartsAndOnlyOnce) {
    const auto before = clock_.now();
    start("1h");
    // Within the first nine minutes of an hour the tick is there; later it is not due any more.
    const auto hour = std::chrono::floor<std::chrono::hours>(before);
    if (before - hour < std::chrono::minutes(8)) {
        ASSERT_TRUE(wait_for_ticks(1));
    }
    start("24h");
    start("5m");
    start("5m");
    ASSERT_TRUE(wait_until(
        [&] {
            const auto all = ticks();
            return std::any_of(all.begin(), all.end(), [](const auto& tick) {
                return tick.interval_seconds == 300;
            });
        },
        kLimit));
    std::set<std::pair<std::int64_t, std::int64_t>> different;
    const auto all = ticks();
    for (const auto& tick : all) {
        different.emplace(tick.interval_seconds, tick.cycle);
    }
    EXPECT_EQ(different.size(), all.size());
}

TEST_F(SchedulerProcess, MissesNoPresentCycleAndSendsNoOldOneAfterTheBusWasAway) {
    auto& scheduler = start("1s");
    ASSERT_TRUE(wait_for_ticks(1)) << scheduler.output();
    nats_.kill();
    ASSERT_TRUE(wait_until(
        [&] { return scheduler.output().find("tick not published") != std::string::npos; }, kLimit))
        << scheduler.output();
    const auto down_until = clock_.now();
    nats_.wipe_store();
    nats_.start();
    ASSERT_TRUE(bus_->wait_connected(kLimit));
    // The stream is gone with the store and is made again.
    ASSERT_TRUE(wait_for_ticks(2)) << scheduler.output();
    for (const auto& tick : ticks()) {
        EXPECT_GE(tick.starts_at + std::chrono::seconds(1), down_until);
    }
    EXPECT_EQ(scheduler.stop(), 0);
}

TEST_F(SchedulerProcess, StopsAtOnceInTheMiddleOfACycle) {
    auto& scheduler = start("24h");
    ASSERT_TRUE(wait_until(
        [&] { return scheduler.output().find("connected to") != std::string::npos; }, kLimit));
    const auto before = clock_.steady();
    EXPECT_EQ(scheduler.stop(), 0);
    EXPECT_LT(clock_.steady() - before, std::chrono::seconds(8));
}

TEST_F(SchedulerProcess, RefusesAnIntervalThatIsNoWholeNumberOfSeconds) {
    auto& scheduler = start("1500ms");
    EXPECT_EQ(scheduler.wait(kLimit), 2);
    EXPECT_THAT(scheduler.output(), HasSubstr("LUMOS_CYCLE_INTERVAL: 1500ms"));
}

}  // namespace
}  // namespace lumos::scheduler
