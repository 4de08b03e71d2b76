#include "schemas/event_messages.h"

#include "schemas/json_fields.h"
#include "schemas/json_values.h"

#include <boost/json.hpp>

#include <algorithm>
#include <map>

namespace lumos::schemas {

namespace json = boost::json;

namespace {

const std::map<std::string, std::string_view, std::less<>>& severities() {
    static const std::map<std::string, std::string_view, std::less<>> table{
        {"server_down", "critical"},
        {"server_up", "info"},
        {"failover_triggered", "critical"},
        {"server_recovered", "info"},
        {"failover_held", "critical"},
        {"failover_not_applied", "critical"},
        {"record_drifted", "warning"},
        {"identity_conflict", "warning"},
        {"hearing_lost", "critical"},
        {"hearing_restored", "info"},
    };
    return table;
}

json::value json_of_facts(const std::optional<ServerFacts>& facts) {
    if (!facts) {
        return nullptr;
    }
    return json::object{
        {"name", facts->name},
        {"ipv4", json_of(facts->ipv4)},
        {"ipv6", json_of(facts->ipv6)},
        {"region", json_of(facts->region)}};
}

}  // namespace

json::value to_json(const ServerStatusEvent& event) {
    json::object data{
        {"serverId", event.server_id},
        {"serverName", event.server_name},
        {"status", event.status},
        {"previousStatus", event.previous_status},
        {"cause", event.cause},
        {"message", event.message},
        {"since", json_of(event.since)},
        {"lastSeen", json_of(event.last_seen)},
        {"ipv4", json_of(event.ipv4)},
        {"ipv6", json_of(event.ipv6)},
        {"failedChecks", to_json(event.failed_checks)},
        {"domainsPublished", event.domains_published}};
    if (event.down_seconds) {
        data.emplace("downSeconds", json_of_seconds(event.down_seconds));
    }
    return data;
}

json::value to_json(const DomainSwitchEvent& event) {
    json::object data{
        {"domain", event.domain},
        {"zone", event.zone},
        {"fromIp", json_of(event.from_ip)},
        {"toIp", json_of(event.to_ip)},
        {"fromIpv6", json_of(event.from_ipv6)},
        {"toIpv6", json_of(event.to_ipv6)},
        {"fromServerId", json_of(event.from_server_id)},
        {"fromServerName", json_of(event.from_server_name)},
        {"toServerId", event.to_server_id},
        {"toServerName", event.to_server_name},
        {"primaryServerId", event.primary_server_id},
        {"reason", event.reason},
        {"cause", event.cause},
        {"message", event.message},
        {"failoverStatus", event.failover_status},
        {"previousFailoverStatus", event.previous_failover_status},
        {"epoch", event.epoch},
        {"ttl", event.ttl},
        {"proxied", event.proxied},
        {"trigger", event.trigger},
        {"actor", json_of(event.actor)},
        {"detectedAt", json_of(event.detected_at)},
        {"decidedAt", json_of(event.decided_at)},
        {"appliedAt", json_of(event.applied_at)},
        {"changeId", event.change_id}};
    if (event.recovered) {
        data.emplace("primaryIp", json_of(event.primary_ip));
        data.emplace("primaryIpv6", json_of(event.primary_ipv6));
        data.emplace("failedOverSeconds", json_of_seconds(event.failed_over_seconds));
    }
    return data;
}

DomainSwitchEvent read_domain_switch_event(const json::value& data) {
    const Fields fields(data, "data");
    DomainSwitchEvent event;
    event.domain = fields.text("domain");
    event.zone = fields.text("zone");
    event.from_ip = fields.text_or_null("fromIp");
    event.to_ip = fields.text_or_null("toIp");
    event.from_ipv6 = fields.text_or_null("fromIpv6");
    event.to_ipv6 = fields.text_or_null("toIpv6");
    event.from_server_id = fields.text_or_null("fromServerId");
    event.from_server_name = fields.text_or_null("fromServerName");
    event.to_server_id = fields.text("toServerId");
    event.to_server_name = fields.text("toServerName");
    event.primary_server_id = fields.text("primaryServerId");
    event.reason = fields.text("reason");
    event.cause = fields.text("cause");
    event.message = fields.text("message");
    event.failover_status = fields.one_of("failoverStatus", {"active", "failed_over"});
    event.previous_failover_status =
        fields.one_of("previousFailoverStatus", {"active", "failed_over"});
    event.epoch = fields.integer("epoch");
    event.ttl = fields.integer("ttl");
    event.proxied = fields.boolean("proxied");
    event.trigger = fields.text("trigger");
    event.actor = fields.text_or_null("actor");
    event.detected_at = fields.time("detectedAt");
    event.decided_at = fields.time("decidedAt");
    event.applied_at = fields.time("appliedAt");
    event.change_id = fields.text("changeId");
    event.recovered = data.get_object().contains("failedOverSeconds");
    if (event.recovered) {
        event.primary_ip = fields.text_or_null("primaryIp");
        event.primary_ipv6 = fields.text_or_null("primaryIpv6");
        event.failed_over_seconds = fields.number_or_null("failedOverSeconds");
    }
    return event;
}

json::value to_json(const FailoverHeldEvent& event) {
    json::array candidates;
    for (const auto& candidate : event.candidates) {
        candidates.push_back(json::object{
            {"serverId", candidate.server_id},
            {"status", candidate.status},
            {"usable", candidate.usable},
            {"why", candidate.why}});
    }
    return json::object{
        {"domain", event.domain},
        {"zone", event.zone},
        {"publishedIp", json_of(event.published_ip)},
        {"publishedIpv6", json_of(event.published_ipv6)},
        {"failoverStatus", event.failover_status},
        {"epoch", event.epoch},
        {"code", event.code},
        {"message", event.message},
        {"candidates", std::move(candidates)},
        {"retryAt", json_of(event.retry_at)}};
}

json::value to_json(const RecordDriftedEvent& event) {
    return json::object{
        {"domain", event.domain},
        {"zone", event.zone},
        {"expected", event.expected},
        {"found", event.found},
        {"message", event.message}};
}

json::value to_json(const FailoverNotAppliedEvent& event) {
    return json::object{
        {"domain", event.domain},
        {"zone", event.zone},
        {"toIp", json_of(event.to_ip)},
        {"code", event.code},
        {"message", event.message},
        {"providerError",
         json::object{
             {"httpStatus", json_of(event.provider_http_status)},
             {"code", json_of(event.provider_code)},
             {"message", json_of(event.provider_message)}}},
        {"decidedAt", json_of(event.decided_at)},
        {"attempts", event.attempts}};
}

json::value to_json(const IdentityConflictEvent& event) {
    json::array connections;
    for (const auto& connection : event.connections) {
        connections.push_back(json::object{
            {"natsServer", connection.nats_server},
            {"clientId", connection.client_id},
            {"bootId", connection.boot_id},
            {"session", connection.session},
            {"since", json_of(connection.since)}});
    }
    return json::object{
        {"serverId", event.server_id},
        {"serverName", event.server_name},
        {"connections", std::move(connections)},
        {"message", event.message}};
}

json::value to_json(const HearingEvent& event) {
    json::array nodes;
    for (const auto& node : event.nodes) {
        nodes.push_back(json::object{
            {"node", node.node}, {"url", node.url}, {"heardUntil", json_of(node.heard_until)}});
    }
    return json::object{
        {"heardUntil", json_of(event.heard_until)},
        {"nodes", std::move(nodes)},
        {"message", event.message}};
}

json::value to_json(const ChannelTestEvent& event) {
    return json::object{{"channelId", event.channel_id}, {"message", event.message}};
}

json::value to_json(const DeliveryDeadEvent& event) {
    return json::object{
        {"channelId", event.channel_id},
        {"eventId", event.event_id},
        {"alert", event.alert},
        {"attempts", event.attempts},
        {"lastError", event.last_error}};
}

json::value to_json(const ServerEditEvent& event) {
    return json::object{
        {"serverId", event.server_id},
        {"serverName", event.server_name},
        {"before", json_of_facts(event.before)},
        {"after", json_of_facts(event.after)},
        {"actor", event.actor}};
}

const std::vector<std::string>& alert_names() {
    static const std::vector<std::string> names = [] {
        std::vector<std::string> all;
        for (const auto& [name, ignored] : severities()) {
            all.push_back(name);
        }
        return all;
    }();
    return names;
}

std::string_view severity(std::string_view alert) {
    const auto found = severities().find(alert);
    return found == severities().end() ? "info" : found->second;
}

}  // namespace lumos::schemas
