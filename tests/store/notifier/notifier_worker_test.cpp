#include "workers/notifier/notifier_worker.h"

#include "tests/store/notifier/delivery_world.h"
#include "tests/support/wait_until.h"

#include <gtest/gtest.h>

#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>

namespace lumos::notifier {
namespace {

using namespace std::chrono_literals;

// A receiver in memory: keeps what it takes, answers as it is told, and can be made to hang.
class Receiver final : public Sender {
public:
    Outcome send(const sql::ClaimedMessage& message) override {
        std::unique_lock lock(mutex_);
        ++calls_[message.channel.slug];
        changed_.notify_all();
        changed_.wait(lock, [&] { return hanging_ != message.channel.slug; });
        const auto outcome = answer_(message);
        if (outcome.answer == Answer::Taken) {
            for (const auto& delivery : message.deliveries) {
                taken_.push_back(delivery.event);
            }
        }
        return outcome;
    }
    void answer(std::function<Outcome(const sql::ClaimedMessage&)> answer) {
        const std::scoped_lock lock(mutex_);
        answer_ = std::move(answer);
    }
    void hang(const std::string& channel) {
        const std::scoped_lock lock(mutex_);
        hanging_ = channel;
        changed_.notify_all();
    }
    bool wait_for_calls(const std::string& channel, std::size_t calls) {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, 20s, [&] { return calls_[channel] >= calls; });
    }
    std::size_t calls(const std::string& channel) {
        const std::scoped_lock lock(mutex_);
        return calls_[channel];
    }
    std::vector<sql::StoredEvent> taken() {
        const std::scoped_lock lock(mutex_);
        return taken_;
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::function<Outcome(const sql::ClaimedMessage&)> answer_ = [](const auto&) {
        return Outcome{Answer::Taken, {}};
    };
    std::string hanging_;
    std::map<std::string, std::size_t> calls_;
    std::vector<sql::StoredEvent> taken_;
};

// Leaps whenever it is asked: a machine that is stopped between any two instructions.
class LeapingClock final : public runtime::Clock {
public:
    [[nodiscard]] Time now() const override { return real_.now(); }
    [[nodiscard]] runtime::SteadyTime steady() const override { return real_.steady(); }
    [[nodiscard]] runtime::BootTime boot() const override {
        return real_.boot() + std::chrono::minutes(10) * ++asked_;
    }

private:
    runtime::SystemClock real_;
    mutable std::atomic<int> asked_{0};
};

class NotifierWorkerTest : public testing::Test {
protected:
    DeliveryWorld world;
    Receiver receiver;
    runtime::SystemClock clock;
    runtime::Health health;
    std::atomic<int> told_of_events{0};

