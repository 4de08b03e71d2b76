#pragma once
// Messages that the library hands over, kept until somebody takes them. The library's own waits run
// on the machine's wall clock and would hang when that is set back; ours are measured on the steady
// clock. Thread-safe.

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>

namespace lumos::bus {

using Deadline = std::chrono::steady_clock::time_point;

[[nodiscard]] inline Deadline deadline_in(std::chrono::milliseconds at_most) {
    return std::chrono::steady_clock::now() + at_most;
}

// A message as it came, with what of its headers we read.
struct Incoming {
    std::string subject;
    std::string reply;
    std::string body;
    int status = 0;           // 0: an ordinary message; 100, 404, 408, 409, 503: the server speaks.
    std::string description;  // Of the status.
    std::optional<std::uint64_t>
        unserved;  // Of a pull request that ended: how many it still lacked.
};

class Inbox {
public:
    // A message beyond kMessagesMax is dropped, and overflowed() says so from then on.
    static constexpr std::size_t kMessagesMax = 100'000;

    void put(Incoming message);
    // Nothing more will come.
    void close();

    // The next message. Nothing at the deadline, when stop is requested, and when it is closed
    // (what came before is not worth reading then: its connection is gone).
    std::optional<Incoming> take(Deadline until, const std::stop_token& stop = {});
    // What is there already, without waiting, even after close.
    std::optional<Incoming> take_left_over();

    [[nodiscard]] bool closed() const;
    [[nodiscard]] bool overflowed() const;

private:
    mutable std::mutex mutex_;
    std::condition_variable_any changed_;
    std::deque<Incoming> messages_;
    bool closed_ = false;
    bool overflowed_ = false;
};

}  // namespace lumos::bus
