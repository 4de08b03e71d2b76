#pragma once
// Which addresses a tenant's webhook may reach: not loopback, private, link-local, metadata,
// multicast or reserved ones, unless the operator allows a range (LUMOS_WEBHOOK_ALLOW). Pure; safe
// from any thread.

#include <string>
#include <string_view>
#include <vector>

namespace lumos::http {

class AddressGuard {
public:
    // ranges: "127.0.0.1/32", "10.0.0.0/8", "fd00::/8". Throws runtime::UsageError on a range that
    // is none.
    explicit AddressGuard(const std::vector<std::string>& allowed_ranges);
    [[nodiscard]] bool allows(std::string_view address) const;

private:
    struct Range {
        std::string bytes;  // 16, IPv4 mapped into IPv6.
        int bits = 0;
    };
    std::vector<Range> allowed_;
};

}  // namespace lumos::http
