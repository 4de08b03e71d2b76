#include "workers/shared/runtime/words_rule.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <utility>

namespace lumos::runtime {
namespace {

// A name is never this long; comparing would only cost time.
constexpr std::size_t kWordMost = 64;

std::int64_t whole_seconds(Seconds duration) {
    const double seconds = duration.count();
    return std::isfinite(seconds) && seconds > 0 ? std::llround(std::min(seconds, 1e12)) : 0;
}

// Levenshtein's distance, with the row of the letter before in hand.
std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = std::exchange(row[0], i);
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const auto replaced = diagonal + (a[i - 1] == b[j - 1] ? 0U : 1U);
            diagonal = std::exchange(row[j], std::min({row[j] + 1, row[j - 1] + 1, replaced}));
        }
    }
    return row.back();
}

}  // namespace

std::string in_words(Seconds duration) {
    const auto seconds = whole_seconds(duration);
    if (seconds < 60) {
        return fmt::format("{} s", seconds);
    }
    if (seconds < 3'600) {
        return fmt::format("{} min {} s", seconds / 60, seconds % 60);
    }
    return fmt::format("{} h {} min", seconds / 3'600, seconds / 60 % 60);
}

std::string in_short(Seconds duration) {
    const auto seconds = whole_seconds(duration);
    if (seconds < 60) {
        return fmt::format("{}s", seconds);
    }
    if (seconds < 3'600) {
        return fmt::format("{}m{:02}s", seconds / 60, seconds % 60);
    }
    if (seconds < 86'400) {
        return fmt::format("{}h{:02}m", seconds / 3'600, seconds / 60 % 60);
    }
    return fmt::format("{}d{:02}h", seconds / 86'400, seconds / 3'600 % 24);
}

std::optional<std::string> nearest(std::string_view word, const std::vector<std::string>& known) {
    if (word.size() > kWordMost) {
        return std::nullopt;
    }
    const std::string* best = nullptr;
    std::size_t least = std::max<std::size_t>(1, (word.size() + 2) / 3) + 1;
    for (const auto& candidate : known) {
        const auto changes = edit_distance(word, candidate);
        if (changes < least) {
            least = changes;
            best = &candidate;
        }
    }
    if (best == nullptr && word.size() > 2) {
        const auto longer = std::ranges::find_if(known, [&](const std::string& candidate) {
            return candidate.find(word) != std::string::npos;
        });
        best = longer == known.end() ? nullptr : &*longer;
    }
    return best == nullptr ? std::nullopt : std::optional(*best);
}

}  // namespace lumos::runtime
