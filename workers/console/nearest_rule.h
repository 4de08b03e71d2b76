#pragma once
// Which of the known words somebody may have meant. Pure.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lumos::console {

// Nothing where none is near: more than a third of the word would have to change.
[[nodiscard]] std::optional<std::string> nearest(
    std::string_view word, const std::vector<std::string>& known);

}  // namespace lumos::console
