#pragma once
// What every process does the same way: settings, log, signals, systemd, health. main.cpp calls
// run_process and wires the real parts inside `body`.

#include "workers/shared/runtime/health.h"
#include "workers/shared/runtime/settings.h"

#include <functional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

namespace lumos::runtime {

inline constexpr const char* kVersion = "1.0.0";

// While it lives, SIGHUP calls back; make it after everything that the callback uses.
class [[nodiscard]] ReloadHook {
public:
    using Set = std::function<void(std::function<void()>)>;
    ReloadHook(const Set& set, std::function<void()> callback) : set_(set) {
        set_(std::move(callback));
    }
    ~ReloadHook() { set_({}); }
    ReloadHook(const ReloadHook&) = delete;
    ReloadHook& operator=(const ReloadHook&) = delete;

private:
    const Set& set_;
};

class Process {
public:
    // Requested by SIGTERM and SIGINT. What is in hand is finished; exit within 10 s (a watchdog
    // thread ends the process with status 1 after that).
    [[nodiscard]] std::stop_token stop() const { return stop_; }
    [[nodiscard]] const Values& values() const { return *values_; }
    [[nodiscard]] Health& health() const { return *health_; }

    // Called on SIGHUP, from a thread that is not a signal handler, as long as the hook lives.
    [[nodiscard]] ReloadHook on_reload(std::function<void()> callback) const;

    // Tells systemd that the process is ready (sd_notify); a status line for `systemctl status`.
    void ready() const;
    void status(const std::string& line) const;
    // Tells systemd's watchdog (WatchdogSec=) that the main loop still turns. Cheap: call it in
    // every turn; it sends only as often as systemd needs it.
    void alive() const;

    std::stop_token stop_;
    const Values* values_ = nullptr;
    Health* health_ = nullptr;
    ReloadHook::Set set_reload_;
};

struct ProcessInfo {
    std::string name;  // "lumos-presence"
    std::vector<Setting> settings;
    Validate validate = nullptr;
};

// Returns the exit status: 0 fine, 1 failed (what escaped `body` is logged), 2 wrong configuration
// (UsageError too).
int run_process(
    const ProcessInfo& info,
    int argc,
    char** argv,
    const std::function<void(const Process&)>& body);

// READY=1 and the like to $NOTIFY_SOCKET; nothing without one. Thread-safe.
void notify_systemd(const std::string& state);

}  // namespace lumos::runtime
