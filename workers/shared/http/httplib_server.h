#pragma once
// cpp-httplib's server with what it lacks: a limit on the time that a whole request may take to
// arrive, and a stop that does not wait for peers who say nothing.

#include <httplib.h>

#include <atomic>
#include <chrono>
#include <mutex>
#include <set>

namespace lumos::http {

class HttplibServer final : public httplib::Server {
public:
    HttplibServer(std::chrono::milliseconds read_limit, std::chrono::milliseconds write_limit)
        : read_limit_(read_limit),
          write_limit_(write_limit) {}

    // No further request is read from any connection; answers under way are still written.
    void stop_reading();
    [[nodiscard]] bool is_stopping() const { return stopping_; }

private:
    bool process_and_close_socket(socket_t socket) override;
    bool remember(socket_t socket);
    void forget_and_close(socket_t socket);

    const std::chrono::milliseconds read_limit_;
    const std::chrono::milliseconds write_limit_;
    std::atomic<bool> stopping_ = false;
    std::mutex mutex_;
    std::set<socket_t> open_;  // Under mutex_.
};

}  // namespace lumos::http
