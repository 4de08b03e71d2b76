#pragma once
// What a check's target says. Pure; safe from any thread.

#include <string>
#include <string_view>

namespace lumos::probe {

struct Target {
    std::string scheme;  // tcp | http | https
    std::string host;    // Without brackets.
    std::string port;    // "" where the scheme's own is meant.
};

// Throws runtime::UsageError, which names the target and says how one is written.
[[nodiscard]] Target parse_target(std::string_view text);

// This machine by its loopback address or name.
[[nodiscard]] bool is_loopback(std::string_view host);

}  // namespace lumos::probe
