#pragma once
// Between the HTTP server and the handlers: who asks, whether they may, what a repeated request is
// answered, and how failures look. A handler gets a Call, returns a response or throws a Problem
// (or what sql/ throws). Thread-safe once the server runs.

#include "workers/console/call.h"
#include "workers/console/parts.h"
#include "workers/shared/http/server.h"
#include "workers/shared/runtime/metrics.h"

#include <array>
#include <string>

namespace lumos::console {

enum class Access {
    Public,  // Nobody needs a token.
    Read,
    Write,  // Not with a token that only reads.
    Admin   // Administrators, and not with a token that only reads.
};

using ApiHandler = http::ServerResponse (*)(Parts& parts, const Call& call);

class Api {
public:
    Api(http::Server& server, Parts& parts);

    void on(
        const std::string& method, const std::string& pattern, Access access, ApiHandler handler);

private:
    [[nodiscard]] http::ServerResponse handle(
        const http::ServerRequest& request, Access access, ApiHandler handler);
    [[nodiscard]] http::ServerResponse attempt(
        const http::ServerRequest& request, Access access, ApiHandler handler);
    [[nodiscard]] Caller authenticate(const http::ServerRequest& request);
    [[nodiscard]] http::ServerResponse once(const Call& call, ApiHandler handler);

    void measure(int status, double seconds);

    http::Server& server_;
    Parts& parts_;
    std::array<runtime::metrics::Counter, 4> answered_;  // 2xx, 3xx, 4xx, 5xx.
    runtime::metrics::Histogram seconds_;
};

// The routes of each noun; together they are schemas/openapi.yaml.
void add_account_routes(Api& api);
void add_server_routes(Api& api);
void add_credentials_routes(Api& api);
void add_provider_routes(Api& api);
void add_zone_routes(Api& api);
void add_domain_routes(Api& api);
void add_channel_routes(Api& api);
void add_token_routes(Api& api);
void add_subscriber_routes(Api& api);
void add_event_routes(Api& api);
void add_log_routes(Api& api);
void add_status_routes(Api& api);
void add_schema_routes(Api& api);

void add_routes(Api& api);

}  // namespace lumos::console
