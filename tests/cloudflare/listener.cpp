#include "tests/cloudflare/listener.h"

#include "workers/shared/runtime/errors.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <memory>
#include <optional>

namespace lumos::simulator {
namespace {

constexpr std::size_t kConnectionsMax = 1'024;
constexpr std::size_t kHeadBytesMax = 64UL * 1024;
constexpr std::size_t kBodyBytesMax = 16UL * 1024 * 1024;
constexpr int kIdleMilliseconds = 120'000;
constexpr int kReadMilliseconds = 20'000;
constexpr time_t kSendSeconds = 20;

// Waits until the socket is readable, the limit is over, or the listener ends: `wake` is readable
// then, and stays so.
bool wait_readable(int socket, int milliseconds, int wake) {
    std::array<pollfd, 2> waiting{
        {{.fd = socket, .events = POLLIN, .revents = 0},
         {.fd = wake, .events = POLLIN, .revents = 0}}};
    const int ready = poll(waiting.data(), waiting.size(), milliseconds);
    return ready > 0 && waiting[1].revents == 0;
}

// Reads of one connection, with what was read beyond the last request kept for the next.
class Reader {
public:
    Reader(int socket, int wake) : socket_(socket), wake_(wake) {}

    // Up to and including `end`; nothing where the peer went away or sent too much.
    std::optional<std::string> until(
        std::string_view end, std::size_t bytes_max, int milliseconds) {
        std::size_t found = std::string::npos;
        while ((found = buffer_.find(end)) == std::string::npos) {
            if (buffer_.size() > bytes_max || !more(milliseconds)) {
                return std::nullopt;
            }
        }
        return take(found + end.size());
    }

    std::optional<std::string> exactly(std::size_t bytes) {
        while (buffer_.size() < bytes) {
            if (!more(kReadMilliseconds)) {
                return std::nullopt;
            }
        }
        return take(bytes);
    }

private:
    bool more(int milliseconds) {
        if (!wait_readable(socket_, milliseconds, wake_)) {
            return false;
        }
        std::array<char, 16'384> bytes{};
        const ssize_t got = recv(socket_, bytes.data(), bytes.size(), 0);
        if (got <= 0) {
            return false;
        }
        buffer_.append(bytes.data(), static_cast<std::size_t>(got));
        return true;
    }

    std::string take(std::size_t bytes) {
        std::string taken = buffer_.substr(0, bytes);
        buffer_.erase(0, bytes);
        return taken;
    }

    int socket_;
    int wake_;
    std::string buffer_;
};

bool send_all(int socket, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t sent = send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent <= 0) {
            return false;
        }
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
}

std::optional<std::string> read_chunks(Reader& reader) {
    std::string body;
    while (body.size() <= kBodyBytesMax) {
        const auto line = reader.until("\r\n", 64, kReadMilliseconds);
        std::size_t length = 0;
        if (!line ||
            std::from_chars(line->data(), line->data() + line->size(), length, 16).ec !=
                std::errc() ||
            length > kBodyBytesMax) {
            return std::nullopt;
        }
        const auto chunk = reader.exactly(length + 2);
        if (!chunk || length == 0) {
            return chunk ? std::optional(body) : std::nullopt;
        }
        body.append(*chunk, 0, length);
    }
    return std::nullopt;
}

std::optional<HttpRequest> read_request(Reader& reader, int socket) {
    const auto head = reader.until("\r\n\r\n", kHeadBytesMax, kIdleMilliseconds);
    auto request =
        head ? parse_head(std::string_view(*head).substr(0, head->size() - 4)) : std::nullopt;
    const auto form = request ? body_form(*request) : std::nullopt;
    if (!form || form->length > kBodyBytesMax) {
        return std::nullopt;
    }
    if (!request->header("expect").empty() && !send_all(socket, "HTTP/1.1 100 Continue\r\n\r\n")) {
        return std::nullopt;
    }
    auto body = form->chunked ? read_chunks(reader) : reader.exactly(form->length);
    if (!body) {
        return std::nullopt;
    }
    request->body = std::move(*body);
    return request;
}

void wait_for_peer_to_leave(int socket, int wake) {
    std::array<char, 256> ignored{};
    while (wait_readable(socket, kIdleMilliseconds, wake)) {
        if (recv(socket, ignored.data(), ignored.size(), 0) <= 0) {
            return;
        }
    }
}

// True where the connection goes on.
bool answer(int socket, const Exchange& exchange, bool keep_alive, int wake) {
    const std::string wire = to_wire(exchange.reply, keep_alive);
    switch (exchange.cut) {
        case Cut::None:
            return send_all(socket, wire) && keep_alive;
        case Cut::Halfway:
            send_all(
                socket,
                std::string_view(wire).substr(0, wire.size() - exchange.reply.body.size() / 2 - 1));
            return false;
        case Cut::Reset: {
            const linger at_once{.l_onoff = 1, .l_linger = 0};
            setsockopt(socket, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
            return false;
        }
        case Cut::Silence:
            wait_for_peer_to_leave(socket, wake);
            return false;
        case Cut::Close:
            return false;
    }
    return false;
}

int bound_socket(const std::string& host, const std::string& port) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_PASSIVE | AI_NUMERICHOST | AI_NUMERICSERV;
    addrinfo* found = nullptr;
    if (getaddrinfo(host.c_str(), port.c_str(), &hints, &found) != 0) {
        throw runtime::UsageError(
            "--listen " + host + ":" + port + ": no address and port; e.g. 127.0.0.1:38081");
    }
    const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owned(found, freeaddrinfo);
    const int socket = ::socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int on = 1;
    setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(socket, found->ai_addr, found->ai_addrlen) != 0 || listen(socket, SOMAXCONN) != 0) {
        const std::string why = std::strerror(errno);
        close(socket);
        throw runtime::UsageError(
            fmt::format("--listen {}:{}: {}; choose a free port", host, port, why));
    }
    return socket;
}

