#include "tests/cloudflare/zone.h"

#include <arpa/inet.h>

#include <array>

namespace lumos::simulator {
namespace {

namespace json = boost::json;

bool is_private_ipv4(std::uint32_t address) {
    struct Range {
        std::uint32_t network;
        std::uint32_t mask;
    };
    constexpr std::array<Range, 6> ranges{{
        {0x0A000000, 0xFF000000},  // 10.0.0.0/8
        {0x7F000000, 0xFF000000},  // 127.0.0.0/8
        {0xA9FE0000, 0xFFFF0000},  // 169.254.0.0/16
        {0xAC100000, 0xFFF00000},  // 172.16.0.0/12
        {0xC0A80000, 0xFFFF0000},  // 192.168.0.0/16
        {0x00000000, 0xFF000000},  // 0.0.0.0/8
    }};
    for (const Range& range : ranges) {
        if ((address & range.mask) == range.network) {
            return true;
        }
    }
    return false;
}

}  // namespace

bool is_private_address(const std::string& content) {
    in_addr four{};
    if (inet_pton(AF_INET, content.c_str(), &four) == 1) {
        return is_private_ipv4(ntohl(four.s_addr));
    }
    in6_addr six{};
    if (inet_pton(AF_INET6, content.c_str(), &six) != 1) {
        return false;
    }
    const bool unique_local = (six.s6_addr[0] & 0xFEU) == 0xFCU;
    return unique_local || IN6_IS_ADDR_LINKLOCAL(&six) || IN6_IS_ADDR_LOOPBACK(&six);
}

bool is_proxiable(const StoredRecord& record) {
    if (record.type == "CNAME") {
        return true;
    }
    return (record.type == "A" || record.type == "AAAA") && !is_private_address(record.content);
}

std::string record_time(Time time) {
    std::string text = to_sql_time(time);
    text.pop_back();  // Z
    while (text.find('.') != std::string::npos && (text.back() == '0' || text.back() == '.')) {
        text.pop_back();
    }
    return text + "Z";
}

json::object to_json(const StoredRecord& record) {
    json::object out{
        {"id", record.id},
        {"name", record.name},
        {"type", record.type},
        {"content", record.content}};
    if (record.priority) {
        out["priority"] = *record.priority;
    }
    out["proxiable"] = is_proxiable(record);
    out["proxied"] = record.proxied;
    out["ttl"] = record.ttl;
    out["settings"] = record.settings;
    out["meta"] = json::object();
    if (!record.data.is_null()) {
        out["data"] = record.data;
    }
    out["comment"] = record.comment ? json::value(*record.comment) : json::value();
    out["tags"] = record.tags;
    out["created_on"] = record.created_on;
    out["modified_on"] = record.modified_on;
    return out;
}

json::object to_state(const StoredRecord& record) {
    json::object out = to_json(record);
    out["number"] = record.number;
    return out;
}

StoredRecord record_from_state(const json::object& state) {
    const auto text = [&](const char* key) { return std::string(state.at(key).as_string()); };
    StoredRecord record;
    record.id = text("id");
    record.name = text("name");
    record.type = text("type");
    record.content = text("content");
    record.proxied = state.at("proxied").as_bool();
    record.ttl = state.at("ttl").to_number<std::int64_t>();
    record.settings = state.at("settings").as_object();
    if (state.at("comment").is_string()) {
        record.comment = text("comment");
    }
    record.tags = state.at("tags").as_array();
    if (const json::value* priority = state.if_contains("priority")) {
        record.priority = priority->to_number<std::int64_t>();
    }
    if (const json::value* data = state.if_contains("data")) {
        record.data = *data;
    }
    record.created_on = text("created_on");
    record.modified_on = text("modified_on");
    record.number = state.at("number").to_number<std::int64_t>();
    return record;
}

json::object to_json(const ZoneInfo& zone, bool may_edit) {
    json::array permissions{"#dns_records:read", "#zone:read"};
    if (may_edit) {
        permissions.insert(permissions.begin(), "#dns_records:edit");
    }
    const bool paid = zone.plan != "free";
    return {
        {"id", zone.id},
        {"name", zone.name},
        {"status", "active"},
        {"paused", false},
        {"type", "full"},
        {"development_mode", 0},
        {"name_servers", {"ada.ns.cloudflare.example", "bob.ns.cloudflare.example"}},
        {"original_name_servers", nullptr},
        {"original_registrar", nullptr},
        {"original_dnshost", nullptr},
        {"modified_on", zone.created_on},
        {"created_on", zone.created_on},
        {"activated_on", zone.created_on},
        {"vanity_name_servers", json::array()},
        {"vanity_name_servers_ips", nullptr},
        {"meta",
         {{"step", 4},
          {"custom_certificate_quota", 0},
          {"page_rule_quota", 3},
          {"phishing_detected", false}}},
        {"owner", {{"id", nullptr}, {"type", "user"}, {"email", nullptr}}},
        {"account", {{"id", zone.account_id}, {"name", "Simulated account"}}},
        {"tenant", {{"id", nullptr}, {"name", nullptr}}},
        {"tenant_unit", {{"id", nullptr}}},
        {"permissions", permissions},
        {"plan",
         {{"id", "0feeeeeeeeeeeeeeeeeeeeeeeeeeeeee"},
          {"name", paid ? "Paid Website" : "Free Website"},
          {"price", 0},
          {"currency", "USD"},
          {"frequency", ""},
          {"is_subscribed", paid},
          {"can_subscribe", false},
          {"legacy_id", zone.plan},
          {"legacy_discount", false},
          {"externally_managed", false}}}};
}

}  // namespace lumos::simulator
