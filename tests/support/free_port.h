#pragma once
// A TCP port of 127.0.0.1 that nobody uses and that no other test process is given while this one
// lives.

#include <cstdint>

namespace lumos::support {

// Thread-safe. Below the range from which the kernel takes ports for outgoing connections.
[[nodiscard]] std::uint16_t free_port();

}  // namespace lumos::support
