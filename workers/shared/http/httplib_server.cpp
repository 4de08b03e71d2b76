#include "workers/shared/http/httplib_server.h"

#include "workers/shared/runtime/clock.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string>

namespace lumos::http {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kIdleLimit{5'000};
constexpr int kRequestsPerConnectionMax = 100;

runtime::SteadyTime steady_now() {
    return runtime::SystemClock{}.steady();
}

// True when one of the events has come before the time is over.
bool wait_for(socket_t socket, short events, runtime::SteadyTime until) {
    while (true) {
        const auto left = std::chrono::ceil<milliseconds>(until - steady_now()).count();
        pollfd state{socket, events, 0};
        const int count =
            ::poll(&state, 1, static_cast<int>(std::clamp<std::int64_t>(left, 0, 60'000)));
        if (count > 0) {
            return true;
        }
        if ((count < 0 && errno != EINTR) || (count == 0 && left <= 60'000)) {
            return false;
        }
    }
}

void describe(const sockaddr_storage& address, std::string& ip, int& port) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (address.ss_family == AF_INET) {
        const auto& v4 = reinterpret_cast<const sockaddr_in&>(address);
        ip = inet_ntop(AF_INET, &v4.sin_addr, text.data(), text.size());
        port = ntohs(v4.sin_port);
    } else if (address.ss_family == AF_INET6) {
        const auto& v6 = reinterpret_cast<const sockaddr_in6&>(address);
        ip = inet_ntop(AF_INET6, &v6.sin6_addr, text.data(), text.size());
        port = ntohs(v6.sin6_port);
    }
}

class LimitedStream final : public httplib::Stream {
public:
    LimitedStream(socket_t socket, milliseconds read_limit, milliseconds write_limit)
        : socket_(socket),
          read_limit_(read_limit),
          write_limit_(write_limit) {}

    // The next request must have arrived as a whole within the limit.
    void start_request() { read_until_ = steady_now() + read_limit_; }

    bool is_readable() const override { return wait_for(socket_, POLLIN, steady_now()); }

    // Also false when the peer has closed its side: who streams learns it even with nothing to say.
    bool is_writable() const override {
        pollfd state{socket_, POLLRDHUP, 0};
        const bool is_gone = ::poll(&state, 1, 0) > 0;
        return !is_gone && wait_for(socket_, POLLOUT, steady_now() + write_limit_);
    }

    ssize_t read(char* data, size_t size) override {
        if (!wait_for(socket_, POLLIN, read_until_)) {
            return -1;
        }
        return ::recv(socket_, data, size, 0);
    }

    ssize_t write(const char* data, size_t size) override {
        if (!wait_for(socket_, POLLOUT, steady_now() + write_limit_)) {
            return -1;
        }
        // What does not fit into the socket's buffer now is written by the caller's next call.
        return ::send(socket_, data, size, MSG_NOSIGNAL | MSG_DONTWAIT);
    }

    void get_remote_ip_and_port(std::string& ip, int& port) const override {
        sockaddr_storage address{};
        socklen_t length = sizeof(address);
        if (::getpeername(socket_, reinterpret_cast<sockaddr*>(&address), &length) == 0) {
            describe(address, ip, port);
        }
    }

    void get_local_ip_and_port(std::string& ip, int& port) const override {
        sockaddr_storage address{};
        socklen_t length = sizeof(address);
        if (::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &length) == 0) {
            describe(address, ip, port);
        }
    }

    socket_t socket() const override { return socket_; }

private:
    const socket_t socket_;
    const milliseconds read_limit_;
    const milliseconds write_limit_;
    runtime::SteadyTime read_until_{};
};

// A body that nobody reads would be taken for the next request.
bool has_unread_body(const httplib::Request& request) {
    const bool reads_body =
        request.method != "GET" && request.method != "HEAD" && request.method != "OPTIONS";
    return !reads_body &&
           (request.has_header("Content-Length") || request.has_header("Transfer-Encoding"));
}

}  // namespace

void HttplibServer::stop_reading() {
    stopping_ = true;
    const std::lock_guard lock(mutex_);
    for (const auto socket : open_) {
        ::shutdown(socket, SHUT_RD);
    }
}

bool HttplibServer::remember(socket_t socket) {
    const std::lock_guard lock(mutex_);
    open_.insert(socket);
    return !stopping_;
}

void HttplibServer::forget_and_close(socket_t socket) {
    // Under the lock, so that stop_reading never meets a number that belongs to somebody else by
    // now.
    const std::lock_guard lock(mutex_);
    open_.erase(socket);
    ::shutdown(socket, SHUT_RDWR);
    ::close(socket);
}

bool HttplibServer::process_and_close_socket(socket_t socket) {
    LimitedStream stream(socket, read_limit_, write_limit_);
    bool goes_on = remember(socket);
    for (int left = kRequestsPerConnectionMax; goes_on && left > 0; --left) {
        if (!wait_for(socket, POLLIN, steady_now() + kIdleLimit) || stopping_) {
            break;
        }
        stream.start_request();
        bool is_closed = false;
        bool is_spoilt = false;
        const auto prepare = [&](httplib::Request& request) {
            is_spoilt = has_unread_body(request);
            // Answers are made as a whole: no part of them, no compression.
            request.ranges.clear();
            request.headers.erase("Accept-Encoding");
        };
        goes_on =
            process_request(stream, left == 1, is_closed, prepare) && !is_closed && !is_spoilt;
    }
    forget_and_close(socket);
    return true;
}

}  // namespace lumos::http
