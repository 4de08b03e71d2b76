#pragma once
// Signals as ordinary calls: SIGTERM, SIGINT and SIGHUP are blocked in every thread and taken by a
// thread of its own.

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <stop_token>
#include <thread>

namespace lumos::runtime {

class Signals {
public:
    // Made in main before any other thread, which then inherits the blocked signals. SIGPIPE is
    // ignored.
    explicit Signals(std::chrono::milliseconds stop_limit = std::chrono::seconds(10));
    // Ends the threads. Signals that arrive later stay pending.
    ~Signals();
    Signals(const Signals&) = delete;
    Signals& operator=(const Signals&) = delete;

    // Requested by the first SIGTERM or SIGINT. The process is ended with status 1 if this object
    // still lives `stop_limit` later.
    [[nodiscard]] std::stop_token stop() const { return stop_.get_token(); }
    // Called on SIGHUP by a thread that does nothing else. Several that arrive while it runs are
    // one. The callback before is not called any more when this returns, so what it uses may go;
    // not to be called from a callback.
    void on_reload(std::function<void()> callback);

private:
    void take_signals(const std::stop_token& end);
    void run_reloads(const std::stop_token& end);
    void ask_for_reload();

    const std::chrono::milliseconds stop_limit_;
    std::stop_source stop_;
    std::mutex mutex_;
    std::condition_variable_any changed_;
    std::function<void()> reload_;  // Under mutex_.
    bool reload_asked_ = false;     // Under mutex_.
    bool reloading_ = false;        // Under mutex_.
    std::jthread reloader_;
    std::jthread taker_;
};

}  // namespace lumos::runtime
