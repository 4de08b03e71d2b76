#include "workers/shared/runtime/signals.h"

#include "workers/shared/runtime/log.h"

#include <pthread.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <exception>
#include <optional>
#include <utility>

namespace lumos::runtime {
namespace {

using Steady = std::chrono::steady_clock;

// Wakes the taking thread at the end; nobody else sends it.
int wake_signal() {
    return SIGRTMIN;
}

sigset_t taken_signals() {
    sigset_t set;
    sigemptyset(&set);
    for (const int signal : {SIGTERM, SIGINT, SIGHUP, wake_signal()}) {
        sigaddset(&set, signal);
    }
    return set;
}

// The next signal; 0 when the deadline has passed.
int next_signal(const sigset_t& set, std::optional<Steady::time_point> deadline) {
    while (true) {
        int signal = 0;
        if (!deadline) {
            signal = sigwaitinfo(&set, nullptr);
        } else {
            const auto left =
                std::chrono::duration_cast<std::chrono::nanoseconds>(*deadline - Steady::now());
            if (left.count() <= 0) {
                return 0;
            }
            const timespec limit{left.count() / 1'000'000'000, left.count() % 1'000'000'000};
            signal = sigtimedwait(&set, nullptr, &limit);
        }
        if (signal > 0) {
            return signal;
        }
        if (errno == EAGAIN) {
            return 0;
        }
    }
}

}  // namespace

Signals::Signals(std::chrono::milliseconds stop_limit) : stop_limit_(stop_limit) {
    const auto set = taken_signals();
    pthread_sigmask(SIG_BLOCK, &set, nullptr);
    std::signal(SIGPIPE, SIG_IGN);
    reloader_ = std::jthread([this](const std::stop_token& end) { run_reloads(end); });
    taker_ = std::jthread([this](const std::stop_token& end) { take_signals(end); });
}

Signals::~Signals() {
    taker_.request_stop();
    pthread_kill(taker_.native_handle(), wake_signal());
    taker_.join();
}

void Signals::on_reload(std::function<void()> callback) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return !reloading_; });
    reload_ = std::move(callback);
}

void Signals::ask_for_reload() {
    const std::lock_guard lock(mutex_);
    reload_asked_ = true;
    changed_.notify_all();
}

void Signals::take_signals(const std::stop_token& end) {
    const auto set = taken_signals();
    std::optional<Steady::time_point> deadline;
    while (!end.stop_requested()) {
        const int signal = next_signal(set, deadline);
        if (signal == SIGTERM || signal == SIGINT) {
            if (!deadline) {
                deadline = Steady::now() + stop_limit_;
                stop_.request_stop();
            }
        } else if (signal == SIGHUP) {
            ask_for_reload();
        } else if (signal == 0) {
            log_error("stop_timed_out", {{"limit_ms", static_cast<long>(stop_limit_.count())}});
            // Nobody is left to wait for: what hangs would hang every destructor, too.
            ::_exit(1);
        }
    }
}

void Signals::run_reloads(const std::stop_token& end) {
    std::unique_lock lock(mutex_);
    while (changed_.wait(lock, end, [this] { return reload_asked_; })) {
        reload_asked_ = false;
        const auto callback = reload_;
        reloading_ = true;
        lock.unlock();
        try {
            if (callback) {
                callback();
            }
        } catch (const std::exception& error) {
            log_error("reload_failed", {{"error", error.what()}});
        }
        lock.lock();
        reloading_ = false;
        changed_.notify_all();
    }
}

}  // namespace lumos::runtime
