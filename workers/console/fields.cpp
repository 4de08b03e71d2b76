#include "workers/console/fields.h"

#include "workers/console/input_rule.h"
#include "workers/console/problem.h"
#include "workers/shared/runtime/words_rule.h"

#include <boost/json.hpp>

#include <algorithm>

namespace lumos::console {
namespace {

constexpr std::size_t kListItemsMax = 100;

std::unique_ptr<boost::json::object> parse(std::string_view body) {
    if (body.empty()) {
        return std::make_unique<boost::json::object>();
    }
    boost::json::error_code error;
    boost::json::parse_options options;
    options.max_depth = 8;
    auto value = boost::json::parse({body.data(), body.size()}, error, {}, options);
    if (error || !value.is_object()) {
        Problem problem = invalid_field(
            "", "the body is no JSON object" + (error ? ": " + error.message() : std::string()));
        problem.status = 400;
        throw problem;
    }
    return std::make_unique<boost::json::object>(std::move(value.as_object()));
}

[[noreturn]] void refuse(std::string_view field, const Mistake& mistake) {
    throw invalid_field(std::string(field), mistake.detail, mistake.fix);
}

[[noreturn]] void wrong_kind(std::string_view field, const char* wanted) {
    throw invalid_field(std::string(field), std::string(field) + " must be " + wanted);
}

}  // namespace

Fields::Fields(std::string_view body, const std::vector<std::string>& known)
    : object_(parse(body)) {
    for (const auto& member : *object_) {
        const std::string name(member.key());
        if (std::find(known.begin(), known.end(), name) != known.end()) {
            continue;
        }
        const auto meant = runtime::nearest(name, known);
        throw invalid_field(
            name,
            "there is no field \"" + name.substr(0, 80) + "\" here",
            meant ? "did you mean \"" + *meant + "\"?" : std::string());
    }
}

Fields::~Fields() = default;
Fields::Fields(Fields&&) noexcept = default;

const boost::json::value* Fields::find(std::string_view name) const {
    const auto* value = object_->if_contains({name.data(), name.size()});
    return value == nullptr || value->is_null() ? nullptr : value;
}

bool Fields::has(std::string_view name) const {
    return object_->contains({name.data(), name.size()});
}

std::string Fields::text(std::string_view name) const {
    auto found = optional_text(name);
    if (!found) {
        throw invalid_field(std::string(name), std::string(name) + " is missing");
    }
    return *std::move(found);
}

std::optional<std::string> Fields::optional_text(std::string_view name) const {
    const auto* value = find(name);
    if (value == nullptr) {
        return std::nullopt;
    }
    if (!value->is_string()) {
        wrong_kind(name, "a text");
    }
    std::string text(value->as_string());
    // PostgreSQL's texts hold no zero byte.
    if (text.find('\0') != std::string::npos) {
        wrong_kind(name, "a text without a zero byte");
    }
    return text;
}

bool Fields::boolean(std::string_view name, bool otherwise) const {
    const auto* value = find(name);
    if (value == nullptr) {
        return otherwise;
    }
    if (!value->is_bool()) {
        wrong_kind(name, "true or false");
    }
    return value->as_bool();
}

std::optional<std::int64_t> Fields::optional_integer(std::string_view name) const {
    const auto* value = find(name);
    if (value == nullptr) {
        return std::nullopt;
    }
    if (!value->is_int64()) {
        wrong_kind(name, "a whole number");
    }
    return value->as_int64();
}

std::optional<std::vector<std::string>> Fields::optional_texts(std::string_view name) const {
    const auto* value = find(name);
    if (value == nullptr) {
        return std::nullopt;
    }
    if (!value->is_array() || value->as_array().size() > kListItemsMax) {
        wrong_kind(name, "a list of at most 100 texts");
    }
    std::vector<std::string> texts;
    for (const auto& item : value->as_array()) {
        if (!item.is_string() || item.as_string().find('\0') != boost::json::string::npos) {
            wrong_kind(name, "a list of texts");
        }
        texts.emplace_back(item.as_string());
    }
    return texts;
}

std::vector<std::string> Fields::texts(std::string_view name) const {
    auto found = optional_texts(name);
    if (!found) {
        throw invalid_field(std::string(name), std::string(name) + " is missing");
    }
    return *std::move(found);
}

std::string Fields::slug(std::string_view name) const {
    auto found = text(name);
    if (const auto mistake = slug_mistake(found)) {
        refuse(name, *mistake);
    }
    return found;
}

std::string Fields::dns_name(std::string_view name) const {
    const auto given = text(name);
    const auto normal = normal_dns_name(given);
    if (!normal) {
        refuse(
            name,
            {"\"" + given.substr(0, 80) + "\" is no domain name",
             "write it like www.example.com; names with other letters in their xn-- form"});
    }
    return *normal;
}

std::string Fields::display_name(std::string_view name, const std::string& otherwise) const {
    const auto found = optional_text(name);
    if (!found) {
        return otherwise;
    }
    if (const auto mistake = name_mistake(*found)) {
        refuse(name, *mistake);
    }
    return *found;
}

std::optional<std::string> Fields::ipv4(
    std::string_view name, const std::optional<std::string>& otherwise) const {
    if (!has(name)) {
        return otherwise;
    }
    const auto given = optional_text(name);
    auto normal = given ? normal_ipv4(*given) : std::nullopt;
    if (given && !normal) {
        refuse(
            name,
            {"\"" + given->substr(0, 80) + "\" is no IPv4 address", "write it like 203.0.113.10"});
    }
    return normal;
}

std::optional<std::string> Fields::ipv6(
    std::string_view name, const std::optional<std::string>& otherwise) const {
    if (!has(name)) {
        return otherwise;
    }
    const auto given = optional_text(name);
    auto normal = given ? normal_ipv6(*given) : std::nullopt;
    if (given && !normal) {
        refuse(
            name,
            {"\"" + given->substr(0, 80) + "\" is no IPv6 address", "write it like 2001:db8::10"});
    }
    return normal;
}

std::optional<std::int64_t> Fields::ttl(std::string_view name) const {
    const auto found = optional_integer(name);
    if (found) {
        if (const auto mistake = ttl_mistake(*found)) {
            refuse(name, *mistake);
        }
    }
    return found;
}

}  // namespace lumos::console
