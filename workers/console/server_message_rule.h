#pragma once
// What a server's state means, in words. Pure.

#include "schemas/time.h"

#include <optional>
#include <string>

namespace lumos::console {

struct ServerState {
    std::string status;  // unknown | online | offline | error
    std::optional<std::string> cause;
    std::optional<std::string> disconnect_reason;
    std::optional<Time> last_seen;
    std::optional<std::string> failing_check;  // "tcp://127.0.0.1:443 connection refused"
    bool conflict = false;
};

// Nothing where there is nothing to say: the server is online.
[[nodiscard]] std::optional<std::string> server_message(const ServerState& state);

}  // namespace lumos::console
