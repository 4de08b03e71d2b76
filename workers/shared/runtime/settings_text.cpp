#include "workers/shared/runtime/settings_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <numeric>
#include <utility>

namespace lumos::runtime {
namespace {

using std::chrono::milliseconds;

constexpr std::array<std::pair<std::string_view, milliseconds>, 4> kUnits{
    {{"ms", milliseconds{1}},
     {"s", std::chrono::seconds{1}},
     {"m", std::chrono::minutes{1}},
     {"h", std::chrono::hours{1}}}};
// Far beyond any use, and far from overflowing anything that is computed with it.
constexpr milliseconds kLongest = std::chrono::hours{24 * 366 * 10};

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view kSpaces = " \t\r\n";
    const auto first = text.find_first_not_of(kSpaces);
    return first == std::string_view::npos
               ? std::string_view{}
               : text.substr(first, text.find_last_not_of(kSpaces) - first + 1);
}

bool is_listen(std::string_view text) {
    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos || colon == 0) {
        return false;
    }
    const auto host = text.substr(0, colon);
    const bool bracketed = host.front() == '[' && host.back() == ']' && host.size() > 2;
    const auto port = parse_integer(text.substr(colon + 1));
    return port && *port >= 0 && *port <= 65535 &&
           (bracketed || host.find_first_of(":[] ") == std::string_view::npos);
}

std::optional<std::string> mistake_in_duration(const Setting& setting, std::string_view text) {
    const auto duration = parse_duration(text);
    if (!duration) {
        return fmt::format(
            "\"{}\" is not a duration; write a number with ms, s, m or h, such as 15s", text);
    }
    if (*duration == milliseconds::zero() && !setting.zero_allowed) {
        return fmt::format("\"{}\" is too short; it must be more than 0", text);
    }
    return std::nullopt;
}

std::optional<std::string> mistake_in_choice(const Setting& setting, std::string_view text) {
    const auto& choices = setting.choices;
    if (std::find(choices.begin(), choices.end(), text) != choices.end()) {
        return std::nullopt;
    }
    return fmt::format("\"{}\" is not one of: {}", text, fmt::join(choices, ", "));
}

}  // namespace

std::optional<milliseconds> parse_duration(std::string_view text) {
    const auto digits = std::min(text.find_first_not_of("0123456789"), text.size());
    const auto number = parse_integer(text.substr(0, digits));
    const auto unit = std::find_if(kUnits.begin(), kUnits.end(), [&](const auto& candidate) {
        return candidate.first == text.substr(digits);
    });
    if (!number || unit == kUnits.end() || *number > kLongest / unit->second) {
        return std::nullopt;
    }
    return *number * unit->second;
}

std::string to_text(milliseconds duration) {
    for (auto unit = kUnits.rbegin(); unit != kUnits.rend(); ++unit) {
        if (duration.count() != 0 && duration % unit->second == milliseconds::zero()) {
            return fmt::format("{}{}", duration / unit->second, unit->first);
        }
    }
    return fmt::format("{}ms", duration.count());
}

std::string variable_of(const Setting& setting) {
    if (!setting.variable.empty()) {
        return setting.variable;
    }
    std::string name = "LUMOS_" + setting.key;
    std::transform(name.begin(), name.end(), name.begin(), [](char c) {
        return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    });
    return name;
}

std::string flag_of(std::string_view key) {
    auto flag = fmt::format("--{}", key);
    std::replace(flag.begin(), flag.end(), '_', '-');
    return flag;
}

std::optional<std::string> mistake_in(const Setting& setting, std::string_view text) {
    switch (setting.kind) {
        case SettingKind::Text:
        case SettingKind::Path:
        case SettingKind::List:
            return std::nullopt;
        case SettingKind::Secret:
            return text.empty() ? std::optional<std::string>("is empty; set it or leave it out")
                                : std::nullopt;
        case SettingKind::Duration:
            return mistake_in_duration(setting, text);
        case SettingKind::Integer:
            return parse_integer(text)
                       ? std::nullopt
                       : std::optional(fmt::format("\"{}\" is not a whole number", text));
        case SettingKind::Listen:
            return is_listen(text)
                       ? std::nullopt
                       : std::optional(fmt::format(
                             "\"{}\" is not host:port; write for example 127.0.0.1:9411", text));
        case SettingKind::Choice:
            return mistake_in_choice(setting, text);
        case SettingKind::Switch:
            return text == "true" || text == "false"
                       ? std::nullopt
                       : std::optional(fmt::format("\"{}\" is neither true nor false", text));
    }
    return std::nullopt;
}

std::vector<std::string> split_list(std::string_view text) {
    std::vector<std::string> entries;
    while (!text.empty()) {
        const auto comma = std::min(text.find(','), text.size());
        if (const auto entry = trimmed(text.substr(0, comma)); !entry.empty()) {
            entries.emplace_back(entry);
        }
        text.remove_prefix(std::min(comma + 1, text.size()));
    }
    return entries;
}

std::optional<std::int64_t> parse_integer(std::string_view text) {
    std::int64_t value = 0;
    const auto* const end = text.data() + text.size();
    const auto [stopped, error] = std::from_chars(text.data(), end, value);
    return error == std::errc{} && stopped == end ? std::optional(value) : std::nullopt;
}

std::string without_passwords(std::string_view urls) {
    std::string text(urls);
    for (auto scheme = text.find("://"); scheme != std::string::npos;
         scheme = text.find("://", scheme + 3)) {
        const auto start = scheme + 3;
        const auto end = std::min(text.find_first_of("/,?#", start), text.size());
        const auto at = text.rfind('@', end == 0 ? 0 : end - 1);
        if (at == std::string::npos || at < start) {
            continue;
        }
        const auto colon = text.find(':', start);
        const auto from = colon < at ? colon + 1 : start;  // Without a colon it is a token.
        text.replace(from, at - from, "***");
    }
    return text;
}

}  // namespace lumos::runtime
