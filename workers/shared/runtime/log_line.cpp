#include "workers/shared/runtime/log_line.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <ctime>
#include <utility>

namespace lumos::runtime {
namespace {

std::string_view level_name(LogLevel level) {
    switch (level) {
        case LogLevel::Debug:
            return "debug";
        case LogLevel::Info:
            return "info";
        case LogLevel::Warn:
            return "warn";
        case LogLevel::Error:
            return "error";
    }
    return "error";
}

// RFC 3339. Kept here, so that the log needs nothing of anybody else.
std::string timestamp(Time now) {
    const auto millis = std::chrono::floor<std::chrono::milliseconds>(now);
    const auto day = std::chrono::floor<std::chrono::days>(millis);
    const std::chrono::year_month_day date{day};
    const std::chrono::hh_mm_ss clock{millis - day};
    return fmt::format(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z",
        static_cast<int>(date.year()),
        static_cast<unsigned>(date.month()),
        static_cast<unsigned>(date.day()),
        clock.hours().count(),
        clock.minutes().count(),
        clock.seconds().count(),
        clock.subseconds().count());
}

// Length of the UTF-8 sequence at the beginning of `text`; 0 where there is none (RFC 3629).
std::size_t utf8_length(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const auto first = byte(0);
    if (first < 0x80) {
        return 1;
    }
    const std::size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    if (first < 0xc2 || first > 0xf4 || text.size() < length) {
        return 0;
    }
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte(i) & 0xc0) != 0x80) {
            return 0;
        }
    }
    const auto second = byte(1);
    const bool overlong = (first == 0xe0 && second < 0xa0) || (first == 0xf0 && second < 0x90);
    const bool out_of_range = (first == 0xed && second > 0x9f) || (first == 0xf4 && second > 0x8f);
    return overlong || out_of_range ? 0 : length;
}

// A JSON string's inside; text values are escaped the same way.
std::string escaped(std::string_view text) {
    static constexpr std::array<std::pair<char, std::string_view>, 5> kShort{
        {{'"', "\\\""}, {'\\', "\\\\"}, {'\n', "\\n"}, {'\r', "\\r"}, {'\t', "\\t"}}};
    std::string out;
    out.reserve(text.size());
    while (!text.empty()) {
        const auto length = utf8_length(text);
        const auto known = std::find_if(kShort.begin(), kShort.end(), [&](const auto& entry) {
            return entry.first == text[0];
        });
        if (length == 0) {
            out += "\xef\xbf\xbd";
        } else if (known != kShort.end()) {
            out += known->second;
        } else if (static_cast<unsigned char>(text[0]) < 0x20 || text[0] == 0x7f) {
            out += fmt::format("\\u{:04x}", static_cast<unsigned char>(text[0]));
        } else {
            out += text.substr(0, length);
        }
        text.remove_prefix(std::max<std::size_t>(length, 1));
    }
    return out;
}

std::string text_value(std::string_view value) {
    auto safe = escaped(value);
    const bool plain =
        !value.empty() && safe == value && value.find_first_of(" =") == std::string::npos;
    return plain ? safe : '"' + safe + '"';
}

// What a person reads first; quotes in a sentence need no escape.
std::string sentence(std::string_view value) {
    auto safe = escaped(value);
    for (std::size_t at = safe.find("\\\""); at != std::string::npos; at = safe.find("\\\"", at)) {
        safe.erase(at, 1);
    }
    return safe;
}

}  // namespace

std::string text_line(Time now, const LogLine& line) {
    auto text = fmt::format("{} {:<5} ", timestamp(now), level_name(line.level));
    const auto message =
        std::find_if(line.fields.begin(), line.fields.end(), [](const Field& field) {
            return field.key == "message";
        });
    if (message != line.fields.end()) {
        text += sentence(message->value) + "  event=";
    }
    text += escaped(line.event);
    for (const auto& field : line.fields) {
        if (field.key != "message") {
            text += fmt::format(" {}={}", escaped(field.key), text_value(field.value));
        }
    }
    return text;
}

std::string json_line(std::string_view process, Time now, const LogLine& line) {
    auto text = fmt::format(
        R"({{"time":"{}","level":"{}","process":"{}","event":"{}")",
        timestamp(now),
        level_name(line.level),
        escaped(process),
        escaped(line.event));
    for (const auto& field : line.fields) {
        text += fmt::format(R"(,"{}":"{}")", escaped(field.key), escaped(field.value));
    }
    return text + "}";
}

}  // namespace lumos::runtime
