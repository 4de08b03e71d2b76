#pragma once
// Takes credentials of the bus back: what the rows of bus_revocations say is due, NATS must have.
// Looked at each second, and compared with what NATS holds after each connect and each minute, so
// that a server that lost its accounts' rights gets them again. Any number of consoles do it, one
// at a time. Thread-safe.

#include "bus/connection.h"
#include "bus/revocations.h"
#include "sql/connection.h"
#include "workers/shared/runtime/clock.h"
#include "workers/shared/runtime/health.h"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>

namespace lumos::console {

class Revoker {
public:
    struct Parts {
        sql::Pool& database;
        const runtime::Clock& clock;
        runtime::Health& health;
    };
    // `bus`: the address of NATS; connects with the key's own credentials.
    Revoker(const Parts& parts, bus::RevokerKey key, bus::ConnectionOptions bus);
    ~Revoker();
    Revoker(const Revoker&) = delete;
    Revoker& operator=(const Revoker&) = delete;

    // After a commit: takes back what is due now. False where NATS has not taken it within
    // `at_most`; it goes on trying.
    bool apply(std::chrono::milliseconds at_most);

private:
    void run(const std::stop_token& stop);
    // True once nothing is due that NATS has not taken.
    bool settle();
    bool settle_once();

    Parts parts_;
    bus::RevokerKey key_;
    std::atomic<bool> is_to_compare_{true};
    runtime::SteadyTime compared_at_{};
    bool was_settled_ = true;
    std::mutex mutex_;
    std::condition_variable_any changed_;
    std::uint64_t asked_ = 0;
    std::uint64_t settled_ = 0;  // The last `asked_` that was settled.
    bus::Connection bus_;
    std::jthread thread_;
};

}  // namespace lumos::console
