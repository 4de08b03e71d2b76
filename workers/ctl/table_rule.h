#pragma once
// Text for terminals. Pure.

#include <string>
#include <vector>

namespace lumos::ctl {

// Columns as wide as their widest cell, two spaces between them, no lines drawn, nothing behind the
// last cell. Control characters in cells become '?': what a tenant named something must not move
// the cursor.
[[nodiscard]] std::string table(
    const std::vector<std::string>& titles, const std::vector<std::vector<std::string>>& rows);

// Of what a person sees: UTF-8 characters, not bytes.
[[nodiscard]] std::size_t width_of(const std::string& text);

}  // namespace lumos::ctl
