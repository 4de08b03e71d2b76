#include "tests/cloudflare/record_check.h"

#include "tests/cloudflare/text.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

namespace lumos::simulator {
namespace {

namespace json = boost::json;

constexpr int kBadRequest = 400;
constexpr std::int64_t kTtlMin = 60;
constexpr std::int64_t kTtlMinEnterprise = 30;
constexpr std::int64_t kTtlMax = 86'400;
constexpr std::size_t kCommentFree = 100;
constexpr std::size_t kCommentPaid = 500;
constexpr std::size_t kTagsPaid = 20;

[[noreturn]] void refuse(std::int64_t code, const std::string& message) {
    throw ApiError(kBadRequest, code, message);
}

std::string text_value(const json::value& value) {
    if (!value.is_string()) {
        refuse(9207, "Request body is invalid.");
    }
    return std::string(value.get_string());
}

std::int64_t ttl_value(const json::value& value) {
    json::error_code failed;
    const auto ttl = value.is_number() ? value.to_number<std::int64_t>(failed) : -1;
    return failed ? -1 : ttl;
}

void read_proxied(StoredRecord& record, const json::value& value) {
    if (!value.is_bool()) {
        refuse(9003, "Invalid 'proxied' value, must be a boolean");
    }
    record.proxied = value.get_bool();
}

void read_comment(StoredRecord& record, const json::value& value) {
    if (value.is_null() || (value.is_string() && value.get_string().empty())) {
        record.comment.reset();
    } else {
        record.comment = text_value(value);
    }
}

void read_more(StoredRecord& record, const json::object& request) {
    if (const json::value* tags = request.if_contains("tags");
        tags != nullptr && tags->is_array()) {
        record.tags = tags->get_array();
    }
    if (const json::value* settings = request.if_contains("settings");
        settings != nullptr && settings->is_object()) {
        for (const auto& setting : settings->get_object()) {
            record.settings[setting.key()] = setting.value();
        }
    }
    if (const json::value* priority = request.if_contains("priority");
        priority != nullptr && priority->is_number()) {
        record.priority = ttl_value(*priority);
    }
    if (const json::value* data = request.if_contains("data"); data != nullptr) {
        record.data = *data;
    }
}

template <typename Address>
std::string normal_address(
    int family, const std::string& content, std::int64_t code, const char* message) {
    Address address{};
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (inet_pton(family, content.c_str(), &address) != 1) {
        refuse(code, message);
    }
    inet_ntop(family, &address, text.data(), text.size());
    return text.data();
}

void check_content(StoredRecord& record) {
    if (record.type == "A") {
        record.content = normal_address<in_addr>(
            AF_INET, record.content, 9005, "Content for A record must be a valid IPv4 address.");
    } else if (record.type == "AAAA") {
        record.content = normal_address<in6_addr>(
            AF_INET6,
            record.content,
            9006,
            "Content for AAAA record must be a valid IPv6 address.");
    } else if (record.type == "CNAME") {
        record.content = lower_case(record.content);
        if (record.content.ends_with('.')) {
            record.content.pop_back();
        }
        if (record.content.empty() || record.content.find(' ') != std::string::npos) {
            refuse(9007, "Content for CNAME record is invalid.");
        }
        record.settings.emplace("flatten_cname", false);
    } else if (record.content.empty() && record.data.is_null()) {
        refuse(9207, "Request body is invalid.");
    }
}

void check_ttl(StoredRecord& record, const ZoneRules& rules) {
    const std::int64_t lowest = rules.zone.plan == "enterprise" ? kTtlMinEnterprise : kTtlMin;
    const bool automatic = record.ttl == 1;
    if (!automatic && (record.ttl < lowest || record.ttl > kTtlMax)) {
        refuse(
            9021,
            fmt::format("TTL must be between {} and 86400 seconds, or 1 for Automatic.", lowest));
    }
    if (record.proxied && !automatic) {
        if (rules.switches.proxied_ttl == "refuse") {
            refuse(9021, "ttl must be set to 1 when `proxied` is true");
        }
        record.ttl = 1;
    }
}

void check_proxied(const StoredRecord& record) {
    if (!record.proxied) {
        return;
    }
    if (record.type != "A" && record.type != "AAAA" && record.type != "CNAME") {
        refuse(9004, "This record type cannot be proxied.");
    }
    // Cloudflare's own resolver is the one target that is known to be barred.
    if (record.content == "1.1.1.1" || record.content == "1.0.0.1") {
        refuse(9003, fmt::format("Target {} is not allowed for a proxied record.", record.content));
    }
    if (!is_proxiable(record)) {
        refuse(
            9041,
            "This DNS record cannot be proxied - click the cloud icon to turn it gray to proceed");
    }
}

void check_attributes(const StoredRecord& record, const ZoneInfo& zone) {
    const bool paid = zone.plan != "free";
    const std::size_t comment_max = paid ? kCommentPaid : kCommentFree;
    if (record.comment && record.comment->size() > comment_max) {
        refuse(
            9313,
            fmt::format(
                "DNS record comment exceeds the maximum length of {} characters.", comment_max));
    }
    const std::size_t tags_max = paid ? kTagsPaid : 0;
    if (record.tags.size() > tags_max) {
        refuse(
            9300,
            fmt::format(
                "DNS record has {} tags, exceeding the quota of {}.",
                record.tags.size(),
                tags_max));
    }
}

bool is_address(const StoredRecord& record) {
    return record.type == "A" || record.type == "AAAA";
}

constexpr const char* kMoreDetails =
    " For more details, refer to "
    "<https://developers.cloudflare.com/dns/manage-dns-records/troubleshooting/"
    "records-with-same-name/>.";

void check_cname(const StoredRecord& record, const StoredRecord& other) {
    if (record.type == "CNAME" && (is_address(other) || other.type == "CNAME")) {
        refuse(
            81053,
            std::string("An A, AAAA, or CNAME record with that host already exists.") +
                kMoreDetails);
    }
    if (is_address(record) && other.type == "CNAME") {
        refuse(81054, std::string("A CNAME record with that host already exists.") + kMoreDetails);
    }
}

bool is_identical(const StoredRecord& a, const StoredRecord& b, const Switches& switches) {
    const bool same_content = a.type == b.type && a.content == b.content;
    const bool same_rest = a.ttl == b.ttl && a.proxied == b.proxied && a.comment == b.comment;
    return same_content && (switches.identical_compares == "content" || same_rest);
}

}  // namespace

std::string full_name(const std::string& name, const std::string& zone) {
    std::string full = lower_case(name);
    if (full.ends_with('.')) {
        full.pop_back();
    }
    if (full == "@" || full.empty() || full == zone) {
        return zone;
    }
    return full.ends_with("." + zone) ? full : full + "." + zone;
}

void apply_request(StoredRecord& record, const json::object& request, const ZoneInfo& zone) {
    if (const json::value* type = request.if_contains("type")) {
        record.type = text_value(*type);
    }
    if (const json::value* name = request.if_contains("name")) {
        record.name = full_name(text_value(*name), zone.name);
    }
    if (const json::value* content = request.if_contains("content")) {
        record.content = text_value(*content);
    }
    if (const json::value* ttl = request.if_contains("ttl")) {
        record.ttl = ttl_value(*ttl);
    }
    if (const json::value* proxied = request.if_contains("proxied")) {
        read_proxied(record, *proxied);
    }
    if (const json::value* comment = request.if_contains("comment")) {
        read_comment(record, *comment);
    }
    read_more(record, request);
}

void check_record(StoredRecord& record, const ZoneRules& rules) {
    static const std::set<std::string> kKnown{
        "A",      "AAAA", "CAA",   "CERT",  "CNAME", "DNSKEY",     "DS",
        "HTTPS",  "LOC",  "MX",    "NAPTR", "NS",    "OPENPGPKEY", "PTR",
        "SMIMEA", "SRV",  "SSHFP", "SVCB",  "TLSA",  "TXT",        "URI"};
    if (!kKnown.contains(record.type) || record.name.size() > 253) {
        refuse(9207, "Request body is invalid.");
    }
    check_content(record);
    check_proxied(record);
    check_ttl(record, rules);
    check_attributes(record, rules.zone);
}

void check_beside(
    const StoredRecord& record, const Records& others, const Switches& switches, bool is_new) {
    for (const auto& [id, other] : others) {
        if (id == record.id || other.name != record.name) {
            continue;
        }
        check_cname(record, other);
        if ((is_new || switches.identical_on_change) && is_identical(record, other, switches)) {
            refuse(81058, "An identical record already exists.");
        }
    }
}

}  // namespace lumos::simulator
