#pragma once
// A short name for what a text says. Pure.

#include <string>
#include <string_view>

namespace lumos::console {

// BLAKE2b-256, 32 raw bytes.
[[nodiscard]] std::string digest(std::string_view text);

}  // namespace lumos::console
