#pragma once
// API tokens: made once, shown once, kept as a hash only. Thread-safe.

#include "workers/shared/runtime/secret.h"

#include <string>
#include <string_view>

namespace lumos::runtime {

// "lumos_" and 43 characters: 32 random bytes, so that a plain hash cannot be searched.
[[nodiscard]] Secret new_api_token();

// What the database holds: BLAKE2b-256 of the token's text, 32 raw bytes.
[[nodiscard]] std::string hash_of_api_token(std::string_view token);

}  // namespace lumos::runtime
