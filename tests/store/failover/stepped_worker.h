#pragma once
// A worker of the switch that takes one step at a time, when a test tells it to: it can die there,
// or lose its session without knowing it. One thread drives it.

#include "tests/store/failover/switch_world.h"

#include <fmt/core.h>

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

namespace lumos::failover::testing {

using namespace std::chrono_literals;

class SteppedWorker final : public StepObserver {
public:
    SteppedWorker(SwitchWorld& world, std::string name) : world_(world), name_(std::move(name)) {
        renew_session();
        thread_ = std::jthread([this](const std::stop_token& stop) { work(stop); });
    }
    ~SteppedWorker() override {
        thread_.request_stop();
        say(Word::Die);
    }

    enum class State { Idle, AtStep, Running };
    // What it does a moment after the last word; Running where it waits for a lock.
    State state() {
        std::unique_lock lock(mutex_);
        changed_.wait_for(lock, 100ms, [&] { return state_ != State::Running; });
        return state_;
    }
    [[nodiscard]] std::string step() {
        const std::scoped_lock lock(mutex_);
        return step_;
    }
    void start() { say(Word::Check); }
    void go() { say(Word::Go); }
    void die() { say(Word::Die); }
    // It does not notice before it needs its session again.
    void lose_session() {
        session_lost_ = true;
        world_.run(fmt::format(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
            "WHERE application_name = '{}'",
            session_name_));
    }
    // It may write although its lock is gone: no doubt ends before the kernel timer has ended that.
    [[nodiscard]] bool may_write_without_lock() {
        const std::scoped_lock lock(mutex_);
        return session_lost_ && state_ == State::AtStep && step_ == "call_provider";
    }

    void before(std::string_view step) override {
        std::unique_lock lock(mutex_);
        step_ = step;
        state_ = State::AtStep;
        word_ = Word::None;
        changed_.notify_all();
        changed_.wait(lock, [&] { return word_ == Word::Go || word_ == Word::Die; });
        state_ = State::Running;
        if (std::exchange(word_, Word::None) == Word::Die) {
            throw Dies();
        }
    }

private:
    enum class Word { None, Check, Go, Die };

    void say(Word word) {
        const std::scoped_lock lock(mutex_);
        word_ = word;
        if (state_ != State::Idle || word == Word::Check) {
            state_ = State::Running;
        }
        changed_.notify_all();
    }

    void work(const std::stop_token& stop) {
        while (!stop.stop_requested()) {
            {
                std::unique_lock lock(mutex_);
                state_ = State::Idle;
                changed_.notify_all();
                changed_.wait(lock, [&] { return word_ == Word::Check || stop.stop_requested(); });
                word_ = Word::None;
                state_ = State::Running;
            }
            if (!stop.stop_requested()) {
                check();
            }
        }
    }

    void check() {
        const Tools tools{world_.providers, world_.after, world_.clock, *this};
        ZoneSwitch zone_switch(tools);
        try {
            (void)zone_switch.check(*session_, world_.zone);
        } catch (const std::exception&) {
            renew_session();  // Dead, or without its session: another one takes its place.
        }
    }

    void renew_session() {
        session_lost_ = false;
        session_name_ = fmt::format("failover/{}-{}", name_, ++sessions_);
        session_ = world_.new_session(session_name_);
    }

    SwitchWorld& world_;
    std::string name_;
    std::string session_name_;
    int sessions_ = 0;
    std::unique_ptr<sql::Connection> session_;
    std::atomic<bool> session_lost_ = false;
    std::mutex mutex_;
    std::condition_variable changed_;
    State state_ = State::Running;
    Word word_ = Word::None;
    std::string step_;
    std::jthread thread_;
};

}  // namespace lumos::failover::testing
