#include "workers/shared/runtime/process.h"

#include "workers/shared/runtime/clock.h"
#include "workers/shared/runtime/errors.h"
#include "workers/shared/runtime/guarded.h"
#include "workers/shared/runtime/log.h"
#include "workers/shared/runtime/settings_text.h"
#include "workers/shared/runtime/signals.h"

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <optional>

namespace lumos::runtime {
namespace {

// How often systemd wants to hear WATCHDOG=1; nothing without a watchdog, or where it watches
// another process.
std::optional<std::chrono::microseconds> watchdog_interval() {
    const char* const limit = std::getenv("WATCHDOG_USEC");
    const char* const process = std::getenv("WATCHDOG_PID");
    const auto microseconds = limit == nullptr ? std::nullopt : parse_integer(limit);
    if (!microseconds || *microseconds <= 0) {
        return std::nullopt;
    }
    if (process != nullptr && parse_integer(process) != static_cast<std::int64_t>(::getpid())) {
        return std::nullopt;
    }
    return std::chrono::microseconds(*microseconds / 2);
}

int run_body(
    const ProcessInfo& info,
    const Values& values,
    const std::function<void(const Process&)>& body) {
    Signals signals;
    Health health;
    Process process;
    process.stop_ = signals.stop();
    process.values_ = &values;
    process.health_ = &health;
    process.set_reload_ = [&signals](std::function<void()> callback) {
        signals.on_reload(std::move(callback));
    };
    const std::stop_callback tell_systemd(process.stop_, [] { notify_systemd("STOPPING=1"); });
    try {
        body(process);
        log_info("stopped", {{"message", info.name + " stopped"}});
        return 0;
    } catch (const UsageError& error) {
        fmt::print(stderr, "{}: {}\n", info.name, error.what());
        return 2;
    } catch (const std::exception& error) {
        log_error("process_failed", {{"error", error.what()}});
        return 1;
    } catch (...) {  // allow: the last stop before main
        log_error("process_failed", {{"error", "an exception that says nothing"}});
        return 1;
    }
}

}  // namespace

ReloadHook Process::on_reload(std::function<void()> callback) const {
    return {set_reload_, std::move(callback)};
}

void Process::ready() const {
    notify_systemd("READY=1");
}

void Process::status(const std::string& line) const {
    notify_systemd("STATUS=" + line);
}

void Process::alive() const {
    static const auto interval = watchdog_interval();
    static Guarded<std::optional<SteadyTime>> last_sent;
    if (!interval) {
        return;
    }
    const auto now = SystemClock{}.steady();
    auto last = last_sent.lock();
    // A quarter early, so that a turn that comes a little late is still in time.
    if (!*last || now - **last >= *interval * 3 / 4) {
        *last = now;
        notify_systemd("WATCHDOG=1");
    }
}

int run_process(
    const ProcessInfo& info,
    int argc,
    char** argv,
    const std::function<void(const Process&)>& body) {
    auto outcome = read_settings(info.name, info.settings, argc, argv, info.validate);
    if (outcome.asked == Asked::Exit) {
        return outcome.exit_status;
    }
    configure_log(info.name, outcome.values.text("log_level"), outcome.values.text("log_format"));
    log_info(
        "started",
        {{"message", fmt::format("{} {} started", info.name, kVersion)}, {"version", kVersion}});
    return run_body(info, outcome.values, body);
}

void notify_systemd(const std::string& state) {
    const char* const path = std::getenv("NOTIFY_SOCKET");
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path == nullptr || (path[0] != '/' && path[0] != '@') ||
        std::strlen(path) >= sizeof(address.sun_path)) {
        return;
    }
    const auto length = std::strlen(path);
    std::memcpy(address.sun_path, path, length);
    if (path[0] == '@') {
        address.sun_path[0] = '\0';  // An abstract name.
    }
    const int socket = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (socket < 0) {
        return;
    }
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + length);
    // Lost where systemd does not listen: nothing depends on it but systemd's own view. It never
    // blocks.
    (void)::sendto(
        socket,
        state.data(),
        state.size(),
        MSG_NOSIGNAL | MSG_DONTWAIT,
        reinterpret_cast<const sockaddr*>(&address),
        size);
    ::close(socket);
}

}  // namespace lumos::runtime
