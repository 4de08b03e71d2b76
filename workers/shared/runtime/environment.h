#pragma once
// Environment variables for programs whose settings are not a process's: lumosctl. Read while one
// thread runs.

#include "workers/shared/runtime/secret.h"

#include <optional>
#include <string>

namespace lumos::runtime {

// Nothing where it is not set, or empty.
[[nodiscard]] std::optional<std::string> environment(const std::string& name);

// The variable NAME, or the text of the file that NAME_FILE names. Empty where neither is set.
// Throws UsageError where the file cannot be read.
[[nodiscard]] Secret secret_from_environment(const std::string& name);

}  // namespace lumos::runtime
