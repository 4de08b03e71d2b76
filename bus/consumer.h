#pragma once
// Taking messages from a stream. Pulls by its own requests on an inbox of its own, not by the
// client's Fetch, which can write past its array and cannot tell an empty stream from a missing
// one.

#include "bus/connection.h"
#include "schemas/time.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace lumos::bus {

struct StreamMessage {
    std::string subject;
    std::string body;
    std::uint64_t stream_sequence = 0;
    std::uint64_t consumer_sequence = 0;
    std::uint64_t deliveries = 1;
    std::uint64_t pending = 0;  // How many more wait behind it.
    Time stored_at;             // The stream's clock.
};

// A wake-up consumer: a durable that all workers of a kind share. A message is acknowledged on
// receipt; what it wakes stands in rows. A handler that throws makes no poison: after
// `deliveries_max` deliveries (a worker that dies with the message in hand) the message goes to the
// dead letters, with its subject and why.
class WakeUps {
public:
    using Handler = std::function<void(const StreamMessage&)>;
    // Reads in a thread of its own from construction on. The handler runs on that thread, one
    // message at a time, and is called after the acknowledgement; what it throws is given to
    // on_trouble, and the message to the dead letters. A missing stream or consumer is created
    // again.
    WakeUps(
        Connection& connection,
        std::string stream,
        std::string durable,
        Handler handler,
        std::function<void(const std::string&)> on_trouble);
    ~WakeUps();
    WakeUps(const WakeUps&) = delete;
    WakeUps& operator=(const WakeUps&) = delete;
    // No new message is taken after it returns; the handler in progress has ended, or `at_most` has
    // passed.
    void stop(std::chrono::milliseconds at_most);

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

// A reader of facts: an ephemeral pull consumer of its own, without acknowledgements; gone after 30
// s unused. Not thread-safe: one thread reads.
struct ReaderOptions {
    std::string stream;
    std::string name;  // "presence-<replica>"
    std::string filter = ">";
    bool last_per_subject = false;  // Else: from `start_sequence` on.
    std::uint64_t start_sequence = 1;
};

class Reader {
public:
    // Makes the consumer. Throws StreamMissing, BusUnavailable, BusRefused.
    Reader(Connection& connection, ReaderOptions options);
    ~Reader();
    Reader(const Reader&) = delete;
    Reader& operator=(const Reader&) = delete;

    // What is there now, at most `batch` messages in the consumer's order; waits for the first one
    // at most `at_most`. Throws StreamMissing (consumer or stream gone), BusUnavailable
    // (disconnected, or reconnected since the last call), both final: make a new Reader. A gap in
    // the consumer's sequence throws BusUnavailable, too.
    std::vector<StreamMessage> read(std::size_t batch, std::chrono::milliseconds at_most);

    [[nodiscard]] Time stream_created_at() const;  // As of the consumer's making.

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace lumos::bus
