#include "workers/failover/zone_facts.h"

#include <boost/json.hpp>

#include <algorithm>

namespace lumos::failover {
namespace {

namespace json = boost::json;

Status status_of(const std::string& text) {
    if (text == "online") {
        return Status::Online;
    }
    if (text == "offline") {
        return Status::Offline;
    }
    return text == "error" ? Status::Error : Status::Unknown;
}

Fitness fitness_of(const std::string& text) {
    if (text == "ready") {
        return Fitness::Ready;
    }
    return text == "out" ? Fitness::Out : Fitness::Unsure;
}

std::optional<Hearing> hearing_of(const sql::ServerRow& row) {
    if (!row.node_span || !row.heard_until || !row.advanced_at) {
        return std::nullopt;
    }
    return Hearing{*row.node_span, *row.heard_until, *row.advanced_at};
}

bool has_type(const std::vector<dns::Record>& records, const char* type) {
    return std::ranges::find(records, type, &dns::Record::type) != records.end();
}

std::string text_at(const json::object& object, const char* key) {
    const auto* value = object.if_contains(key);
    return value != nullptr && value->is_string() ? std::string(value->as_string()) : "";
}

}  // namespace

Servers servers_of(const sql::ServerLook& look) {
    Servers servers;
    for (const auto& row : look.servers) {
        servers[row.id] = {
            .id = row.id,
            .slug = row.slug,
            .name = row.name,
            .addresses = {row.ipv4, row.ipv6},
            .status = status_of(row.status),
            .cause = row.cause,
            .status_since = row.status_since,
            .fitness = fitness_of(row.fitness),
            .fitness_since = row.fitness_since,
            .out_at = row.out_at,
            .last_seen = row.last_seen,
            .span = row.span,
            .hearing = hearing_of(row),
            .waited_since = row.first_called_at,
            .failed_checks = row.failed_checks,
            .incident = row.incident};
    }
    return servers;
}

Domain domain_of(const sql::DomainRow& row, const sql::ZoneRow& zone) {
    const auto set_aside = read_records(row.set_aside);
    return {
        .id = row.id,
        .name = row.name,
        .servers = row.servers,
        .published = row.published_server,
        .published_addresses = {row.published_ipv4, row.published_ipv6},
        .failed_over = row.failed_over,
        .plan_allows = zone.plan_has_failover,
        .has_provider = zone.provider.has_value(),
        .rewrite_asked = row.rewrite_asked,
        .ipv4_set_aside = has_type(set_aside, "A"),
        .ipv6_set_aside = has_type(set_aside, "AAAA")};
}

std::optional<PendingChange> pending_of(const sql::DomainRow& row) {
    if (!row.pending) {
        return std::nullopt;
    }
    const auto& pending = *row.pending;
    return PendingChange{
        .id = pending.id,
        .attempt = pending.attempt,
        .to_server = pending.to_server,
        .to = {pending.to_ipv4, pending.to_ipv6},
        .ttl = pending.ttl,
        .refused = pending.refused};
}

std::string write_records(const std::vector<dns::Record>& records) {
    json::array list;
    for (const auto& record : records) {
        list.push_back(
            {{"id", record.id},
             {"name", record.name},
             {"type", record.type},
             {"content", record.content},
             {"ttl", record.ttl},
             {"proxied", record.proxied},
             {"original", record.original}});
    }
    return json::serialize(list);
}

std::vector<dns::Record> read_records(const std::optional<std::string>& text) {
    std::vector<dns::Record> records;
    if (!text) {
        return records;
    }
    const auto value = json::parse(*text);
    if (!value.is_array()) {
        return records;
    }
    for (const auto& item : value.as_array()) {
        const auto& object = item.as_object();
        records.push_back(
            {.id = text_at(object, "id"),
             .name = text_at(object, "name"),
             .type = text_at(object, "type"),
             .content = text_at(object, "content"),
             .ttl = object.at("ttl").to_number<std::int64_t>(),
             .proxied = object.at("proxied").as_bool(),
             .original = text_at(object, "original")});
    }
    return records;
}

std::optional<std::string> write_set_aside(const std::vector<dns::Record>& records) {
    return records.empty() ? std::nullopt : std::optional(write_records(records));
}

}  // namespace lumos::failover
