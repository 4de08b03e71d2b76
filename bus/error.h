#pragma once
// What can go wrong on the bus, sorted by what to do next.

#include <stdexcept>

namespace lumos::bus {

// Away, slow or refusing: try again later; nothing is known about what was sent.
struct BusUnavailable : std::runtime_error {
    using runtime_error::runtime_error;
};

// The stream or consumer is not there (the store was wiped): create it again (Streams::ensure).
struct StreamMissing : std::runtime_error {
    using runtime_error::runtime_error;
};

// Refused for good: a permission, a configuration that differs, a malformed request.
struct BusRefused : std::runtime_error {
    using runtime_error::runtime_error;
};

}  // namespace lumos::bus
