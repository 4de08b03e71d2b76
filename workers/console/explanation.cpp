#include "workers/console/explanation.h"

#include "sql/console_provider_store.h"
#include "sql/console_status_store.h"
#include "workers/console/answers.h"
#include "workers/console/explain_rule.h"
#include "workers/console/screens.h"
#include "workers/console/server_message_rule.h"
#include "workers/console/servers_view.h"
#include "workers/shared/runtime/settings.h"

#include <boost/json.hpp>

namespace lumos::console {
namespace {

namespace store = sql::console;

constexpr double kHeardWithinSeconds = 10;

std::optional<std::string> shown_time(const std::optional<Time>& time) {
    return time ? std::optional(to_rfc3339(*time)) : std::nullopt;
}

ExplainedServer explained(const store::AssignedServer& server) {
    return {
        .id = server.slug,
        .status = server.status,
        .fitness = server.fitness,
        .message = server_message({.status = server.status,
                                   .cause = server.cause,
                                   .disconnect_reason = server.disconnect_reason,
                                   .last_seen = server.last_seen,
                                   .failing_check = failing_check(server.checks),
                                   .conflict = server.conflict})
                       .value_or(""),
        .heard = server.heard};
}

std::string text_at(const boost::json::value& value, const char* key) {
    const auto* found = value.is_object() ? value.as_object().if_contains(key) : nullptr;
    if (found == nullptr || found->is_null()) {
        return {};
    }
    return found->is_string() ? std::string(found->as_string()) : boost::json::serialize(*found);
}

void add_change(const store::Domain& domain, ExplainedDomain& explained_domain) {
    explained_domain.doubt_until = shown_time(domain.doubt_until);
    if (domain.last_error) {
        const auto error = parsed(domain.last_error);
        const auto code = text_at(error, "code");
        explained_domain.provider_error =
            "the DNS provider says " + code + (code.empty() ? "" : " ") + text_at(error, "message");
        const auto reason = text_at(error, "reason");
        if (!reason.empty()) {
            explained_domain.provider_error_code = reason;
        }
    }
    if (domain.change) {
        explained_domain.pending_change =
            domain.change->kind + " to " +
            domain.change->to_server.value_or("a server that is gone") + ", decided " +
            to_rfc3339(domain.change->decided_at) + (domain.change->refused ? ", refused" : "");
    }
}

void add_provider(
    store::Work& work,
    const store::Account& account,
    const store::Domain& domain,
    ExplainedDomain& explained_domain) {
    const auto zone = store::find_zone(work, account.id, domain.zone);
    if (zone && zone->failures > 0) {
        explained_domain.zone_error = zone->last_error.value_or("the zone's work fails");
    }
    for (const auto& budget : store::budgets(work, account.id, 500)) {
        if (domain.provider == budget.provider) {
            explained_domain.provider_blocked = budget.blocked;
        }
    }
}

boost::json::array gates_of(const Explanation& explanation) {
    boost::json::array gates;
    for (const auto& gate : explanation.gates) {
        gates.push_back(boost::json::object{
            {"number", gate.number},
            {"gate", gate.gate},
            {"open", gate.open},
            {"state", gate.state},
            {"detail", gate.detail},
            {"code",
             gate.code.empty() ? boost::json::value(nullptr) : boost::json::value(gate.code)}});
    }
    return gates;
}

}  // namespace

boost::json::value explanation_of(
    const Parts& parts,
    store::Work& work,
    const store::Account& account,
    const store::Domain& domain) {
    const auto control = store::control_state(work, account.id);
    ExplainedDomain input;
    input.name = domain.name;
    input.plan = account.plan.name;
    input.plan_has_failover = account.plan.failover;
    input.provider = domain.provider;
    input.published = domain.published_server;
    input.published_ip = domain.published_ipv4.value_or(domain.published_ipv6.value_or("?"));
    input.failover_status = domain.failover_status;
    input.epoch = domain.epoch;
    input.hold_code = domain.hold_code;
    input.not_ours = domain.not_ours;
    input.heard_until = shown_time(control.heard_until);
    input.hearing = control.heard_age_seconds && *control.heard_age_seconds < kHeardWithinSeconds;
    input.grace = runtime::to_text(parts.grace);
    for (const auto& server : store::assigned_servers(work, domain.id)) {
        input.servers.push_back(explained(server));
    }
    add_provider(work, account, domain, input);
    add_change(domain, input);
    const auto explanation = explain(input);
    boost::json::object json{
        {"domain", domain.name},
        {"failoverStatus", domain.failover_status},
        {"publishedIp", input.published_ip},
        {"publishedServerId", or_null(domain.published_server)},
        {"epoch", domain.epoch},
        {"gates", gates_of(explanation)},
        {"code",
         explanation.code.empty() ? boost::json::value(nullptr)
                                  : boost::json::value(explanation.code)},
        {"answer", explanation.answer},
        {"next",
         explanation.next.empty() ? boost::json::value(nullptr)
                                  : boost::json::value(explanation.next)},
        {"decision",
         domain.decision ? boost::json::value(boost::json::object{
                               {"decision", domain.decision->decision},
                               {"code", domain.decision->code},
                               {"message", domain.decision->message},
                               {"at", to_rfc3339(domain.decision->at)}})
                         : boost::json::value(nullptr)}};
    json["text"] = explanation_screen(json);
    return json;
}

}  // namespace lumos::console
