#pragma once
// How a setting's text is read and judged. Pure; safe from any thread.

#include "workers/shared/runtime/settings.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lumos::runtime {

// "health_timeout" -> "LUMOS_HEALTH_TIMEOUT", unless the setting names another one.
[[nodiscard]] std::string variable_of(const Setting& setting);
// "health_timeout" -> "--health-timeout".
[[nodiscard]] std::string flag_of(std::string_view key);

// What is wrong with the text and what to write instead; nothing where it is fine. Never repeats a
// secret.
[[nodiscard]] std::optional<std::string> mistake_in(const Setting& setting, std::string_view text);

// Comma-separated, spaces around an entry dropped, empty entries dropped.
[[nodiscard]] std::vector<std::string> split_list(std::string_view text);
[[nodiscard]] std::optional<std::int64_t> parse_integer(std::string_view text);

// For --print-config: the password of a URL as ***.
[[nodiscard]] std::string without_passwords(std::string_view urls);

}  // namespace lumos::runtime
