#pragma once
// Reading a JSON object field by field. For schemas/*.cpp. Throws InvalidMessage, which names the
// field with its path ("data.checks[0].name"). Holds references: the value must outlive it.

#include "schemas/envelope.h"
#include "schemas/time.h"

#include <boost/json/fwd.hpp>

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lumos::schemas {

class Fields {
public:
    // Throws where the value is no object.
    Fields(const boost::json::value& value, std::string path);

    // Required: refused where missing, null or of another type.
    [[nodiscard]] std::string text(
        std::string_view name, std::size_t bytes_max = kBodyBytesMax) const;
    [[nodiscard]] std::string one_of(
        std::string_view name, std::initializer_list<std::string_view> values) const;
    [[nodiscard]] std::int64_t integer(std::string_view name) const;
    [[nodiscard]] double number(std::string_view name) const;
    [[nodiscard]] bool boolean(std::string_view name) const;
    [[nodiscard]] Time time(std::string_view name) const;
    [[nodiscard]] const boost::json::value& member(std::string_view name) const;

    // Required as well, but null is "none".
    [[nodiscard]] std::optional<std::string> text_or_null(
        std::string_view name, std::size_t bytes_max = kBodyBytesMax) const;
    [[nodiscard]] std::optional<std::int64_t> integer_or_null(std::string_view name) const;
    [[nodiscard]] std::optional<double> number_or_null(std::string_view name) const;
    [[nodiscard]] std::optional<Time> time_or_null(std::string_view name) const;

    // Not required.
    [[nodiscard]] bool has(std::string_view name) const;  // Present, and not null.

    [[nodiscard]] std::string path_of(std::string_view name) const;

private:
    [[nodiscard]] bool is_null(std::string_view name) const;

    const boost::json::object* object_;
    std::string path_;
};

[[noreturn]] void refuse(const std::string& path, const std::string& why);

// "checks[0]", "checks[1]" …; throws where the value is no array or longer than `items_max`.
[[nodiscard]] std::vector<Fields> items_of(
    const boost::json::value& value, const std::string& path, std::size_t items_max);

// Parses a text of at most `bytes_max`. Throws InvalidMessage.
[[nodiscard]] boost::json::value parse_json(std::string_view text, std::size_t bytes_max);

// The `data` of a message of that kind. Throws InvalidMessage where it is of another.
[[nodiscard]] boost::json::value open_message(std::string_view body, std::string_view what);

}  // namespace lumos::schemas
