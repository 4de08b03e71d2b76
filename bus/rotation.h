#pragma once
// New credentials for a kind of process, in the folder that bus init wrote. The old ones stay good
// until they are revoked. Thread-safe.

#include "schemas/time.h"

#include <string>
#include <string_view>

namespace lumos::bus {

// Of the credentials that kind has there (U…). Throws BusRefused where there are none.
[[nodiscard]] std::string key_of_process(const std::string& directory, std::string_view kind);

struct Rotated {
    std::string path;          // Of the credentials file, which holds the new ones.
    std::string previous_key;  // U…: to be revoked.
};
// Signs with `offline/processes.key` of that folder. Throws BusRefused with what is missing; then
// nothing was changed.
[[nodiscard]] Rotated rotate_process(const std::string& directory, std::string_view kind, Time now);

}  // namespace lumos::bus
