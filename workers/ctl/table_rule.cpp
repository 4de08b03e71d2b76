#include "workers/ctl/table_rule.h"

#include <algorithm>

namespace lumos::ctl {
namespace {

std::string printable(const std::string& text) {
    std::string clean = text;
    std::ranges::replace_if(
        clean, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, '?');
    return clean;
}

void append_line(
    std::string& out,
    const std::vector<std::string>& cells,
    const std::vector<std::size_t>& widths) {
    std::string line;
    for (std::size_t i = 0; i < cells.size(); ++i) {
        line += cells[i];
        if (i + 1 < cells.size()) {
            line += std::string(widths[i] - width_of(cells[i]) + 2, ' ');
        }
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + "\n";
}

}  // namespace

std::size_t width_of(const std::string& text) {
    return static_cast<std::size_t>(std::ranges::count_if(
        text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

std::string table(
    const std::vector<std::string>& titles, const std::vector<std::vector<std::string>>& rows) {
    std::vector<std::vector<std::string>> clean{titles};
    for (const auto& row : rows) {
        clean.emplace_back();
        std::ranges::transform(row, std::back_inserter(clean.back()), printable);
        clean.back().resize(titles.size());
    }
    std::vector<std::size_t> widths(titles.size());
    for (const auto& row : clean) {
        for (std::size_t i = 0; i < row.size(); ++i) {
            widths[i] = std::max(widths[i], width_of(row[i]));
        }
    }
    std::string out;
    for (const auto& row : clean) {
        append_line(out, row, widths);
    }
    return out;
}

}  // namespace lumos::ctl
