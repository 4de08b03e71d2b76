#include "sql/transaction.h"

#include <array>
#include <charconv>
#include <cmath>

namespace lumos::sql {
namespace {

std::string text_of(double value) {
    if (std::isnan(value)) {
        return "NaN";
    }
    if (std::isinf(value)) {
        return value > 0 ? "Infinity" : "-Infinity";
    }
    std::array<char, 32> buffer{};
    const auto [end, error] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
    (void)error;  // The shortest form of a double needs 24 characters.
    return {buffer.data(), end};
}

void append_item(std::string& array, const std::optional<std::string>& item) {
    if (array.size() > 1) {
        array += ',';
    }
    if (!item) {
        array += "NULL";
        return;
    }
    array += '"';
    for (const char c : *item) {
        if (c == '"' || c == '\\') {
            array += '\\';
        }
        array += c;
    }
    array += '"';
}

template <typename Items>
std::string array_of(const Items& items) {
    std::string array = "{";
    for (const auto& item : items) {
        append_item(array, item);
    }
    return array + "}";
}

}  // namespace

Param::Param(double value) : text_(text_of(value)) {}

Param::Param(std::chrono::microseconds interval)
    : text_(std::to_string(interval.count()) + " microseconds") {}

Param::Param(const std::vector<std::int64_t>& values) {
    std::vector<std::string> texts;
    texts.reserve(values.size());
    for (const auto value : values) {
        texts.push_back(std::to_string(value));
    }
    text_ = array_of(texts);
}

Param::Param(const std::vector<std::string>& values) : text_(array_of(values)) {}

Param::Param(const std::vector<std::optional<std::string>>& values) : text_(array_of(values)) {}

Param Param::bytes(std::string_view raw) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string text = "\\x";
    text.reserve(2 + raw.size() * 2);
    for (const char c : raw) {
        const auto byte = static_cast<unsigned char>(c);
        text += kDigits[byte >> 4U];
        text += kDigits[byte & 15U];
    }
    return Param(text);
}

}  // namespace lumos::sql
