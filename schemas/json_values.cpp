#include "schemas/json_values.h"

#include "schemas/envelope.h"

#include <boost/json.hpp>

#include <array>
#include <charconv>
#include <cmath>

namespace lumos::schemas {

namespace json = boost::json;

namespace {

constexpr double kExactIntegers = 9e15;  // Below this a double knows each integer.

void append(std::string& out, const json::value& value);

void append(std::string& out, double number) {
    if (!std::isfinite(number)) {
        out += "null";  // JSON has no other word for it.
        return;
    }
    std::array<char, 32> buffer{};
    const bool is_whole = std::abs(number) < kExactIntegers && std::trunc(number) == number;
    const auto end = is_whole
                         ? std::to_chars(buffer.begin(), buffer.end(), std::llround(number)).ptr
                         : std::to_chars(buffer.begin(), buffer.end(), number).ptr;
    out.append(buffer.begin(), end);
}

void append(std::string& out, const json::object& object) {
    char separator = '{';
    for (const auto& member : object) {
        out += separator;
        out += json::serialize(member.key());
        out += ':';
        append(out, member.value());
        separator = ',';
    }
    out += object.empty() ? "{}" : "}";
}

void append(std::string& out, const json::array& array) {
    char separator = '[';
    for (const auto& item : array) {
        out += separator;
        append(out, item);
        separator = ',';
    }
    out += array.empty() ? "[]" : "]";
}

void append(std::string& out, const json::value& value) {
    if (const auto* number = value.if_double()) {
        append(out, *number);
    } else if (const auto* object = value.if_object()) {
        append(out, *object);
    } else if (const auto* array = value.if_array()) {
        append(out, *array);
    } else {
        out += json::serialize(value);
    }
}

}  // namespace

std::string json_text(const json::value& value) {
    std::string out;
    append(out, value);
    return out;
}

json::value json_of(const std::optional<std::string>& text) {
    return text ? json::value(*text) : json::value(nullptr);
}

json::value json_of(const std::optional<std::int64_t>& number) {
    return number ? json::value(*number) : json::value(nullptr);
}

json::value json_of(const std::optional<Time>& time) {
    return time ? json_of(*time) : json::value(nullptr);
}

json::value json_of(Time time) {
    return json::value(to_rfc3339(time));
}

json::value json_of_seconds(const std::optional<double>& seconds) {
    return seconds ? json::value(std::round(*seconds * 1'000.0) / 1'000.0) : json::value(nullptr);
}

}  // namespace lumos::schemas