int port_of(int socket) {
    sockaddr_storage address{};
    socklen_t length = sizeof address;
    getsockname(socket, reinterpret_cast<sockaddr*>(&address), &length);
    std::array<char, 16> port{};
    getnameinfo(
        reinterpret_cast<sockaddr*>(&address),
        length,
        nullptr,
        0,
        port.data(),
        port.size(),
        NI_NUMERICSERV);
    return std::stoi(port.data());
}

}  // namespace

Listener::Listener(const std::string& listen, Handler handler) : handler_(std::move(handler)) {
    const std::size_t colon = listen.rfind(':');
    if (colon == std::string::npos) {
        throw runtime::UsageError("--listen " + listen + ": no port; e.g. 127.0.0.1:38081");
    }
    std::string host = listen.substr(0, colon);
    if (host.starts_with('[') && host.ends_with(']')) {
        host = host.substr(1, host.size() - 2);
    }
    socket_ = bound_socket(host, listen.substr(colon + 1));
    port_ = port_of(socket_);
    wake_ = eventfd(0, EFD_CLOEXEC);
    acceptor_ = std::jthread([this] { accept_all(stop_.get_token()); });
}

Listener::~Listener() {
    stop();
}

void Listener::stop() {
    stop_.request_stop();
    (void)eventfd_write(wake_, 1);
    if (acceptor_.joinable()) {
        acceptor_.join();
    }
    reap(true);
    if (socket_ >= 0) {
        close(socket_);
        close(wake_);
        socket_ = -1;
    }
}

void Listener::accept_all(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
        if (!wait_readable(socket_, -1, wake_)) {
            continue;
        }
        const int accepted = accept4(socket_, nullptr, nullptr, SOCK_CLOEXEC);
        if (accepted < 0) {
            continue;
        }
        reap(false);
        const std::lock_guard lock(mutex_);
        if (connections_.size() >= kConnectionsMax) {
            close(accepted);
            continue;
        }
        const int on = 1;
        setsockopt(accepted, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        const timeval send_limit{.tv_sec = kSendSeconds, .tv_usec = 0};
        setsockopt(accepted, SOL_SOCKET, SO_SNDTIMEO, &send_limit, sizeof send_limit);
        Connection& connection = connections_.emplace_back();
        connection.socket = accepted;
        connection.thread =
            std::jthread([this, &connection] { serve(connection, stop_.get_token()); });
    }
}

void Listener::serve(Connection& connection, const std::stop_token& stop) {
    Reader reader(connection.socket, wake_);
    bool goes_on = true;
    while (goes_on && !stop.stop_requested()) {
        const auto request = read_request(reader, connection.socket);
        if (!request) {
            break;
        }
        const bool keep_alive = request->header("connection") != "close";
        goes_on = answer(connection.socket, handler_(*request, stop), keep_alive, wake_);
    }
    close(connection.socket);
    connection.done = true;
}

void Listener::reap(bool all) {
    std::list<Connection> finished;
    const std::lock_guard lock(mutex_);
    for (auto at = connections_.begin(); at != connections_.end();) {
        const auto next = std::next(at);
        if (all || at->done) {
            finished.splice(finished.end(), connections_, at);
        }
        at = next;
    }
    // Joined by their destructors, after the lock is gone.
}

}  // namespace lumos::simulator
