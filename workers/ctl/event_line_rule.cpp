#include "workers/ctl/event_line_rule.h"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace lumos::ctl {
namespace {

std::string text_of(const boost::json::value& thing, std::string_view field) {
    const boost::json::object* object = thing.if_object();
    const boost::json::value* value = object == nullptr ? nullptr : object->if_contains(field);
    return value != nullptr && value->is_string() ? std::string(value->as_string()) : "";
}

// Control characters of a name or message must not reach the terminal.
std::string printable(std::string text) {
    std::ranges::replace_if(
        text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, '?');
    return text;
}

}  // namespace

std::string event_line(const boost::json::value& event) {
    constexpr std::array<std::string_view, 6> kSubjects{
        "subject", "domain", "serverId", "channelId", "providerId", "server"};
    std::string subject;
    for (const std::string_view field : kSubjects) {
        if (subject.empty()) {
            subject = text_of(event, field);
        }
    }
    const boost::json::object* object = event.if_object();
    const boost::json::value* data = object == nullptr ? nullptr : object->if_contains("data");
    const std::string message = data == nullptr ? "" : text_of(*data, "message");
    return printable(fmt::format(
        "{}  {:<20}  {}  {}", text_of(event, "time"), text_of(event, "type"), subject, message));
}

}  // namespace lumos::ctl
