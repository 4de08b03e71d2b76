#include "workers/shared/probe/tcp_probe.h"

#include "workers/shared/runtime/clock.h"

#include <fmt/format.h>

#include <utility>

namespace lumos::probe {
namespace {

// The HTTP client, which only connects here, has the limits on resolving and connecting.
std::string url_of(const Target& target) {
    const bool is_v6 = target.host.find(':') != std::string::npos;
    return is_v6 ? fmt::format("http://[{}]:{}/", target.host, target.port)
                 : fmt::format("http://{}:{}/", target.host, target.port);
}

}  // namespace

TcpProbe::TcpProbe(std::string name, const Target& target, std::unique_ptr<http::Client> client)
    : name_(std::move(name)),
      url_(url_of(target)),
      client_(std::move(client)) {}

ProbeResult TcpProbe::run(std::chrono::milliseconds timeout) {
    const runtime::SystemClock clock;
    http::Request request;
    request.url = url_;
    request.deadline = timeout;
    request.connect_timeout = timeout;
    request.connect_only = true;
    const auto start = clock.steady();
    const auto response = client_->send(request);
    ProbeResult result;
    result.latency = std::chrono::duration_cast<std::chrono::microseconds>(clock.steady() - start);
    result.ok = response.answered();
    result.error = response.error;
    return result;
}

}  // namespace lumos::probe
