#pragma once
// One look at a service from the same machine: tcp://host:port, http://…, https://…. Thread-safe.
// A refused connection is a result, not an exception: it is what we came to learn.

#include <chrono>
#include <memory>
#include <optional>
#include <string>

namespace lumos::probe {

struct ProbeResult {
    bool ok = false;
    std::chrono::microseconds latency{0};
    std::string error;  // "connection refused"; "" when ok.
};

class Probe {
public:
    virtual ~Probe() = default;
    [[nodiscard]] virtual const std::string& name() const = 0;  // The target as configured.
    [[nodiscard]] virtual ProbeResult run(std::chrono::milliseconds timeout) = 0;
};

// Throws runtime::UsageError on a target that is none. http(s): a status below 400 is ok; the body
// is not read.
[[nodiscard]] std::unique_ptr<Probe> make_probe(const std::string& target);

}  // namespace lumos::probe
