#include "workers/shared/probe/http_probe.h"

#include "workers/shared/runtime/clock.h"

#include <fmt/format.h>

namespace lumos::probe {

ProbeResult HttpProbe::run(std::chrono::milliseconds timeout) {
    const runtime::SystemClock clock;
    http::Request request;
    request.url = url_;
    request.deadline = timeout;
    request.connect_timeout = timeout;
    request.verify_tls = verify_tls_;
    request.skip_body = true;
    const auto start = clock.steady();
    const auto response = client_->send(request);
    ProbeResult result;
    result.latency = std::chrono::duration_cast<std::chrono::microseconds>(clock.steady() - start);
    result.ok = response.answered() && response.status < 400;
    if (!response.answered()) {
        result.error = response.error;
    } else if (!result.ok) {
        result.error = fmt::format("status {}", response.status);
    }
    return result;
}

}  // namespace lumos::probe
