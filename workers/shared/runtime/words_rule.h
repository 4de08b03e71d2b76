#pragma once
// Words for people: durations, and what a misspelt name was meant to be. Pure; safe from any
// thread.

#include "schemas/time.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lumos::runtime {

// For sentences: "4 s", "6 min 52 s", "2 h 3 min". What is negative or no number is "0 s".
[[nodiscard]] std::string in_words(Seconds duration);

// For tables: "4s", "6m52s", "2h03m", "3d04h".
[[nodiscard]] std::string in_short(Seconds duration);

// Which of the known words somebody may have meant: the one with the fewest letters to change, at
// most a third of them, or one that contains the word. Nothing where none is near.
[[nodiscard]] std::optional<std::string> nearest(
    std::string_view word, const std::vector<std::string>& known);

}  // namespace lumos::runtime
