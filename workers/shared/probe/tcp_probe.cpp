#include "workers/shared/probe/tcp_probe.h"

#include "workers/shared/probe/resolve.h"
#include "workers/shared/runtime/clock.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace lumos::probe {
namespace {

using std::chrono::milliseconds;

runtime::SteadyTime now() {
    return runtime::SystemClock{}.steady();
}

milliseconds left_until(runtime::SteadyTime deadline) {
    return std::max(std::chrono::ceil<milliseconds>(deadline - now()), milliseconds::zero());
}

// "connection refused": as people write it in the middle of a sentence.
std::string describe(int error) {
    std::string text = std::strerror(error);
    if (!text.empty() && text[0] >= 'A' && text[0] <= 'Z') {
        text[0] = static_cast<char>(text[0] - 'A' + 'a');
    }
    return text;
}

class Socket {
public:
    explicit Socket(int family)
        : descriptor_(::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)) {}
    ~Socket() {
        if (descriptor_ >= 0) {
            ::close(descriptor_);
        }
    }
    Socket(const Socket&) = delete;
    Socket& operator=(const Socket&) = delete;
    [[nodiscard]] int descriptor() const { return descriptor_; }

private:
    int descriptor_;
};

// 0 when it is connected, ETIMEDOUT at the deadline.
int connect_to(const SocketAddress& address, runtime::SteadyTime deadline) {
    const Socket socket(address.bytes.ss_family);
    if (socket.descriptor() < 0) {
        return errno;
    }
    const auto* const raw = reinterpret_cast<const sockaddr*>(&address.bytes);
    if (::connect(socket.descriptor(), raw, address.length) == 0) {
        return 0;
    }
    if (errno != EINPROGRESS) {
        return errno;
    }
    pollfd state{socket.descriptor(), POLLOUT, 0};
    int count = 0;
    do {
        count = ::poll(&state, 1, static_cast<int>(left_until(deadline).count()));
    } while (count < 0 && errno == EINTR);
    if (count == 0) {
        return ETIMEDOUT;
    }
    int error = 0;
    socklen_t length = sizeof(error);
    (void)::getsockopt(socket.descriptor(), SOL_SOCKET, SO_ERROR, &error, &length);
    return error;
}

}  // namespace

ProbeResult TcpProbe::run(milliseconds timeout) {
    const auto start = now();
    const auto deadline = start + timeout;
    ProbeResult result;
    const auto resolved = resolve(target_.host, target_.port, timeout);
    result.error = resolved.error;
    for (const auto& address : resolved.addresses) {
        const int error = connect_to(address, deadline);
        if (error == 0) {
            result.ok = true;
            result.error.clear();
            break;
        }
        result.error = describe(error);
    }
    result.latency = std::chrono::duration_cast<std::chrono::microseconds>(now() - start);
    return result;
}

}  // namespace lumos::probe
