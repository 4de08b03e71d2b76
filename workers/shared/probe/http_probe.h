#pragma once
// Whether a web server answers with a status below 400.

#include "workers/shared/http/client.h"
#include "workers/shared/probe/probe.h"

#include <memory>
#include <string>

namespace lumos::probe {

class HttpProbe final : public Probe {
public:
    // verify_tls: false where the certificate cannot be for the name that is asked.
    HttpProbe(std::string url, bool verify_tls, std::unique_ptr<http::Client> client)
        : url_(std::move(url)),
          verify_tls_(verify_tls),
          client_(std::move(client)) {}
    [[nodiscard]] const std::string& name() const override { return url_; }
    [[nodiscard]] ProbeResult run(std::chrono::milliseconds timeout) override;

private:
    const std::string url_;
    const bool verify_tls_;
    const std::unique_ptr<http::Client> client_;
};

}  // namespace lumos::probe