    WorkerOptions options() {
        return {
            .senders = 6,
            .senders_of_a_channel = 2,
            .sweep = 20ms,
            .on_turn = [] {},
            .on_events_recorded = [this] { ++told_of_events; }};
    }
    // Runs a worker until the condition holds.
    bool work_until(const std::function<bool()>& condition, const runtime::Clock& worker_clock) {
        NotifierWorker worker(world.store, {receiver, receiver}, worker_clock, health, options());
        std::jthread thread([&](const std::stop_token& stop) { worker.run(stop); });
        return support::wait_until(condition, 30s);
    }
    bool work_until(const std::function<bool()>& condition) { return work_until(condition, clock); }
    std::function<bool()> counted(std::int64_t number, const std::string& where) {
        return [this, number, where] { return world.count(where) == number; };
    }
};

TEST_F(NotifierWorkerTest, EveryDeliveryIsTakenOnce) {
    world.channel("hook", "webhook");
    world.channel("mail", "email");
    for (int i = 0; i < 40; ++i) {
        world.record("server_down", "s" + std::to_string(i));
    }
    EXPECT_TRUE(work_until(counted(80, "state = 'sent'")));
    EXPECT_EQ(receiver.taken().size(), 80U);
    EXPECT_EQ(receiver.calls("hook"), 40U);
    EXPECT_LT(receiver.calls("mail"), 10U) << "many mails of one alert go together";
    EXPECT_TRUE(health.ready());
}

TEST_F(NotifierWorkerTest, TheBacklogOfADeadChannelArrivesOnceAndInOrder) {
    world.channel("hook", "webhook");
    constexpr int kThreads = 8;
    for (int i = 0; i < kThreads; ++i) {
        const auto server = "s" + std::to_string(i);
        const auto incident = world.record("server_down", server).incident;
        world.record("server_up", server, incident);
        world.record("server_down", server, incident);
        world.record("server_up", server, incident);
    }
    receiver.answer([](const auto&) { return Outcome{Answer::TryAgain, "connection refused"}; });
    EXPECT_TRUE(work_until([&] { return receiver.calls("hook") >= kThreads; }));
    EXPECT_EQ(world.count("state = 'pending'"), 4 * kThreads);
    EXPECT_EQ(world.count("attempt > 0"), kThreads) << "only the first of each thread was tried";

    receiver.answer([](const auto&) { return Outcome{Answer::Taken, {}}; });
    world.make_due();
    EXPECT_TRUE(work_until(counted(4 * kThreads, "state = 'sent'")));
    std::map<std::string, std::vector<std::int64_t>> by_server;
    for (const auto& event : receiver.taken()) {
        by_server[event.subject].push_back(event.sequence);
    }
    EXPECT_EQ(by_server.size(), static_cast<std::size_t>(kThreads));
    for (const auto& [server, sequences] : by_server) {
        EXPECT_EQ(sequences.size(), 4U) << server;
        EXPECT_TRUE(std::is_sorted(sequences.begin(), sequences.end())) << server;
    }
}

TEST_F(NotifierWorkerTest, AReceiverThatHangsHoldsUpItselfOnly) {
    world.channel("slow", "webhook");
    world.channel("quick", "webhook");
    for (int i = 0; i < 20; ++i) {
        world.record("server_down", "s" + std::to_string(i));
    }
    receiver.hang("slow");
    EXPECT_TRUE(work_until([&] {
        const bool quick_is_done =
            world.count(
                "state = 'sent' AND channel_id = (SELECT id FROM channels WHERE slug = 'quick')") ==
            20;
        if (quick_is_done) {
            EXPECT_EQ(receiver.calls("slow"), 2U) << "its share of the senders, and no more";
            receiver.hang("");
        }
        return quick_is_done;
    }));
}

TEST_F(NotifierWorkerTest, AfterADayADeliveryIsDeadAndSaysSo) {
    world.channel("hook", "webhook");
    world.record("server_down", "old");
    world.record("server_down", "young");
    world.run(
        "UPDATE deliveries SET created_at = created_at - interval '24 h' WHERE subject = 'old'");
    receiver.answer([](const auto&) {
        return Outcome{Answer::TryAgain, "the receiver answered 503"};
    });
    EXPECT_TRUE(work_until(
        [&] { return world.count("state = 'dead'") == 1 && receiver.calls("hook") == 2; }));
    EXPECT_EQ(
        world.count(
            "state = 'dead' AND subject = 'old' AND last_error = 'the receiver answered 503'"),
        1);
    EXPECT_EQ(
        world.count("state = 'pending' AND subject = 'young' AND next_at > clock_timestamp() + "
                    "interval '3 s'"),
        1);
    EXPECT_EQ(
        world.number("SELECT count(*) AS number FROM events JOIN outbox ON event_id = id WHERE "
                     "type = 'delivery_dead' AND "
                     "data->>'alert' = 'server_down' AND (data->>'attempts')::int = 1"),
        1);
    EXPECT_EQ(told_of_events, 1);
}

TEST_F(NotifierWorkerTest, AGoneReceiverIsSwitchedOffWithItsBacklog) {
    world.channel("hook", "webhook");
    for (int i = 0; i < 10; ++i) {
        world.record("server_down", "s" + std::to_string(i));
    }
    receiver.answer([](const auto&) {
        return Outcome{Answer::Gone, "the receiver answered 410 (gone)"};
    });
    EXPECT_TRUE(work_until(counted(10, "state = 'dead'")));
    EXPECT_LE(receiver.calls("hook"), 4U);
    EXPECT_EQ(
        world.run("SELECT disabled_why FROM channels WHERE disabled_at IS NOT NULL")
            .only()
            .text("disabled_why"),
        "the receiver answered 410 (gone)");
    EXPECT_EQ(
        world.number("SELECT count(*) AS number FROM events WHERE type = 'delivery_dead'"), 10);
}

TEST_F(NotifierWorkerTest, APauseThatTheReceiverAsksForIsKeptForTheWholeChannel) {
    world.channel("hook", "webhook");
    for (int i = 0; i < 10; ++i) {
        world.record("server_down", "s" + std::to_string(i));
    }
    receiver.answer([](const auto&) {
        return Outcome{Answer::TryAgain, "the receiver answered 429", 300s};
    });
    EXPECT_TRUE(work_until(counted(10, "next_at > clock_timestamp() + interval '250 s'")));
    EXPECT_LE(receiver.calls("hook"), 4U);
}

TEST_F(NotifierWorkerTest, AWorkerThatSleptThroughItsClaimSendsNothing) {
    world.channel("hook", "webhook");
    world.record("server_down", "fra-1");
    const LeapingClock leaping;
    EXPECT_TRUE(work_until(counted(1, "state = 'pending' AND claimed AND attempt = 1"), leaping));
    EXPECT_EQ(receiver.calls("hook"), 0U);
    world.make_due();
    EXPECT_TRUE(work_until(counted(1, "state = 'sent' AND attempt = 2")));
}

TEST_F(NotifierWorkerTest, WhatIsBeingSentWhenItStopsIsFinishedAndRecorded) {
    world.channel("hook", "webhook");
    world.record("server_down", "fra-1");
    receiver.hang("hook");
    NotifierWorker worker(world.store, {receiver, receiver}, clock, health, options());
    std::jthread thread([&](const std::stop_token& stop) { worker.run(stop); });
    ASSERT_TRUE(receiver.wait_for_calls("hook", 1));
    thread.request_stop();
    world.record("server_down", "fra-2");
    receiver.hang("");
    thread.join();
    EXPECT_EQ(world.count("state = 'sent' AND subject = 'fra-1'"), 1);
    EXPECT_EQ(world.count("state = 'pending' AND NOT claimed AND subject = 'fra-2'"), 1);
}

TEST_F(NotifierWorkerTest, ASenderThatThrowsIsAFailedAttempt) {
    world.channel("hook", "webhook");
    world.record("server_down", "fra-1");
    receiver.answer([](const auto&) -> Outcome { throw std::runtime_error("out of luck"); });
    EXPECT_TRUE(
        work_until(counted(1, "state = 'pending' AND NOT claimed AND last_error = 'out of luck'")));
}

TEST(NotifierWorkerAlone, AResultIsWrittenWhenTheDatabaseIsBackAndWorkGoesOn) {
    support::PostgresServer postgres;
    DeliveryWorld world(postgres.fresh_database());
    world.channel("hook", "webhook");
    world.record("server_down", "fra-1");
    Receiver receiver;
    receiver.answer([&](const auto& message) {
        if (message.deliveries.front().event.subject == "fra-1") {
            postgres.stop();
            postgres.start();
        }
        return Outcome{Answer::Taken, {}};
    });
    const runtime::SystemClock clock;
    runtime::Health health;
    NotifierWorker worker(
        world.store,
        {receiver, receiver},
        clock,
        health,
        {.senders = 2, .senders_of_a_channel = 2, .sweep = 20ms});
    std::jthread thread([&](const std::stop_token& stop) { worker.run(stop); });
    ASSERT_TRUE(receiver.wait_for_calls("hook", 1));
    const auto sent = [&](int number) {
        return support::wait_until(
            [&] {
                try {
                    return world.count("state = 'sent' AND attempt = 1") == number;
                } catch (const std::runtime_error&) {
                    return false;  // Not back yet.
                }
            },
            30s);
    };
    EXPECT_TRUE(sent(1));
    world.record("server_down", "fra-2");
    EXPECT_TRUE(sent(2));
    EXPECT_EQ(receiver.taken().size(), 2U);
}

}  // namespace
}  // namespace lumos::notifier
