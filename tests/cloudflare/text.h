#pragma once
// Names are compared without regard to case. Pure.

#include <algorithm>
#include <cctype>
#include <string>

namespace lumos::simulator {

[[nodiscard]] inline std::string lower_case(std::string text) {
    std::ranges::transform(
        text, text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return text;
}

}  // namespace lumos::simulator
