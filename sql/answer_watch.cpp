#include "sql/answer_watch.h"

#include <sys/socket.h>

namespace lumos::sql {
namespace {

constexpr std::chrono::seconds kTick{1};

}  // namespace

AnswerWatch::AnswerWatch(int socket)
    : socket_(socket),
      thread_([this](const std::stop_token& stop) { loop(stop); }) {}

void AnswerWatch::loop(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    std::uint64_t seen = 0;
    while (!stopping_.wait_for(lock, stop, kTick, [&] { return stop.stop_requested(); })) {
        // The tick in which a question came does not count: it may have come at its end.
        if (!is_open_ || seen != questions_) {
            seen = questions_;
            continue;
        }
        if (--seconds_left_ < 0) {
            shutdown(socket_, SHUT_RDWR);
        }
    }
}

AnswerWatch::Question::Question(AnswerWatch& watch, std::chrono::milliseconds limit)
    : watch_(watch) {
    const std::lock_guard lock(watch_.mutex_);
    ++watch_.questions_;
    watch_.seconds_left_ = std::chrono::ceil<std::chrono::seconds>(limit).count();
    watch_.is_open_ = true;
}

AnswerWatch::Question::~Question() {
    const std::lock_guard lock(watch_.mutex_);
    watch_.is_open_ = false;
}

}  // namespace lumos::sql
