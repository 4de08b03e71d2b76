#pragma once
// Whether a TCP port takes connections.

#include "workers/shared/probe/probe.h"
#include "workers/shared/probe/target.h"

#include <string>

namespace lumos::probe {

class TcpProbe final : public Probe {
public:
    TcpProbe(std::string name, Target target)
        : name_(std::move(name)),
          target_(std::move(target)) {}
    [[nodiscard]] const std::string& name() const override { return name_; }
    [[nodiscard]] ProbeResult run(std::chrono::milliseconds timeout) override;

private:
    const std::string name_;
    const Target target_;
};

}  // namespace lumos::probe
