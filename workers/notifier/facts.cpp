#include "workers/notifier/facts.h"

#include "workers/notifier/layout_rule.h"

#include <boost/json.hpp>

namespace lumos::notifier {

namespace {

namespace json = boost::json;

const json::value* find(const json::object& object, std::string_view field) {
    const auto* found = object.if_contains(field);
    return found == nullptr || found->is_null() ? nullptr : found;
}

std::string shown(const json::value* value) {
    if (value == nullptr || value->is_null()) {
        return {};
    }
    return value->is_string() ? std::string(value->as_string()) : json::serialize(*value);
}

std::string shown_time(const std::string& text) {
    const auto time = parse_time(text);
    return time ? readable_time(*time) : text;
}

}  // namespace

Facts::Facts(const std::string& json_text) : object_(std::make_unique<json::object>()) {
    json::error_code problem;
    auto value = json::parse(json_text, problem);
    if (!problem && value.is_object()) {
        *object_ = std::move(value.as_object());
    }
}

Facts::Facts(json::object object) : object_(std::make_unique<json::object>(std::move(object))) {}
Facts::~Facts() = default;
Facts::Facts(Facts&&) noexcept = default;
Facts& Facts::operator=(Facts&&) noexcept = default;

std::string Facts::text(std::string_view field) const {
    return shown(find(*object_, field));
}

std::string Facts::text_in(std::string_view outer, std::string_view field) const {
    const auto* inner = find(*object_, outer);
    return inner != nullptr && inner->is_object() ? shown(find(inner->as_object(), field)) : "";
}

std::optional<double> Facts::number(std::string_view field) const {
    const auto* value = find(*object_, field);
    if (value == nullptr || !value->is_number()) {
        return std::nullopt;
    }
    return value->to_number<double>();
}

std::string Facts::time(std::string_view field) const {
    return shown_time(text(field));
}

std::vector<Facts> Facts::list(std::string_view field) const {
    std::vector<Facts> items;
    const auto* value = find(*object_, field);
    if (value == nullptr || !value->is_array()) {
        return items;
    }
    for (const auto& item : value->as_array()) {
        if (item.is_object()) {
            items.emplace_back(item.as_object());
        }
    }
    return items;
}

std::vector<std::pair<std::string, std::string>> Facts::all() const {
    std::vector<std::pair<std::string, std::string>> fields;
    for (const auto& member : *object_) {
        fields.emplace_back(std::string(member.key()), shown_time(shown(&member.value())));
    }
    return fields;
}

}  // namespace lumos::notifier
