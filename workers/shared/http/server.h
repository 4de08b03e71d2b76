#pragma once
// A small HTTP server around cpp-httplib with every limit set. Routes are added before start().

#include "workers/shared/http/client.h"
#include "workers/shared/runtime/health.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace lumos::http {

struct ServerRequest {
    std::string method;
    std::string path;                             // Decoded, without the query.
    std::map<std::string, std::string> captures;  // Of {name} in the route's pattern.
    std::multimap<std::string, std::string> query;
    Headers headers;
    std::string body;
    std::string remote_address;
};

struct ServerResponse {
    int status = 200;
    std::string content_type = "application/json";
    Headers headers;
    std::string body;
    // Server-sent events and the like: called again and again with `write` until it returns false
    // or the peer is gone.
    std::function<bool(const std::function<bool(std::string_view)>& write)> stream = {};
};

using Handler = std::function<ServerResponse(const ServerRequest&)>;

struct ServerOptions {
    std::string listen = "127.0.0.1:0";  // host:port; port 0: any.
    std::size_t threads = 16;
    std::size_t body_bytes_max = 1024 * 1024;
    std::chrono::milliseconds read_timeout{10'000};
    std::chrono::milliseconds write_timeout{10'000};
};

class Server {
public:
    explicit Server(ServerOptions options);
    ~Server();
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    // pattern: "/api/v1/accounts/{account}/servers/{id}". Known path, other method: 405 with Allow.
    void route(const std::string& method, const std::string& pattern, Handler handler);
    struct Route {
        std::string method;
        std::string pattern;
    };
    [[nodiscard]] std::vector<Route> routes() const;
    // Wraps every handler: authentication, errors, logging.
    void wrap(std::function<ServerResponse(const ServerRequest&, const Handler&)> around);

    // Binds and serves in threads of its own. Throws runtime::UsageError where the address cannot
    // be bound.
    void start();
    [[nodiscard]] int port() const;
    void stop();

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

// /metrics, /healthz, /readyz. Null where `listen` is empty.
[[nodiscard]] std::unique_ptr<Server> serve_health(
    const std::string& listen, const runtime::Health& health);

}  // namespace lumos::http
