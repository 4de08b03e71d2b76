#pragma once
// What the world would be answered for a zone's records: record sets, automatic TTLs as seconds,
// and an edge address in place of the content where a record is proxied. Pure.

#include "tests/cloudflare/zone.h"

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>

namespace lumos::simulator {

struct RecordSet {
    std::int64_t ttl = 300;
    std::set<std::string> contents;
    bool operator==(const RecordSet&) const = default;
};
using RecordSets = std::map<std::pair<std::string, std::string>, RecordSet>;  // By name and type.

inline constexpr const char* kEdgeIpv4 = "198.18.0.1";
inline constexpr const char* kEdgeIpv6 = "2001:db8:ffff::1";
inline constexpr std::int64_t kAutomaticTtl = 300;

// Types beyond A, AAAA, CNAME, TXT, MX, NS and CAA are left out, as is a CNAME at the zone's own
// name.
[[nodiscard]] RecordSets record_sets(const Records& records, const std::string& zone);

}  // namespace lumos::simulator
