#pragma once
// systemd's side of sd_notify: a datagram socket that remembers nothing but what comes next.

#include "tests/support/temp_dir.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <stdexcept>
#include <string>

namespace lumos::agent {

class NotifySocket {
public:
    NotifySocket()
        : path_(folder_ / "notify"),
          socket_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::strncpy(address.sun_path, path_.c_str(), sizeof(address.sun_path) - 1);
        if (::bind(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
            throw std::runtime_error("no notify socket");
        }
    }
    ~NotifySocket() { ::close(socket_); }
    NotifySocket(const NotifySocket&) = delete;
    NotifySocket& operator=(const NotifySocket&) = delete;

    [[nodiscard]] const std::string& path() const { return path_; }

    // Reads on until the message comes; others, such as status lines, are passed over.
    [[nodiscard]] bool hears(const std::string& message) const {
        while (true) {
            pollfd ready{socket_, POLLIN, 0};
            if (::poll(&ready, 1, 30'000) != 1) {
                return false;
            }
            std::array<char, 1024> buffer{};
            const auto size = ::recv(socket_, buffer.data(), buffer.size(), 0);
            if (size > 0 && std::string(buffer.data(), static_cast<std::size_t>(size)) == message) {
                return true;
            }
        }
    }

private:
    support::TempDir folder_;
    std::string path_;
    int socket_;
};

}  // namespace lumos::agent
