#include "schemas/json_fields.h"

#include <boost/json.hpp>

#include <cmath>

namespace lumos::schemas {

namespace json = boost::json;

void refuse(const std::string& path, const std::string& why) {
    throw InvalidMessage(path + ": " + why);
}

Fields::Fields(const json::value& value, std::string path)
    : object_(value.if_object()),
      path_(std::move(path)) {
    if (object_ == nullptr) {
        refuse(path_, "expected an object");
    }
}

std::string Fields::path_of(std::string_view name) const {
    return path_.empty() ? std::string(name) : path_ + "." + std::string(name);
}

const json::value& Fields::member(std::string_view name) const {
    const auto* value = object_->if_contains({name.data(), name.size()});
    if (value == nullptr) {
        refuse(path_of(name), "missing");
    }
    return *value;
}

bool Fields::has(std::string_view name) const {
    const auto* value = object_->if_contains({name.data(), name.size()});
    return value != nullptr && !value->is_null();
}

bool Fields::is_null(std::string_view name) const {
    return member(name).is_null();
}

std::string Fields::text(std::string_view name, std::size_t bytes_max) const {
    const auto* text = member(name).if_string();
    if (text == nullptr) {
        refuse(path_of(name), "expected a string");
    }
    // PostgreSQL keeps none in a text, and a driver's string ends there: one message would break
    // the transaction of all.
    if (text->find('\0') != json::string::npos) {
        refuse(path_of(name), "contains a NUL character");
    }
    if (text->size() > bytes_max) {
        refuse(path_of(name), "longer than " + std::to_string(bytes_max) + " bytes");
    }
    return {text->data(), text->size()};
}

std::string Fields::one_of(
    std::string_view name, std::initializer_list<std::string_view> values) const {
    auto given = text(name);
    std::string known;
    for (const auto value : values) {
        if (value == given) {
            return given;
        }
        known += (known.empty() ? "" : " | ") + std::string(value);
    }
    refuse(path_of(name), "expected " + known);
}

std::int64_t Fields::integer(std::string_view name) const {
    const auto* value = member(name).if_int64();
    if (value == nullptr) {
        refuse(path_of(name), "expected an integer");
    }
    return *value;
}

double Fields::number(std::string_view name) const {
    json::error_code error;
    const auto value = member(name).to_number<double>(error);
    if (error || !std::isfinite(value)) {
        refuse(path_of(name), "expected a number");
    }
    return value;
}

bool Fields::boolean(std::string_view name) const {
    const auto* value = member(name).if_bool();
    if (value == nullptr) {
        refuse(path_of(name), "expected true or false");
    }
    return *value;
}

Time Fields::time(std::string_view name) const {
    const auto value = parse_time(text(name));
    if (!value) {
        refuse(path_of(name), "expected a time as in 2026-11-22T03:12:04.117Z");
    }
    // Four digits of a year, also when it is written again in UTC.
    constexpr Time kEnd = std::chrono::sys_days(std::chrono::year{9999} / 12 / 31);
    if (*value < Time{} || *value >= kEnd) {
        refuse(path_of(name), "expected a time between 1970 and 9999");
    }
    return *value;
}

std::optional<std::string> Fields::text_or_null(
    std::string_view name, std::size_t bytes_max) const {
    return is_null(name) ? std::nullopt : std::optional(text(name, bytes_max));
}

std::optional<std::int64_t> Fields::integer_or_null(std::string_view name) const {
    return is_null(name) ? std::nullopt : std::optional(integer(name));
}

std::optional<double> Fields::number_or_null(std::string_view name) const {
    return is_null(name) ? std::nullopt : std::optional(number(name));
}

std::optional<Time> Fields::time_or_null(std::string_view name) const {
    return is_null(name) ? std::nullopt : std::optional(time(name));
}

std::vector<Fields> items_of(
    const json::value& value, const std::string& path, std::size_t items_max) {
    const auto* array = value.if_array();
    if (array == nullptr) {
        refuse(path, "expected an array");
    }
    if (array->size() > items_max) {
        refuse(path, "more than " + std::to_string(items_max) + " items");
    }
    std::vector<Fields> items;
    for (const auto& item : *array) {
        items.emplace_back(item, path + "[" + std::to_string(items.size()) + "]");
    }
    return items;
}

json::value parse_json(std::string_view text, std::size_t bytes_max) {
    if (text.size() > bytes_max) {
        refuse("body", "larger than " + std::to_string(bytes_max) + " bytes");
    }
    json::error_code error;
    auto value = json::parse({text.data(), text.size()}, error);
    if (error) {
        refuse("body", "is no JSON: " + error.message());
    }
    return value;
}

}  // namespace lumos::schemas
