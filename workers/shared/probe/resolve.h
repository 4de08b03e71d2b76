#pragma once
// Names to addresses within a limit. Thread-safe.

#include <sys/socket.h>

#include <chrono>
#include <string>
#include <vector>

namespace lumos::probe {

struct SocketAddress {
    sockaddr_storage bytes{};
    socklen_t length = 0;
};

struct Resolved {
    std::vector<SocketAddress> addresses;
    std::string error;  // Where there are none.
};

// A numeric address is not asked about anywhere. A resolver that does not answer in time is left
// behind; only a few may be left behind at a time.
[[nodiscard]] Resolved resolve(
    const std::string& host, const std::string& port, std::chrono::milliseconds at_most);

}  // namespace lumos::probe
