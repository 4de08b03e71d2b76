#include "tests/support/free_port.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdio>
#include <random>
#include <stdexcept>
#include <string>

namespace lumos::support {
namespace {

constexpr std::uint16_t kFirst = 20'000;
constexpr std::uint16_t kLast = 31'999;

// A name in the abstract namespace is a lock that ends with the process, however it ends. Its
// descriptor stays open on purpose.
bool reserve(std::uint16_t port) {
    const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const int length = std::snprintf(
        address.sun_path + 1, sizeof address.sun_path - 1, "lumos-test-port-%u", unsigned{port});
    const auto size = static_cast<socklen_t>(
        offsetof(sockaddr_un, sun_path) + 1 + static_cast<std::size_t>(length));
    if (fd >= 0 && bind(fd, reinterpret_cast<const sockaddr*>(&address), size) == 0) {
        return true;
    }
    close(fd);
    return false;
}

bool can_be_bound(std::uint16_t port) {
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_ANY);
    address.sin_port = htons(port);
    const bool bound =
        fd >= 0 && bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    close(fd);
    return bound;
}

}  // namespace

std::uint16_t free_port() {
    std::random_device seed;
    std::mt19937 random(seed());
    std::uniform_int_distribution<int> any(kFirst, kLast);
    for (int attempt = 0; attempt < 1'000; ++attempt) {
        const auto port = static_cast<std::uint16_t>(any(random));
        if (reserve(port) && can_be_bound(port)) {
            return port;
        }
    }
    throw std::runtime_error("no free port between 20000 and 31999");
}

}  // namespace lumos::support
