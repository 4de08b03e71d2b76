#include "workers/console/nearest_rule.h"

#include <algorithm>
#include <cstddef>
#include <numeric>

namespace lumos::console {
namespace {

// Levenshtein's distance, with the row of the word before in hand.
std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t above = row[j];
            row[j] =
                std::min({above + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)});
            diagonal = above;
        }
    }
    return row[b.size()];
}

}  // namespace

std::optional<std::string> nearest(std::string_view word, const std::vector<std::string>& known) {
    if (word.size() > 64) {
        return std::nullopt;
    }
    const std::string* best = nullptr;
    std::size_t least = std::max<std::size_t>(1, (word.size() + 2) / 3) + 1;
    for (const auto& candidate : known) {
        const auto changes = distance(word, candidate);
        if (changes < least) {
            least = changes;
            best = &candidate;
        }
    }
    return best == nullptr ? std::nullopt : std::optional(*best);
}

}  // namespace lumos::console
