#pragma once
// Listens on a port and hands each request to a handler, in a thread of its own for each
// connection. Everything has a limit: connections, size, time. Stopping closes all connections and
// waits for the handlers.

#include "tests/cloudflare/http_message.h"

#include <atomic>
#include <functional>
#include <list>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>

namespace lumos::simulator {

// What happens to the connection instead of, or after, the answer.
enum class Cut {
    None,
    Close,    // Ended in order (FIN), without an answer.
    Reset,    // Ended by RST, without an answer.
    Halfway,  // The head and half of the body are sent, then it ends.
    Silence   // Nothing is sent; the connection stays open until the peer gives up.
};

struct Exchange {
    HttpReply reply;
    Cut cut = Cut::None;
};

class Listener {
public:
    // The token is requested when the listener stops: a handler that waits ends its wait.
    using Handler = std::function<Exchange(const HttpRequest&, const std::stop_token&)>;

    // listen: host:port, port 0: any. Throws runtime::UsageError where it cannot be bound.
    Listener(const std::string& listen, Handler handler);
    ~Listener();
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;

    [[nodiscard]] int port() const { return port_; }
    void stop();

private:
    struct Connection {
        int socket = -1;
        std::atomic<bool> done = false;
        std::jthread thread;
    };

    void accept_all(const std::stop_token& stop);
    void serve(Connection& connection, const std::stop_token& stop);
    void reap(bool all);

    Handler handler_;
    int socket_ = -1;
    int port_ = 0;
    int wake_ = -1;  // Readable once the listener ends.
    std::mutex mutex_;
    std::list<Connection> connections_;  // Guarded by mutex_.
    std::stop_source stop_;
    std::jthread acceptor_;
};

}  // namespace lumos::simulator
