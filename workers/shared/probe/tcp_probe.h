#pragma once
// Whether a TCP port takes connections.

#include "workers/shared/http/client.h"
#include "workers/shared/probe/probe.h"
#include "workers/shared/probe/target.h"

#include <memory>
#include <string>

namespace lumos::probe {

class TcpProbe final : public Probe {
public:
    TcpProbe(std::string name, const Target& target, std::unique_ptr<http::Client> client);
    [[nodiscard]] const std::string& name() const override { return name_; }
    [[nodiscard]] ProbeResult run(std::chrono::milliseconds timeout) override;

private:
    const std::string name_;
    const std::string url_;
    const std::unique_ptr<http::Client> client_;
};

}  // namespace lumos::probe
