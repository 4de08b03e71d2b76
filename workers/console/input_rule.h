#pragma once
// What people may write into a field, and the one form in which it is kept. Pure. A mistake says
// what is wrong and what to write instead; nothing means that all is well.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lumos::console {

struct Mistake {
    std::string detail;
    std::string fix;
};

[[nodiscard]] std::optional<Mistake> slug_mistake(std::string_view text);
// A display name: any text on one line, 1 to 100 bytes.
[[nodiscard]] std::optional<Mistake> name_mistake(std::string_view text);
// 1 (automatic) or 60 to 86400 seconds.
[[nodiscard]] std::optional<Mistake> ttl_mistake(std::int64_t ttl);
[[nodiscard]] std::optional<Mistake> email_mistake(std::string_view text);
[[nodiscard]] std::optional<Mistake> alert_mistake(
    std::string_view text, const std::vector<std::string>& known);
// At least one, none twice.
[[nodiscard]] std::optional<Mistake> server_list_mistake(const std::vector<std::string>& servers);

// In the form in which PostgreSQL and DNS providers write them. Nothing: it is no such address.
[[nodiscard]] std::optional<std::string> normal_ipv4(std::string_view text);
[[nodiscard]] std::optional<std::string> normal_ipv6(std::string_view text);

// Lower case, without a trailing dot. Nothing: it is no name, or not written in A-labels.
[[nodiscard]] std::optional<std::string> normal_dns_name(std::string_view text);

struct WebhookUrl {
    bool https = false;
    std::string host;
};
// Nothing: not an http(s) URL with a host, or one with a user name, a fragment or a space.
[[nodiscard]] std::optional<WebhookUrl> read_webhook_url(std::string_view text);

}  // namespace lumos::console
