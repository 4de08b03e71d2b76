#include "workers/shared/probe/target.h"

#include "workers/shared/runtime/errors.h"

#include <fmt/format.h>

#include <algorithm>

namespace lumos::probe {
namespace {

constexpr std::size_t kTargetBytesMax = 200;

[[noreturn]] void refuse(std::string_view text, std::string_view why) {
    throw runtime::UsageError(fmt::format(
        "\"{}\" is no check: {}; write tcp://host:port, http://host/path or https://host/path",
        text.substr(0, kTargetBytesMax),
        why));
}

bool is_port(std::string_view port) {
    const bool is_number = !port.empty() && port.size() <= 5 &&
                           port.find_first_not_of("0123456789") == std::string_view::npos;
    if (!is_number) {
        return false;
    }
    const int number = std::stoi(std::string(port));
    return number >= 1 && number <= 65'535;
}

}  // namespace

Target parse_target(std::string_view text) {
    const auto scheme_end = text.find("://");
    if (scheme_end == std::string_view::npos) {
        refuse(text, "there is no scheme");
    }
    Target target;
    target.scheme = text.substr(0, scheme_end);
    if (target.scheme != "tcp" && target.scheme != "http" && target.scheme != "https") {
        refuse(text, "the scheme is none of tcp, http, https");
    }
    const bool is_odd = std::any_of(text.begin(), text.end(), [](char c) {
        return static_cast<unsigned char>(c) <= ' ' || c == 0x7f || c == ',';
    });
    if (is_odd || text.size() > kTargetBytesMax) {
        refuse(text, "it has a space, a comma or a control character, or more than 200 characters");
    }
    const auto rest = text.substr(scheme_end + 3);
    const auto authority = rest.substr(0, rest.find_first_of("/?#"));
    if (target.scheme == "tcp" && authority.size() != rest.size()) {
        refuse(text, "a TCP port has no path");
    }
    if (authority.find('@') != std::string_view::npos) {
        refuse(text, "it names a user, which would be shown to everybody who sees the check");
    }
    const auto bracket = authority.starts_with('[') ? authority.find(']') : std::string_view::npos;
    const auto colon = authority.find(':', bracket == std::string_view::npos ? 0 : bracket);
    const auto host = authority.substr(0, colon);
    target.host = bracket == std::string_view::npos ? host : host.substr(1, bracket - 1);
    if (colon != std::string_view::npos) {
        target.port = authority.substr(colon + 1);
    }
    if (target.host.empty() || (bracket != std::string_view::npos && host.size() != bracket + 1)) {
        refuse(text, "there is no host");
    }
    const bool needs_port = target.scheme == "tcp" || colon != std::string_view::npos;
    if (needs_port && !is_port(target.port)) {
        refuse(text, "the port is not a number from 1 to 65535");
    }
    return target;
}

bool is_loopback(std::string_view host) {
    return host == "localhost" || host == "::1" || host.starts_with("127.");
}

}  // namespace lumos::probe
