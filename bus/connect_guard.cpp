#include "bus/connect_guard.h"

#include "bus/inbox.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <charconv>
#include <filesystem>
#include <string_view>
#include <vector>

namespace lumos::bus {

namespace {

struct OpenSocket {
    int number;
    std::uint64_t inode;
};

std::mutex& one_at_a_time() {
    static std::mutex mutex;
    return mutex;
}

std::uint16_t peer_port(int socket) {
    sockaddr_storage peer{};
    socklen_t size = sizeof peer;
    if (::getpeername(socket, reinterpret_cast<sockaddr*>(&peer), &size) != 0) {
        return 0;
    }
    if (peer.ss_family == AF_INET) {
        return ntohs(reinterpret_cast<const sockaddr_in*>(&peer)->sin_port);
    }
    if (peer.ss_family == AF_INET6) {
        return ntohs(reinterpret_cast<const sockaddr_in6*>(&peer)->sin6_port);
    }
    return 0;
}

std::vector<OpenSocket> sockets_to(std::uint16_t port) {
    std::vector<OpenSocket> sockets;
    std::error_code problem;
    for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd", problem)) {
        const auto name = entry.path().filename().string();
        int number = -1;
        std::from_chars(name.data(), name.data() + name.size(), number);
        struct stat status {};
        if (number >= 0 && ::fstat(number, &status) == 0 && S_ISSOCK(status.st_mode) &&
            peer_port(number) == port) {
            sockets.push_back({number, status.st_ino});
        }
    }
    return sockets;
}

std::set<std::uint64_t> inodes_of(const std::vector<OpenSocket>& sockets) {
    std::set<std::uint64_t> inodes;
    for (const auto& socket : sockets) {
        inodes.insert(socket.inode);
    }
    return inodes;
}

}  // namespace

std::uint16_t port_of(const std::string& url) {
    constexpr std::uint16_t kNatsPort = 4222;
    std::string_view rest(url);
    rest.remove_prefix(std::min(rest.size(), url.rfind('@') + 1));  // npos + 1 is 0.
    if (const auto scheme = rest.find("://"); scheme != std::string_view::npos) {
        rest.remove_prefix(scheme + 3);
    }
    const auto colon = rest.rfind(':');
    if (colon == std::string_view::npos || rest.find(']', colon) != std::string_view::npos) {
        return kNatsPort;  // None, or the colon is one inside "[::1]".
    }
    std::uint16_t port = 0;
    std::from_chars(rest.data() + colon + 1, rest.data() + rest.size(), port);
    return port == 0 ? kNatsPort : port;
}

ConnectGuard::ConnectGuard(std::uint16_t port, std::chrono::milliseconds limit)
    : only_one_(one_at_a_time()),
      port_(port),
      before_(inodes_of(sockets_to(port))),
      watch_([this, limit](const std::stop_token& stop) { watch(stop, limit); }) {}

ConnectGuard::~ConnectGuard() {
    watch_.request_stop();
    watch_.join();  // Before the next connect may begin.
}

void ConnectGuard::watch(const std::stop_token& stop, std::chrono::milliseconds limit) {
    std::unique_lock lock(mutex_);
    auto wait = limit;
    constexpr std::chrono::milliseconds kAgain{100};
    while (!changed_.wait_until(
        lock, stop, deadline_in(wait), [&] { return stop.stop_requested(); })) {
        for (const auto& socket : sockets_to(port_)) {
            if (!before_.contains(socket.inode)) {
                ::shutdown(socket.number, SHUT_RDWR);
            }
        }
        wait = kAgain;
    }
}

}  // namespace lumos::bus
