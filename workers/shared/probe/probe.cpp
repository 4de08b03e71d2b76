#include "workers/shared/probe/probe.h"

#include "workers/shared/http/client.h"
#include "workers/shared/probe/http_probe.h"
#include "workers/shared/probe/target.h"
#include "workers/shared/probe/tcp_probe.h"

namespace lumos::probe {

std::unique_ptr<Probe> make_probe(const std::string& text) {
    const auto target = parse_target(text);
    if (target.scheme == "tcp") {
        return std::make_unique<TcpProbe>(text, target, std::make_unique<http::CurlClient>());
    }
    // A web server on this machine shows the certificate of the domain that it serves, not one for
    // 127.0.0.1: whether it is valid is not what a local check asks.
    const bool verify_tls = !is_loopback(target.host);
    return std::make_unique<HttpProbe>(text, verify_tls, std::make_unique<http::CurlClient>());
}

}  // namespace lumos::probe
