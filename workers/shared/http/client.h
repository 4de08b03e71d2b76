#pragma once
// HTTP(S) requests with every limit set: connect, whole request, body size. TLS is verified.
// Redirects are not followed. Thread-safe.

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lumos::http {

using Headers =
    std::multimap<std::string, std::string>;  // Names as sent; look up with find_header.

[[nodiscard]] std::optional<std::string> find_header(const Headers& headers, std::string_view name);

struct Request {
    std::string method = "GET";
    std::string url;  // http:// or https://, IPv6 in brackets.
    Headers headers;
    std::string body;
    std::chrono::milliseconds deadline{
        8'000};  // For everything: resolve, connect, TLS, send, receive.
    std::chrono::milliseconds connect_timeout{3'000};
    std::size_t body_bytes_max = 8 * 1024 * 1024;
    // The answer ends for us with its headers; its body is not read.
    bool skip_body = false;
    // Only connects (with TLS, where the URL says so) and says nothing; the status is then 0.
    bool connect_only = false;
    // Asked for each resolved address (text form) before connecting to exactly it; false refuses.
    // Empty: all allowed.
    std::function<bool(std::string_view address)> may_connect = {};
    bool verify_tls = true;
    std::string ca_file = {};  // Besides the system's.
    // Keeps the connection for the next request to the same origin.
    bool keep_alive = false;
    // TCP_USER_TIMEOUT is set to the deadline, so that the kernel does not deliver bytes after it.
};

enum class Failure { None, Refused, Resolve, Connect, Tls, Timeout, Reset, TooLarge, BadUrl };

struct Response {
    Failure failure = Failure::None;  // Anything else: no answer; error says why, status is 0.
    std::string error;
    int status = 0;
    Headers headers;
    std::string body;
    // Whether anything of the request may have reached the peer: false only where it certainly has
    // not.
    bool may_have_been_sent = false;
    [[nodiscard]] bool answered() const { return failure == Failure::None; }
};

class Client {
public:
    virtual ~Client() = default;
    [[nodiscard]] virtual Response send(const Request& request) = 0;
};

// The real one. (libcurl: it honours one deadline for everything, and pins the resolved address.)
class CurlClient final : public Client {
public:
    CurlClient();
    ~CurlClient() override;
    [[nodiscard]] Response send(const Request& request) override;

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace lumos::http
