#pragma once
// Ends a connect of the library that does not end by itself: nats.c 3.4.1 spins for ever, and eats
// memory, when the server falls silent between its greeting and its first answer (frozen at the
// wrong moment). Its socket is not given out, so it is found: the one that has come since and leads
// to the server's port. For bus/ only.

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <thread>

namespace lumos::bus {

// The port of "scheme://[user@]host[:port]"; NATS's own where there is none.
[[nodiscard]] std::uint16_t port_of(const std::string& url);

// For as long as it lives one connect is under way in the whole process, and is cut off after
// `limit`.
class ConnectGuard {
public:
    ConnectGuard(std::uint16_t port, std::chrono::milliseconds limit);
    ~ConnectGuard();
    ConnectGuard(const ConnectGuard&) = delete;
    ConnectGuard& operator=(const ConnectGuard&) = delete;

private:
    void watch(const std::stop_token& stop, std::chrono::milliseconds limit);

    std::unique_lock<std::mutex> only_one_;
    std::uint16_t port_;
    std::map<std::uint64_t, int> before_;  // By inode: numbers are used again.
    std::mutex mutex_;
    std::condition_variable_any changed_;
    std::jthread watch_;
};

}  // namespace lumos::bus
