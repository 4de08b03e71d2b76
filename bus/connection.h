#pragma once
// One connection to NATS that is kept for ever: also after the client library has given up for good
// (it closes after two equal authentication errors, and fails 1 nkey login in 256), a new one is
// made. Credentials are read again at each (re)connect. All methods are thread-safe; nothing waits
// longer than its limit.

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lumos::bus {

struct ConnectionState {
    bool connected = false;
    std::string url;          // Of the present or last server.
    std::string nats_server;  // NATS's server id; "" before the first connect.
    std::int64_t client_id = 0;
    std::int64_t attempt = 0;  // Of the reconnect under way.
    std::string last_error;
};

struct ConnectionOptions {
    std::string urls = "nats://127.0.0.1:4222";  // Comma-separated.
    // "": none (tests). Answers arrive below an inbox of the name inside.
    std::string creds_file;
    // PEM file of who may have signed the server's certificate; "": the system's. Setting it asks
    // for TLS, whatever the address says.
    std::string ca_file;
    std::string user, password;  // Static users, in tests only.
    std::string name;            // Shown by NATS: "lumos-presence".
    std::chrono::milliseconds connect_timeout{2'000};
    std::chrono::milliseconds reconnect_wait_first{250};
    std::chrono::milliseconds reconnect_wait_max{5'000};  // Doubling, with jitter.
    std::chrono::milliseconds ping_interval{15'000};
    int pings_outstanding_max = 2;
    // Called from threads of the connection, never concurrently with themselves; must not block.
    // What they and the handlers of subscriptions throw goes to on_error.
    std::function<void(const ConnectionState&)> on_connected;
    std::function<void(const ConnectionState&)> on_disconnected;
    std::function<void(const std::string& what)>
        on_error;  // Asynchronous: refused publishes, slow consumers.
};

struct Message {
    std::string subject;
    std::string reply;
    std::string body;
};

class Subscription {  // Ends when destroyed.
public:
    virtual ~Subscription() = default;
};

struct PublishAck {
    std::string stream;
    std::uint64_t sequence = 0;
    bool duplicate = false;
};

class Connection {
public:
    // Connects in the background; never throws because NATS is away (it does when the options are
    // nonsense).
    explicit Connection(ConnectionOptions options);
    ~Connection();  // Without draining.
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    [[nodiscard]] ConnectionState state() const;
    // False when it is not connected within `at_most`.
    bool wait_connected(std::chrono::milliseconds at_most) const;

    // Core publish, no acknowledgement. Throws BusUnavailable while disconnected (nothing is
    // buffered: a late heartbeat is a lie).
    void publish(std::string_view subject, std::string_view body);
    // Answers a message that somebody waits for; as it is, for it is no message of ours. Throws as
    // publish does.
    void answer(const Message& question, std::string_view body);
    // Waits until all published so far has reached the server.
    void flush(std::chrono::milliseconds at_most);

    // Into a stream, with message id (may be "") and acknowledgement. Throws BusUnavailable (also
    // when it is not known whether it was stored), StreamMissing, BusRefused.
    PublishAck publish_acknowledged(
        std::string_view subject,
        std::string_view body,
        std::string_view message_id,
        std::chrono::milliseconds at_most = std::chrono::milliseconds{5'000});

    // Core request and reply.
    std::string request(
        std::string_view subject, std::string_view body, std::chrono::milliseconds at_most);

    // All answers that come within `at_most`, and at most 1,000 of them.
    std::vector<std::string> gather(std::string_view subject, std::chrono::milliseconds at_most);

    // The handler runs on a thread of the subscription, one message at a time. Survives reconnects,
    // also those after the library gave up.
    std::unique_ptr<Subscription> subscribe(
        const std::string& subject, std::function<void(const Message&)> handler);

    // Lets handlers finish, sends what is buffered, closes: within `at_most`.
    void drain(std::chrono::milliseconds at_most = std::chrono::milliseconds{10'000});

    class Impl;
    [[nodiscard]] Impl& impl() { return *impl_; }  // For bus/ only.

private:
    std::unique_ptr<Impl> impl_;
};

}  // namespace lumos::bus
