#include "workers/failover/switch_event.h"

#include "workers/failover/fitness_rule.h"
#include "workers/shared/runtime/words_rule.h"

#include <boost/json.hpp>

#include <cmath>

namespace lumos::failover {
namespace {

namespace json = boost::json;

const Server* find(const Servers& servers, std::optional<Id> id) {
    const auto found = id ? servers.find(*id) : servers.end();
    return found == servers.end() ? nullptr : &found->second;
}

// For a server without IPv4 the IPv6 address stands there.
std::optional<std::string> shown_ip(const Addresses& addresses) {
    return addresses.ipv4 ? addresses.ipv4 : addresses.ipv6;
}

bool is_down(const Server& server) {
    return server.status == Status::Offline || server.status == Status::Error;
}

// What a person's edit brought about, and no failing server.
bool is_edit(const Server* left) {
    return left == nullptr || (!is_down(*left) && left->fitness != Fitness::Out);
}

std::string cause_of(const DomainFacts& facts, const Server* left, bool home) {
    if (home && facts.row.failed_over) {
        return "heartbeat";
    }
    if (home || is_edit(left)) {
        return "operator";
    }
    if (left->id != facts.domain.servers.front()) {
        return "active_secondary_down";
    }
    return left->cause.empty() ? "silence" : left->cause;
}

std::string reason_of(const DomainFacts& facts, const Server* left, bool home) {
    if (home) {
        return facts.row.failed_over ? "Primary server recovered" : "Operator request";
    }
    return is_edit(left) ? "Operator request" : "Primary server down";
}

std::string home_message(const DomainFacts& facts, const Server& primary, const Server* left) {
    std::string text = primary.slug + " is healthy again";
    if (left != nullptr && facts.row.failed_over_at) {
        text += "; traffic is back after " +
                runtime::in_words(facts.now - *facts.row.failed_over_at) + " on " + left->slug;
    }
    return text + ".";
}

std::string reason_of_trigger(const std::string& trigger) {
    return trigger.empty() ? "pending_change" : trigger;
}

}  // namespace

Draft draft_switch(
    const DomainFacts& facts,
    const Target& target,
    const std::string& message,
    const std::string& trigger) {
    const auto& to = facts.servers.at(target.server);
    const auto* left = find(facts.servers, facts.domain.published);
    const auto* primary = find(facts.servers, facts.domain.servers.front());
    const bool home = primary == &to;
    Draft draft;
    auto& event = draft.event;
    event.domain = facts.domain.name;
    event.zone = facts.zone.name;
    event.from_ip = shown_ip(facts.domain.published_addresses);
    event.from_ipv6 = facts.domain.published_addresses.ipv6;
    event.to_ip = shown_ip(target.addresses);
    event.to_ipv6 = target.addresses.ipv6;
    if (left != nullptr) {
        event.from_server_id = left->slug;
        event.from_server_name = left->name;
    }
    event.to_server_id = to.slug;
    event.to_server_name = to.name;
    event.primary_server_id = primary != nullptr ? primary->slug : to.slug;
    event.reason = reason_of(facts, left, home);
    event.cause = cause_of(facts, left, home);
    event.message = home ? home_message(facts, to, left) : message;
    event.failover_status = home ? "active" : "failed_over";
    event.previous_failover_status = facts.row.failed_over ? "failed_over" : "active";
    event.ttl = target.proxied ? 1 : target.ttl;
    event.proxied = target.proxied;
    event.trigger = reason_of_trigger(trigger);
    const auto* noticed = home || left == nullptr ? &to : left;
    event.detected_at = noticed->status_since;
    event.decided_at = facts.now;
    event.recovered = home;
    if (home) {
        event.primary_ip = event.to_ip;
        event.primary_ipv6 = event.to_ipv6;
        draft.incident = facts.row.incident;
    } else {
        draft.incident = incident_of(facts);
    }
    return draft;
}

Draft draft_found(const DomainFacts& facts, const Target& target) {
    const auto& to = facts.servers.at(target.server);
    return draft_switch(
        facts,
        target,
        "DNS was found to point at " + to.slug + ", and that is what is published now.",
        "pending_change");
}

std::string write_draft(const Draft& draft) {
    auto data = schemas::to_json(draft.event);
    return json::serialize(json::object{
        {"incident", draft.incident ? json::value(*draft.incident) : json::value(nullptr)},
        {"data", std::move(data)}});
}

std::optional<Draft> read_draft(const std::optional<std::string>& text) {
    if (!text) {
        return std::nullopt;
    }
    const auto value = json::parse(*text);
    const auto& object = value.as_object();
    Draft draft;
    if (const auto& incident = object.at("incident"); incident.is_string()) {
        draft.incident = std::string(incident.as_string());
    }
    draft.event = schemas::read_domain_switch_event(object.at("data"));
    return draft;
}

void complete(Draft& draft, const sql::DomainRow& row, const Ending& ending) {
    auto& event = draft.event;
    event.epoch = row.epoch + 1;
    event.previous_failover_status = row.failed_over ? "failed_over" : "active";
    event.applied_at = ending.applied_at;
    event.change_id = ending.change_id;
    if (ending.settled) {
        event.cause = "settled";
    }
    if (event.recovered) {
        const auto lasted =
            row.failed_over_at ? Seconds(ending.applied_at - *row.failed_over_at) : Seconds::zero();
        event.failed_over_seconds = std::round(lasted.count() * 10) / 10;
    }
}

std::optional<std::string> incident_of(const DomainFacts& facts) {
    const auto* published = find(facts.servers, facts.domain.published);
    if (published != nullptr && published->incident && is_down(*published)) {
        return published->incident;
    }
    return facts.row.incident;
}

schemas::FailoverHeldEvent held_event(
    const DomainFacts& facts,
    const std::string& code,
    const std::string& message,
    std::optional<Time> retry_at) {
    schemas::FailoverHeldEvent event;
    event.domain = facts.domain.name;
    event.zone = facts.zone.name;
    event.published_ip = shown_ip(facts.domain.published_addresses);
    event.published_ipv6 = facts.domain.published_addresses.ipv6;
    event.failover_status = facts.row.failed_over ? "failed_over" : "active";
    event.epoch = facts.row.epoch;
    event.code = code;
    event.message = message;
    event.retry_at = retry_at;
    for (const auto id : facts.domain.servers) {
        if (const auto* server = find(facts.servers, id)) {
            event.candidates.push_back(
                {.server_id = server->slug,
                 .status = std::string(to_string(server->status)),
                 .usable = usable_fitness(*server) == Fitness::Ready &&
                           !is_interrupted(*server, facts.now),
                 .why = why(*server)});
        }
    }
    return event;
}

}  // namespace lumos::failover
