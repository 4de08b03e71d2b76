#include "workers/shared/http/server.h"
#include "workers/shared/runtime/metrics.h"

#include <boost/json.hpp>

namespace lumos::http {
namespace {

ServerResponse show_readiness(const runtime::Health& health) {
    boost::json::object dependencies;
    for (const auto& [name, state] : health.all()) {
        dependencies[name] = {{"ok", state.ok}, {"detail", state.detail}};
    }
    const bool is_ready = health.ready();
    ServerResponse response;
    response.status = is_ready ? 200 : 503;
    response.body = boost::json::serialize(
        boost::json::object{{"ready", is_ready}, {"dependencies", std::move(dependencies)}});
    return response;
}

}  // namespace

std::unique_ptr<Server> serve_health(const std::string& listen, const runtime::Health& health) {
    if (listen.empty()) {
        return nullptr;
    }
    ServerOptions options;
    options.listen = listen;
    options.threads = 4;
    auto server = std::make_unique<Server>(std::move(options));
    server->route("GET", "/metrics", [](const ServerRequest&) {
        ServerResponse response;
        response.content_type = "text/plain; version=0.0.4; charset=utf-8";
        response.body = runtime::metrics::exposition();
        return response;
    });
    server->route("GET", "/healthz", [](const ServerRequest&) {
        ServerResponse response;
        response.body = R"({"alive":true})";
        return response;
    });
    server->route(
        "GET", "/readyz", [&health](const ServerRequest&) { return show_readiness(health); });
    server->start();
    return server;
}

}  // namespace lumos::http
