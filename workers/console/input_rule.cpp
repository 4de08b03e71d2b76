#include "workers/console/input_rule.h"

#include "schemas/subjects.h"
#include "workers/shared/runtime/words_rule.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <set>

namespace lumos::console {
namespace {

constexpr std::size_t kUrlBytesMax = 2048;

bool is_control(char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

bool is_graphic_ascii(char c) {
    return c > 0x20 && c < 0x7f;
}

template <typename Address>
std::optional<std::string> normal_address(int family, std::string_view text) {
    Address address{};
    std::array<char, INET6_ADDRSTRLEN> written{};
    if (inet_pton(family, std::string(text).c_str(), &address) != 1 ||
        inet_ntop(family, &address, written.data(), written.size()) == nullptr) {
        return std::nullopt;
    }
    return std::string(written.data());
}

bool is_host(std::string_view host) {
    if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
        return normal_ipv6(host.substr(1, host.size() - 2)).has_value();
    }
    return !host.empty() && host.size() <= 253 && std::all_of(host.begin(), host.end(), [](char c) {
        return is_graphic_ascii(c) &&
               std::string_view("[]@:/?#\\\"<>").find(c) == std::string_view::npos;
    });
}

bool is_port(std::string_view port) {
    return !port.empty() && port.size() <= 5 &&
           std::all_of(port.begin(), port.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

std::optional<Mistake> slug_mistake(std::string_view text) {
    if (schemas::is_slug(text)) {
        return std::nullopt;
    }
    return Mistake{
        "\"" + std::string(text.substr(0, 80)) + "\" is no id",
        "use 1 to 63 of a-z, 0-9 and '-'; the free name goes into \"name\""};
}

std::optional<Mistake> name_mistake(std::string_view text) {
    if (!text.empty() && text.size() <= 100 && std::none_of(text.begin(), text.end(), is_control)) {
        return std::nullopt;
    }
    return Mistake{"this is no name for people", "use 1 to 100 bytes on one line"};
}

std::optional<Mistake> ttl_mistake(std::int64_t ttl) {
    if (ttl == 1 || (ttl >= 60 && ttl <= 86'400)) {
        return std::nullopt;
    }
    return Mistake{
        "a TTL of " + std::to_string(ttl) + " is not possible",
        "use 60 to 86400 seconds, or 1 for the provider's automatic TTL"};
}

std::optional<Mistake> email_mistake(std::string_view text) {
    const auto at = text.rfind('@');
    if (at != std::string_view::npos && at > 0 && at <= 64 && text.size() <= 254 &&
        std::all_of(text.begin(), text.end(), is_graphic_ascii) &&
        text.find_first_of("<>(),;:\\\"[]") == std::string_view::npos && text.find('@') == at &&
        normal_dns_name(text.substr(at + 1))) {
        return std::nullopt;
    }
    return Mistake{
        "\"" + std::string(text.substr(0, 80)) + "\" is no mail address",
        "write one address, like ops@acme.example"};
}

std::optional<Mistake> alert_mistake(std::string_view text, const std::vector<std::string>& known) {
    if (std::find(known.begin(), known.end(), text) != known.end()) {
        return std::nullopt;
    }
    if (const auto meant = runtime::nearest(text, known)) {
        return Mistake{
            "there is no alert \"" + std::string(text.substr(0, 80)) + "\"",
            "did you mean " + *meant + "?"};
    }
    std::string all;
    for (const auto& name : known) {
        all += (all.empty() ? "" : ", ") + name;
    }
    return Mistake{
        "there is no alert \"" + std::string(text.substr(0, 80)) + "\"", "choose from " + all};
}

std::optional<Mistake> server_list_mistake(const std::vector<std::string>& servers) {
    if (servers.empty()) {
        return Mistake{"no server is given", "name them in order, the primary first: fra-1,iad-1"};
    }
    if (servers.size() > 16) {
        return Mistake{"more than 16 servers are given", "name at most 16"};
    }
    std::set<std::string_view> seen;
    for (const auto& server : servers) {
        if (!seen.insert(server).second) {
            return Mistake{server + " is given twice", "name each server once"};
        }
    }
    return std::nullopt;
}

std::optional<std::string> normal_ipv4(std::string_view text) {
    return normal_address<in_addr>(AF_INET, text);
}

std::optional<std::string> normal_ipv6(std::string_view text) {
    return normal_address<in6_addr>(AF_INET6, text);
}

std::optional<std::string> normal_dns_name(std::string_view text) {
    std::string name(text);
    if (!name.empty() && name.back() == '.') {
        name.pop_back();
    }
    std::transform(name.begin(), name.end(), name.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return schemas::is_dns_name(name) ? std::optional(name) : std::nullopt;
}

std::optional<WebhookUrl> read_webhook_url(std::string_view text) {
    WebhookUrl url;
    std::string_view rest = text;
    if (rest.substr(0, 8) == "https://") {
        url.https = true;
        rest.remove_prefix(8);
    } else if (rest.substr(0, 7) == "http://") {
        rest.remove_prefix(7);
    } else {
        return std::nullopt;
    }
    if (text.size() > kUrlBytesMax || !std::all_of(text.begin(), text.end(), is_graphic_ascii) ||
        text.find('#') != std::string_view::npos) {
        return std::nullopt;
    }
    const std::string_view authority = rest.substr(0, rest.find_first_of("/?"));
    const auto colon = authority.rfind(':');
    const auto bracket = authority.rfind(']');
    const bool has_port =
        colon != std::string_view::npos && (bracket == std::string_view::npos || bracket < colon);
    const std::string_view host = has_port ? authority.substr(0, colon) : authority;
    if (!is_host(host) || (has_port && !is_port(authority.substr(colon + 1)))) {
        return std::nullopt;
    }
    url.host = std::string(host);
    return url;
}

}  // namespace lumos::console
