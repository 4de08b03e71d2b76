// The worker around the switch: its threads, its sweep, its queue, and what it does when the
// database goes and comes back.

#include "tests/store/failover/switch_world.h"
#include "tests/support/wait_until.h"
#include "workers/failover/failover_worker.h"
#include "workers/shared/runtime/guarded.h"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <thread>

namespace lumos::failover::testing {
namespace {

using namespace std::chrono_literals;
using support::wait_until;

constexpr std::chrono::milliseconds kLimit{30'000};

// Whoever comes waits until it is opened.
class Gate {
public:
    ~Gate() { open(); }
    void pass() {
        std::unique_lock lock(mutex_);
        ++waiting_;
        changed_.notify_all();
        changed_.wait_for(lock, kLimit, [&] { return open_; });
        --waiting_;
    }
    void open() {
        const std::scoped_lock lock(mutex_);
        open_ = true;
        changed_.notify_all();
    }
    bool wait_for_somebody() {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, kLimit, [&] { return waiting_ > 0; });
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    bool open_ = false;
    int waiting_ = 0;
};

// Throws at a step as often as it is told to.
class FailingObserver final : public StepObserver {
public:
    void before(std::string_view step) override {
        auto left = left_.lock();
        if (step == step_ && *left > 0) {
            --*left;
            throw std::logic_error("a mistake of ours");
        }
    }
    void fail_at(const std::string& step, int times) {
        step_ = step;
        *left_.lock() = times;
    }

private:
    std::string step_;
    runtime::Guarded<int> left_{0};
};

// A worker as the process wires it, but for the bus.
class RunningWorker {
public:
    RunningWorker(SwitchWorld& world, int zones_at_once, std::size_t zones_queued = 100)
        : pool_(world.url(), "failover/worker", static_cast<std::size_t>(zones_at_once) + 4),
          tools_{world.providers, world.after, world.clock, observer},
          zone_switch_(tools_),
          queue_(zones_queued),
          requests_(queue_),
          cycles_(requests_, world.clock, 24h),
          hearing_(world.after, world.clock, 120s),
          worker_(std::make_unique<FailoverWorker>(
              Machinery{
                  pool_, zone_switch_, queue_, requests_, cycles_, hearing_, world.clock, health},
              zones_at_once)) {}

    void sweep() {
        sweeping_ = std::jthread(
            [this](const std::stop_token& stop) { worker_->sweep(stop, [this] { ++sweeps; }); });
    }
    void stop() {
        sweeping_ = {};
        worker_.reset();
    }
    FailoverWorker* operator->() { return worker_.get(); }

    FailingObserver observer;
    runtime::Health health;
    std::atomic<int> sweeps = 0;

private:
    sql::Pool pool_;
    Tools tools_;
    ZoneSwitch zone_switch_;
    ZoneQueue queue_;
    RequestSweep requests_;
    CycleSweep cycles_;
    HearingAlarm hearing_;
    std::unique_ptr<FailoverWorker> worker_;
    std::jthread sweeping_;
};

class Worker : public ::testing::Test {
protected:
    SwitchWorld world;
    Id primary = world.server("fra-1");
    Id secondary = world.server("iad-1");
    Id www = world.domain("www.example.com", {primary, secondary});

    void fail() {
        world.goes_out(primary);
        world.answers(secondary);
    }
    Id zone_with(const std::string& name) {
        const auto first = world.zone;
        world.zone = world.another_zone(name);
        (void)world.domain("www." + name, {primary, secondary});
        return std::exchange(world.zone, first);
    }
    ::testing::AssertionResult come_to_be(std::size_t count, const std::string& server) {
        const auto there = [&] {
            world.keep_hearing();
            return world.number(fmt::format(
                       "SELECT count(*) AS value FROM domains JOIN servers ON servers.id = "
                       "published_server WHERE slug = '{}'",
                       server)) == static_cast<std::int64_t>(count);
        };
        return wait_until(there, kLimit) ? ::testing::AssertionSuccess()
                                         : ::testing::AssertionFailure()
                                               << "not " << count << " are published at " << server;
    }
    ::testing::AssertionResult settles() {
        const auto there = [&] {
            world.keep_hearing();
            return world.is_settled() &&
                   world.number("SELECT count(*) AS value FROM check_requests") == 0;
        };
        return ::testing::AssertionResult(wait_until(there, kLimit));
    }
};

TEST_F(Worker, ActsOnAJobForAServerBeforeAnySweep) {
    RunningWorker worker(world, 1);
    fail();

    worker->on_job("lumos.job.acme.server.fra-1.check");

    EXPECT_TRUE(come_to_be(1, "iad-1"));
}

TEST_F(Worker, ActsOnAJobForAZoneBeforeAnySweep) {
    RunningWorker worker(world, 1);
    fail();
    world.request("operator");

    worker->on_job("lumos.job.acme.zone.example_com.check");

    EXPECT_TRUE(come_to_be(1, "iad-1"));
}

TEST_F(Worker, TakesNoHarmFromJobsAndTicksThatAreNone) {
    RunningWorker worker(world, 1);

    worker->on_job("lumos.job.acme.zone.nowhere.check");
    worker->on_job("nonsense");
    worker->on_tick("{");
    worker->on_tick("");
    fail();
    worker->on_job("lumos.job.acme.server.fra-1.check");

    EXPECT_TRUE(come_to_be(1, "iad-1"));
}

TEST_F(Worker, FindsByItsSweepWhatNoJobCameFor) {
    RunningWorker worker(world, 1);
    fail();

    worker.sweep();

    EXPECT_TRUE(come_to_be(1, "iad-1"));
    EXPECT_TRUE(settles());
    EXPECT_TRUE(worker.health.ready());
}

TEST_F(Worker, CallsAgainByItsOwnAlarmWhileNobodyAnswers) {
    RunningWorker worker(world, 1);
    worker.sweep();
    world.goes_out(primary);

    EXPECT_TRUE(wait_until(
        [&] {
            world.run("UPDATE heard_nodes SET advanced_at = clock_timestamp()");
            return world.number(
                       "SELECT count(*) AS value FROM zone_work "
                       "WHERE called_at > (SELECT min(first_called_at) FROM waiting_for) "
                       "+ interval '1500 milliseconds'") == 1;
        },
        kLimit));
    world.answers(secondary);

    EXPECT_TRUE(come_to_be(1, "iad-1"));
}

TEST_F(Worker, GoesOnWithOtherZonesWhileOneWaitsForItsProvider) {
    (void)zone_with("two.example");
    RunningWorker worker(world, 2);
    Gate gate;
    std::atomic<bool> first = true;
    world.dns.on_read([&] {
        if (first.exchange(false)) {
            gate.pass();
        }
    });
    worker.sweep();
    fail();

    ASSERT_TRUE(gate.wait_for_somebody());
    EXPECT_TRUE(come_to_be(1, "iad-1"));
    gate.open();
    EXPECT_TRUE(come_to_be(2, "iad-1"));
}

TEST_F(Worker, HasNoTwoThreadsOnOneZoneHoweverManyJobsCome) {
    RunningWorker worker(world, 4);
    std::atomic<int> inside = 0;
    std::atomic<int> most = 0;
    world.dns.on_write([&] {
        most = std::max(most.load(), ++inside);
        for (int job = 0; job < 20; ++job) {
            worker->on_job("lumos.job.acme.zone.example_com.check");
        }
        --inside;
    });
    worker.sweep();
    fail();

    EXPECT_TRUE(come_to_be(1, "iad-1"));
    EXPECT_TRUE(settles());
    EXPECT_EQ(most, 1);
    EXPECT_EQ(world.dns.writes().size(), 1U);
}

TEST_F(Worker, LeavesToTheNextSweepWhatItsQueueDoesNotHold) {
    for (int zone = 0; zone < 6; ++zone) {
        (void)zone_with(fmt::format("zone-{}.example", zone));
    }
    RunningWorker worker(world, 1, 2);
    worker.sweep();

    fail();

    EXPECT_TRUE(come_to_be(7, "iad-1"));
}

TEST_F(Worker, SharesTheZonesWithAnotherAndNothingIsDoneTwice) {
    for (int zone = 0; zone < 9; ++zone) {
        (void)zone_with(fmt::format("zone-{}.example", zone));
    }
    RunningWorker one(world, 2);
    RunningWorker other(world, 2);
    one.sweep();
    other.sweep();

    fail();

    EXPECT_TRUE(come_to_be(10, "iad-1"));
    EXPECT_TRUE(settles());
    EXPECT_EQ(world.dns.writes().size(), 10U);
    EXPECT_EQ(world.event_types(), std::vector<std::string>(10, "failover_triggered"));
}

TEST_F(Worker, LetsAZoneBackOffAfterAMistakeAndTheOthersGoOn) {
    RunningWorker worker(world, 1);
    worker.observer.fail_at("settle", 1);
    worker.sweep();
    fail();
    ASSERT_TRUE(wait_until(
        [&] {
            return world.number(
                       "SELECT count(*) AS value FROM zone_work "
                       "WHERE failures = 1 AND not_before > clock_timestamp()") == 1;
        },
        kLimit));
    EXPECT_EQ(world.text("SELECT last_error AS value FROM zone_work"), "a mistake of ours");

    (void)zone_with("two.example");
    world.run("INSERT INTO check_requests (zone_id, cause) SELECT max(id), 'operator' FROM zones");

    EXPECT_TRUE(come_to_be(2, "iad-1")) << "the first one after its backoff";
    EXPECT_TRUE(settles());
    EXPECT_EQ(world.number("SELECT max(failures) AS value FROM zone_work"), 0);
}

TEST_F(Worker, EndsWhatIsUnderWayWhenAskedToStopAndBeginsNothing) {
    const auto second = zone_with("two.example");
    RunningWorker worker(world, 1);
    Gate gate;
    world.dns.on_write([&] { gate.pass(); });
    worker.sweep();
    fail();
    ASSERT_TRUE(gate.wait_for_somebody());

    const auto before = world.clock.steady();
    std::jthread stopping([&] { worker.stop(); });
    gate.open();
    stopping.join();

    EXPECT_LT(world.clock.steady() - before, 10s);
    EXPECT_EQ(world.events().size(), 1U) << "what was written is recorded";
    EXPECT_EQ(world.dns.writes().size(), 1U);
    EXPECT_EQ(world.number("SELECT count(*) AS value FROM dns_changes WHERE state = 'pending'"), 0);
    EXPECT_GT(
        world.number(fmt::format(
            "SELECT count(*) AS value FROM check_requests WHERE zone_id IN ({}, {})",
            world.zone,
            second)),
        0)
        << "the other zone is left to whoever comes next";
}

TEST_F(Worker, IsNotStoppedByACutSession) {
    RunningWorker worker(world, 1);
    std::atomic<bool> first = true;
    world.dns.on_read([&] {
        if (first.exchange(false)) {
            const auto session = world.new_session();
            sql::Transaction transaction(*session);
            (void)transaction.run_text(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
                "WHERE application_name = 'failover/worker'");
        }
    });
    worker.sweep();
    fail();

    EXPECT_TRUE(come_to_be(1, "iad-1"));
    EXPECT_TRUE(settles());
    EXPECT_EQ(world.number("SELECT failures AS value FROM zone_work"), 0)
        << "it was not the zone's mistake";
    EXPECT_EQ(world.events().size(), 1U);
}

TEST(WorkerAndServer, SaysThatTheDatabaseIsAwayAndGoesOnWhenItIsBack) {
    support::PostgresServer postgres;
    SwitchWorld world(postgres.fresh_database());
    const auto primary = world.server("fra-1");
    const auto secondary = world.server("iad-1");
    (void)world.domain("www.example.com", {primary, secondary});
    RunningWorker worker(world, 2);
    worker.sweep();
    ASSERT_TRUE(wait_until([&] { return worker.health.ready() && worker.sweeps > 0; }, kLimit));

    postgres.stop();
    ASSERT_TRUE(wait_until([&] { return !worker.health.ready(); }, kLimit));
    const int sweeps_before = worker.sweeps;
    worker->on_job("lumos.job.acme.zone.example_com.check");
    EXPECT_EQ(worker.sweeps, sweeps_before) << "nothing is alive without a database";
    postgres.start();

    ASSERT_TRUE(wait_until([&] { return worker.health.ready(); }, kLimit));
    world.renew_sessions();
    world.goes_out(primary);
    world.answers(secondary);
    EXPECT_TRUE(wait_until(
        [&] {
            world.keep_hearing();
            return world.events().size() == 1;
        },
        kLimit));
    EXPECT_EQ(world.dns.content("www.example.com"), "203.0.113.2");
}

}  // namespace
}  // namespace lumos::failover::testing
