#pragma once
// A peer that speaks no HTTP by itself: each connection is given to the test's function. For
// answers that no decent server gives.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <functional>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace lumos::http {

class RawServer {
public:
    using Talk = std::function<void(int socket, const std::stop_token& stop)>;

    explicit RawServer(Talk talk) : talk_(std::move(talk)) {
        listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t length = sizeof(address);
        (void)::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof(address));
        (void)::listen(listener_, 16);
        (void)::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &length);
        port_ = ntohs(address.sin_port);
        thread_ = std::jthread([this](const std::stop_token& stop) { serve(stop); });
    }
    ~RawServer() {
        thread_.request_stop();
        thread_.join();
        ::close(listener_);
    }
    RawServer(const RawServer&) = delete;
    RawServer& operator=(const RawServer&) = delete;

    [[nodiscard]] int port() const { return port_; }
    [[nodiscard]] std::string url(const std::string& path = "/") const {
        return "http://127.0.0.1:" + std::to_string(port_) + path;
    }
    [[nodiscard]] int connections() const { return connections_; }

    static void say(int socket, std::string_view text) {
        (void)::send(socket, text.data(), text.size(), MSG_NOSIGNAL);
    }
    // Reads up to the empty line.
    static std::string read_head(int socket) {
        std::string text;
        char c = 0;
        while (text.find("\r\n\r\n") == std::string::npos && ::recv(socket, &c, 1, 0) == 1) {
            text += c;
        }
        return text;
    }

private:
    void serve(const std::stop_token& stop) {
        std::vector<int> open;
        std::vector<std::jthread> talks;
        while (!stop.stop_requested()) {
            pollfd ready{listener_, POLLIN, 0};
            if (::poll(&ready, 1, 20) != 1) {
                continue;
            }
            const int socket = ::accept(listener_, nullptr, nullptr);
            ++connections_;
            talks.emplace_back([this, socket](const std::stop_token& end) {
                talk_(socket, end);
                ::close(socket);
            });
            open.push_back(socket);
        }
        for (const int socket : open) {
            ::shutdown(socket, SHUT_RDWR);
        }
    }

    Talk talk_;
    int listener_ = -1;
    int port_ = 0;
    std::atomic<int> connections_ = 0;
    std::jthread thread_;
};

}  // namespace lumos::http
