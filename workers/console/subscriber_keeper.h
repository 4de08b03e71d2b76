#pragma once
// Keeps at NATS the consumer of each row of `subscribers`: makes what is missing (a new subscriber,
// a rewind, a stream that was created anew) and removes what no row names any more. Looked at every
// two seconds and when it is told. Any number of consoles do it, one at a time. Thread-safe.

#include "bus/connection.h"
#include "bus/subscribers.h"
#include "sql/connection.h"
#include "sql/console_subscriber_store.h"
#include "workers/shared/runtime/clock.h"
#include "workers/shared/runtime/health.h"

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <thread>

namespace lumos::console {

class SubscriberKeeper {
public:
    struct Parts {
        bus::Connection& bus;
        sql::Pool& database;
        const runtime::Clock& clock;
        runtime::Health& health;
    };
    explicit SubscriberKeeper(const Parts& parts);
    ~SubscriberKeeper();
    SubscriberKeeper(const SubscriberKeeper&) = delete;
    SubscriberKeeper& operator=(const SubscriberKeeper&) = delete;

    // After a commit: makes NATS what the rows say. False where it has not become so within
    // `at_most`; it goes on trying.
    bool apply(std::chrono::milliseconds at_most);

    // Nothing where NATS has no such consumer, or does not say.
    [[nodiscard]] std::optional<bus::SubscriberConsumerState> state_of(
        const std::string& account, const std::string& subscriber) const;

private:
    void run(const std::stop_token& stop);
    // True once NATS is what the rows say.
    bool settle();
    bool settle_once();
    void make(sql::console::Work& work, const sql::console::WantedConsumer& wanted);

    Parts parts_;
    bool was_settled_ = true;
    std::mutex mutex_;
    std::condition_variable_any changed_;
    std::uint64_t asked_ = 0;
    std::uint64_t settled_ = 0;  // The last `asked_` that was settled.
    std::jthread thread_;
};

}  // namespace lumos::console
