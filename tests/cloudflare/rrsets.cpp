#include "tests/cloudflare/rrsets.h"

#include <fmt/format.h>

#include <algorithm>

namespace lumos::simulator {
namespace {

std::string with_dot(const std::string& name) {
    return name.ends_with('.') ? name : name + ".";
}

std::string quoted(const std::string& text) {
    if (text.starts_with('"')) {
        return text;
    }
    std::string out = "\"";
    for (const char c : text) {
        out += c == '"' || c == '\\' ? std::string("\\") + c : std::string(1, c);
    }
    return out + "\"";
}

std::string content_of(const StoredRecord& record) {
    if (record.type == "CNAME" || record.type == "NS") {
        return with_dot(record.content);
    }
    if (record.type == "MX") {
        return fmt::format("{} {}", record.priority.value_or(10), with_dot(record.content));
    }
    return record.type == "TXT" ? quoted(record.content) : record.content;
}

}  // namespace

RecordSets record_sets(const Records& records, const std::string& zone) {
    static const std::set<std::string> kPublished{"A", "AAAA", "CNAME", "TXT", "MX", "NS", "CAA"};
    RecordSets sets;
    for (const auto& [id, record] : records) {
        const bool at_apex = record.name == zone;
        if (!kPublished.contains(record.type) ||
            (at_apex && (record.type == "CNAME" || record.type == "NS"))) {
            continue;
        }
        const std::int64_t ttl = record.ttl == 1 ? kAutomaticTtl : record.ttl;
        if (!record.proxied) {
            RecordSet& set = sets[{record.name, record.type}];
            set.ttl = set.contents.empty() ? ttl : std::min(set.ttl, ttl);
            set.contents.insert(content_of(record));
            continue;
        }
        // The edge has both families, whatever the origin has.
        sets[{record.name, "A"}] = {kAutomaticTtl, {kEdgeIpv4}};
        sets[{record.name, "AAAA"}] = {kAutomaticTtl, {kEdgeIpv6}};
    }
    return sets;
}

}  // namespace lumos::simulator
