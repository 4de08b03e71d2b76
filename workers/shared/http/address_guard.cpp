#include "workers/shared/http/address_guard.h"

#include "workers/shared/runtime/errors.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

namespace lumos::http {
namespace {

constexpr std::size_t kBytes = 16;
constexpr std::string_view kMappedPrefix{"\0\0\0\0\0\0\0\0\0\0\xff\xff", 12};

// 16 bytes, IPv4 as ::ffff:a.b.c.d. Nothing where the text is no address.
std::optional<std::string> parse_address(std::string_view text) {
    if (text.size() >= 2 && text.front() == '[' && text.back() == ']') {
        text = text.substr(1, text.size() - 2);
    }
    // The zone of a link-local address says through which interface, not whether.
    const std::string plain(text.substr(0, text.find('%')));
    std::string bytes(kBytes, '\0');
    if (inet_pton(AF_INET6, plain.c_str(), bytes.data()) == 1) {
        return bytes;
    }
    std::array<char, 4> four{};
    if (inet_pton(AF_INET, plain.c_str(), four.data()) == 1) {
        return std::string(kMappedPrefix) + std::string(four.data(), four.size());
    }
    return std::nullopt;
}

struct Cidr {
    std::string bytes;
    int bits = 0;
};

bool contains(const Cidr& range, std::string_view address) {
    const auto whole = static_cast<std::size_t>(range.bits / 8);
    if (address.substr(0, whole) != std::string_view(range.bytes).substr(0, whole)) {
        return false;
    }
    const int rest = range.bits % 8;
    if (rest == 0) {
        return true;
    }
    const auto mask = static_cast<unsigned char>(0xff << (8 - rest));
    const auto a = static_cast<unsigned char>(address[whole]);
    const auto b = static_cast<unsigned char>(range.bytes[whole]);
    return (a & mask) == (b & mask);
}

std::optional<Cidr> parse_range(std::string_view text) {
    const auto slash = text.find('/');
    const auto address = parse_address(text.substr(0, slash));
    if (!address) {
        return std::nullopt;
    }
    const bool is_v4 = text.substr(0, slash).find(':') == std::string_view::npos;
    const int most = is_v4 ? 32 : 128;
    int bits = most;
    if (slash != std::string_view::npos) {
        const auto digits = text.substr(slash + 1);
        const auto* const end = digits.data() + digits.size();
        const auto [stopped, error] = std::from_chars(digits.data(), end, bits);
        if (error != std::errc{} || stopped != end || bits < 0 || bits > most) {
            return std::nullopt;
        }
    }
    return Cidr{*address, is_v4 ? bits + 96 : bits};
}

std::vector<Cidr> parse_table(std::initializer_list<std::string_view> texts) {
    std::vector<Cidr> ranges;
    for (const auto text : texts) {
        auto range = parse_range(text);
        runtime::ensure(range.has_value(), "the table of ranges is well-formed");
        ranges.push_back(std::move(*range));
    }
    return ranges;
}

// What is not on the public internet and may be something of the operator's. The documentation
// ranges are not here: nobody answers there, so they can do no harm.
const std::vector<Cidr>& refused() {
    static const auto table = parse_table({
        "0.0.0.0/8",         // "This network": many systems connect to themselves.
        "10.0.0.0/8",        // Private.
        "100.64.0.0/10",     // Carrier-grade NAT; Alibaba's metadata, Tailscale.
        "127.0.0.0/8",       // Loopback.
        "168.63.129.16/32",  // Azure's host, reachable only from inside it.
        "169.254.0.0/16",    // Link-local; metadata of most clouds.
        "172.16.0.0/12",     // Private.
        "192.0.0.0/24",      // Protocol assignments; Oracle's metadata.
        "192.88.99.0/24",    // Former 6to4 relays.
        "192.168.0.0/16",    // Private.
        "198.18.0.0/15",     // Benchmarks inside a network.
        "224.0.0.0/4",       // Multicast.
        "240.0.0.0/4",       // Reserved, broadcast.
        "::/8",              // Unspecified, loopback, IPv4-compatible and other forms of IPv4.
        "64:ff9b:1::/48",    // NAT64 of a network's own.
        "100::/64",          // Discarded.
        "2001::/32",         // Teredo: an IPv4 address in disguise.
        "fc00::/7",          // Private.
        "fe80::/10",         // Link-local.
        "fec0::/10",         // Formerly private.
        "ff00::/8",          // Multicast.
    });
    return table;
}

struct Embedding {
    std::string_view range;
    std::size_t offset;  // Of the IPv4 address inside.
};

// Forms of IPv6 that reach an IPv4 address: judged by that address.
std::optional<std::string> embedded(std::string_view address) {
    static constexpr std::array<Embedding, 3> kEmbeddings{
        {{"::ffff:0:0:0/96", 12}, {"64:ff9b::/96", 12}, {"2002::/16", 2}}};
    for (const auto& form : kEmbeddings) {
        if (contains(*parse_range(form.range), address)) {
            return std::string(kMappedPrefix) + std::string(address.substr(form.offset, 4));
        }
    }
    return std::nullopt;
}

bool is_public(std::string_view address) {
    if (const auto inner = embedded(address)) {
        return is_public(*inner);
    }
    const bool is_mapped = address.starts_with(kMappedPrefix);
    return std::none_of(refused().begin(), refused().end(), [&](const Cidr& range) {
        // A mapped address lies inside ::/8, which speaks of the other forms only.
        return (!is_mapped || range.bits >= 96) && contains(range, address);
    });
}

}  // namespace

AddressGuard::AddressGuard(const std::vector<std::string>& allowed_ranges) {
    for (const auto& text : allowed_ranges) {
        auto range = parse_range(text);
        if (!range) {
            throw runtime::UsageError(fmt::format(
                "LUMOS_WEBHOOK_ALLOW: \"{}\" is no address range; write for example 10.0.0.0/8 or "
                "fd00::/8",
                text));
        }
        allowed_.push_back({std::move(range->bytes), range->bits});
    }
}

bool AddressGuard::allows(std::string_view address) const {
    const auto bytes = parse_address(address);
    if (!bytes) {
        return false;
    }
    const bool is_exempt = std::any_of(allowed_.begin(), allowed_.end(), [&](const Range& range) {
        return contains({range.bytes, range.bits}, *bytes);
    });
    return is_exempt || is_public(*bytes);
}

}  // namespace lumos::http
