#include "bus/connect_guard.h"

#include "bus/inbox.h"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string_view>

namespace lumos::bus {

namespace {

namespace fs = std::filesystem;

std::mutex& one_at_a_time() {
    static std::mutex mutex;
    return mutex;
}

// Number by inode of our sockets. Read from /proc, so that no other thread's descriptor is touched.
std::map<std::uint64_t, int> open_sockets() {
    constexpr std::string_view kSocket = "socket:[";
    std::map<std::uint64_t, int> sockets;
    std::error_code problem;
    for (const auto& entry : fs::directory_iterator("/proc/self/fd", problem)) {
        const auto name = entry.path().filename().string();
        const auto target = fs::read_symlink(entry.path(), problem).string();
        int number = -1;
        std::uint64_t inode = 0;
        std::from_chars(name.data(), name.data() + name.size(), number);
        if (target.starts_with(kSocket)) {
            std::from_chars(target.data() + kSocket.size(), target.data() + target.size(), inode);
            sockets.emplace(inode, number);
        }
    }
    return sockets;
}

// Inodes of the machine's TCP sockets whose other end has that port.
std::set<std::uint64_t> inodes_to(std::uint16_t port) {
    std::set<std::uint64_t> inodes;
    for (const auto* table : {"/proc/self/net/tcp", "/proc/self/net/tcp6"}) {
        std::ifstream file(table);
        std::string line;
        std::getline(file, line);  // The heading.
        while (std::getline(file, line)) {
            // Of the columns, the third is the other end in hexadecimal, the tenth the inode.
            std::istringstream columns(line);
            std::array<std::string, 10> column;
            for (auto& text : column) {
                columns >> text;
            }
            const auto& other = column[2];
            const auto colon = std::min(other.rfind(':'), other.size() - 1);
            unsigned its_port = 0;
            std::uint64_t inode = 0;
            std::from_chars(other.data() + colon + 1, other.data() + other.size(), its_port, 16);
            std::from_chars(column[9].data(), column[9].data() + column[9].size(), inode);
            if (its_port == port) {
                inodes.insert(inode);
            }
        }
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
      before_(open_sockets()),
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
        const auto there = inodes_to(port_);
        for (const auto& [inode, number] : open_sockets()) {
            if (!before_.contains(inode) && there.contains(inode)) {
                ::shutdown(number, SHUT_RDWR);
            }
        }
        wait = kAgain;
    }
}

}  // namespace lumos::bus
