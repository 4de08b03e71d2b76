#pragma once
// Cuts a session whose answer stays away: libpq itself waits for ever on a server that is frozen,
// since the kernel behind it still acknowledges every packet. Counts in its own seconds, so the
// time for which this process was stopped is not held against the server. Thread-safe.

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <stop_token>
#include <thread>

namespace lumos::sql {

class AnswerWatch {
public:
    explicit AnswerWatch(int socket);  // Borrowed.
    AnswerWatch(const AnswerWatch&) = delete;
    AnswerWatch& operator=(const AnswerWatch&) = delete;

    // While it lives, a question is open; after `limit` (and a second at most) the socket is shut.
    class Question {
    public:
        Question(AnswerWatch& watch, std::chrono::milliseconds limit);
        ~Question();
        Question(const Question&) = delete;
        Question& operator=(const Question&) = delete;

    private:
        AnswerWatch& watch_;
    };

private:
    void loop(const std::stop_token& stop);

    int socket_;
    std::mutex mutex_;
    std::condition_variable_any stopping_;
    bool is_open_ = false;
    std::uint64_t questions_ = 0;
    std::int64_t seconds_left_ = 0;
    std::jthread thread_;  // Last: it uses all of the above.
};

}  // namespace lumos::sql
