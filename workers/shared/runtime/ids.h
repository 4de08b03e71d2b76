#pragma once
// Ids that are unique without asking anybody. Thread-safe.

#include "schemas/time.h"

#include <string>

namespace lumos::runtime {

// UUID version 7 (RFC 9562): sorts by time; rises within this process even inside one millisecond.
[[nodiscard]] std::string new_uuid(Time now);

// Hexadecimal of `bytes` random bytes: sessions, replicas, call ids.
[[nodiscard]] std::string random_hex(std::size_t bytes);

}  // namespace lumos::runtime
