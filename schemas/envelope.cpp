#include "schemas/envelope.h"

#include "schemas/json_fields.h"
#include "schemas/json_values.h"

#include <boost/json.hpp>

#include <algorithm>
#include <charconv>

namespace lumos::schemas {

namespace json = boost::json;

namespace {

constexpr std::string_view kTypeStart = "gate.lumos.";
constexpr std::string_view kTypeEnd = ".v1";
constexpr std::size_t kSequenceDigits = 20;

bool is_what(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
    });
}

std::string read_what(const Fields& fields) {
    const std::string type = fields.text("type");
    std::string_view rest = type;
    if (rest.starts_with(kTypeStart) && rest.ends_with(kTypeEnd) &&
        rest.size() > kTypeStart.size() + kTypeEnd.size()) {
        rest.remove_prefix(kTypeStart.size());
        rest.remove_suffix(kTypeEnd.size());
        if (is_what(rest)) {
            return std::string(rest);
        }
    }
    refuse("type", "expected gate.lumos.<what>.v1");
}

// 20 digits, so that sequences sort as texts do.
std::string written_sequence(std::int64_t sequence) {
    const std::string digits = std::to_string(sequence);
    return std::string(kSequenceDigits - std::min(kSequenceDigits, digits.size()), '0') + digits;
}

std::optional<std::int64_t> read_sequence(const Fields& fields) {
    if (!fields.has("sequence")) {
        return std::nullopt;
    }
    const std::string text = fields.text("sequence");
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.size() != kSequenceDigits || error != std::errc{} ||
        end != text.data() + text.size() || value < 0) {
        refuse("sequence", "expected 20 digits");
    }
    return value;
}

std::optional<std::string> read_optional(const Fields& fields, std::string_view name) {
    return fields.has(name) ? std::optional(fields.text(name)) : std::nullopt;
}

std::string required_text(const Fields& fields, std::string_view name) {
    auto text = fields.text(name);
    if (text.empty()) {
        refuse(fields.path_of(name), "is empty");
    }
    return text;
}

}  // namespace

std::string seal(const Envelope& envelope, const json::value& data) {
    json::object message{
        {"specversion", "1.0"},
        {"id", envelope.id},
        {"source", envelope.source},
        {"type", std::string(kTypeStart) + envelope.what + std::string(kTypeEnd)},
        {"subject", envelope.subject},
        {"time", json_of(envelope.time)},
        {"datacontenttype", "application/json"},
        {"dataschema", "urn:lumos:schema:" + envelope.what + ":1"}};
    if (envelope.account) {
        message.emplace("account", *envelope.account);
    }
    if (envelope.sequence) {
        message.emplace("sequence", written_sequence(*envelope.sequence));
    }
    if (envelope.correlationid) {
        message.emplace("correlationid", *envelope.correlationid);
    }
    message.emplace("data", data);
    auto text = json_text(message);
    if (text.size() > kBodyBytesMax) {
        throw std::length_error("message " + envelope.id + " is larger than 64 KiB");
    }
    return text;
}

Envelope open(std::string_view body, json::value& data) {
    const auto message = parse_json(body, kBodyBytesMax);
    const Fields fields(message, "");
    if (fields.text("specversion") != "1.0") {
        refuse("specversion", "expected 1.0");
    }
    Envelope envelope{
        .id = required_text(fields, "id"),
        .source = required_text(fields, "source"),
        .what = read_what(fields),
        .subject = required_text(fields, "subject"),
        .time = fields.time("time"),
        .account = read_optional(fields, "account"),
        .sequence = read_sequence(fields),
        .correlationid = read_optional(fields, "correlationid")};
    data = fields.member("data");
    return envelope;
}

json::value open_message(std::string_view body, std::string_view what) {
    json::value data;
    if (open(body, data).what != what) {
        refuse("type", "expected gate.lumos." + std::string(what) + ".v1");
    }
    return data;
}

}  // namespace lumos::schemas
