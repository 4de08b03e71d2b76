#include "workers/console/explain_rule.h"

#include <algorithm>

namespace lumos::console {
namespace {

const ExplainedServer* find(const ExplainedDomain& domain, const std::optional<std::string>& id) {
    for (const auto& server : domain.servers) {
        if (id && server.id == *id) {
            return &server;
        }
    }
    return nullptr;
}

std::string about(const ExplainedServer& server) {
    return server.id + " " + server.status + (server.message.empty() ? "" : ": " + server.message);
}

Gate open_gate(std::string gate, std::string state, std::string detail) {
    return {0, std::move(gate), true, std::move(state), std::move(detail), ""};
}

Gate closed_gate(std::string gate, std::string state, std::string detail, std::string code) {
    return {0, std::move(gate), false, std::move(state), std::move(detail), std::move(code)};
}

Gate failover_gate(const ExplainedDomain& domain) {
    const auto servers = std::to_string(domain.servers.size()) +
                         (domain.servers.size() == 1 ? " server" : " servers");
    const auto detail = servers + ", plan " + domain.plan + ", " +
                        (domain.provider ? "provider " + *domain.provider : "no provider");
    if (domain.servers.size() < 2) {
        return closed_gate("failover domain", "no", detail, "single_server");
    }
    if (!domain.provider) {
        return closed_gate("failover domain", "no", detail, "no_provider");
    }
    if (!domain.plan_has_failover) {
        return closed_gate("failover domain", "no", detail, "plan");
    }
    return open_gate("failover domain", "yes", detail);
}

Gate record_gate(const ExplainedDomain& domain) {
    if (domain.not_ours) {
        return closed_gate("record", "NOT OURS", *domain.not_ours, "not_ours");
    }
    return open_gate(
        "record",
        "ours",
        domain.published_ip +
            (domain.published ? " (" + *domain.published + ")" : " (no assigned server)"));
}

Gate hearing_gate(const ExplainedDomain& domain) {
    const auto until =
        domain.heard_until ? "heard until " + *domain.heard_until : "nobody was heard yet";
    const auto* published = find(domain, domain.published);
    if (!domain.hearing ||
        (published != nullptr && published->status != "unknown" && !published->heard)) {
        return closed_gate("hearing", "INTERRUPTED", until, "hearing_interrupted");
    }
    return open_gate("hearing", "ok", until);
}

std::string code_of_waiting(const ExplainedServer& primary) {
    if (primary.status == "online") {
        return "ready_hold";
    }
    return primary.status == "error" ? "primary_down" : "agent_not_reconnecting";
}

// Is there a reason to move at all?
Gate published_gate(const ExplainedDomain& domain) {
    const auto& primary = domain.servers.front();
    const auto* published = find(domain, domain.published);
    if (published == nullptr) {
        return open_gate(
            "published", "NOT ASSIGNED", "what is published is no server of this domain");
    }
    if (published->fitness == "out" || published->status == "offline") {
        return open_gate("published", "DOWN", about(*published));
    }
    if (published->id == primary.id) {
        return closed_gate(
            "published",
            "primary",
            about(primary),
            primary.status == "unknown" ? "primary_unknown" : "primary_healthy");
    }
    if (primary.fitness == "ready") {
        return open_gate(
            "published",
            "secondary",
            about(*published) + "; the primary " + primary.id + " is ready");
    }
    return closed_gate(
        "published",
        "secondary",
        about(*published) + "; the primary " + about(primary),
        code_of_waiting(primary));
}

Gate grace_gate(const ExplainedDomain& domain) {
    const auto* published = find(domain, domain.published);
    if (published != nullptr && published->status == "offline" && published->fitness != "out") {
        return closed_gate(
            "grace",
            "running",
            "DNS waits " + domain.grace + " for the agent to come back",
            "grace");
    }
    return open_gate("grace", "over", domain.grace);
}

Gate candidates_gate(const ExplainedDomain& domain) {
    std::string ready;
    std::string others;
    for (const auto& server : domain.servers) {
        if (domain.published == server.id) {
            continue;
        }
        auto& list = server.fitness == "ready" ? ready : others;
        list +=
            (list.empty() ? "" : ", ") +
            (server.fitness == "ready" ? server.id : about(server) + " (" + server.fitness + ")");
    }
    if (!ready.empty()) {
        return open_gate("candidates", "ready", ready);
    }
    return closed_gate(
        "candidates", "NONE", others.empty() ? "no other server" : others, "no_healthy_secondary");
}

Gate hold_gate(const ExplainedDomain& domain) {
    if (domain.hold_code) {
        return closed_gate("hold", "HELD", *domain.hold_code, *domain.hold_code);
    }
    return open_gate("hold", "none", "");
}

Gate provider_gate(const ExplainedDomain& domain) {
    if (domain.provider_blocked) {
        return closed_gate("provider", "BLOCKED", "the token made too many calls", "rate_limited");
    }
    if (domain.zone_error) {
        return closed_gate("provider", "FAILED", *domain.zone_error, "provider_unreachable");
    }
    if (domain.provider_error) {
        return closed_gate(
            "provider",
            "REFUSED",
            *domain.provider_error,
            domain.provider_error_code.value_or("provider_unreachable"));
    }
    return open_gate("provider", "ok", domain.provider.value_or(""));
}

Gate change_gate(const ExplainedDomain& domain) {
    if (domain.pending_change) {
        return closed_gate("pending change", "OPEN", *domain.pending_change, "pending_change");
    }
    if (domain.doubt_until) {
        return closed_gate(
            "pending change",
            "IN DOUBT",
            "the record is read again after " + *domain.doubt_until,
            "pending_change");
    }
    return open_gate("pending change", "none", "");
}

std::string sentence_of(const ExplainedDomain& domain, const Gate& gate) {
    const auto here = domain.published.value_or("where it is");
    if (gate.code == "primary_healthy") {
        return "the primary " + domain.servers.front().id +
               " is published and well; there is nothing to do.";
    }
    if (gate.gate == "published") {
        return domain.servers.front().id + " is not ready, so DNS stays at " + here + ".";
    }
    if (gate.code == "no_healthy_secondary") {
        return "no other server of this domain is healthy, so DNS stays at " + here + ".";
    }
    if (gate.code == "grace") {
        return "the agent may still come back; DNS waits.";
    }
    if (gate.code == "hearing_interrupted") {
        return "we do not hear the agents right now, and silence that we cannot hear is no reason "
               "to move.";
    }
    return gate.gate + ": " + gate.detail;
}

std::string command_of(const ExplainedDomain& domain, const Gate& gate) {
    if (gate.gate == "provider" && domain.provider) {
        return "lumosctl provider verify " + *domain.provider;
    }
    if (gate.code == "plan") {
        return "lumosctl account set ACCOUNT --plan pro";
    }
    if (gate.code == "single_server") {
        return "lumosctl domain set " + domain.name + " --servers FIRST,SECOND";
    }
    if (gate.code == "agent_not_reconnecting" || gate.code == "primary_unknown") {
        return "on " + domain.servers.front().id + ": journalctl -u lumos-agent";
    }
    if (gate.code == "no_healthy_secondary") {
        return "lumosctl server list";
    }
    return "";
}

}  // namespace

Explanation explain(const ExplainedDomain& domain) {
    Explanation explanation;
    explanation.gates = {
        failover_gate(domain),
        record_gate(domain),
        hearing_gate(domain),
        published_gate(domain),
        grace_gate(domain),
        candidates_gate(domain),
        hold_gate(domain),
        provider_gate(domain),
        change_gate(domain)};
    int number = 0;
    for (auto& gate : explanation.gates) {
        gate.number = ++number;
    }
    const auto first =
        std::find_if(explanation.gates.begin(), explanation.gates.end(), [](const auto& gate) {
            return !gate.open;
        });
    if (first == explanation.gates.end()) {
        explanation.answer = "nothing is in the way; the next check moves DNS.";
        return explanation;
    }
    explanation.code = first->code;
    explanation.answer = sentence_of(domain, *first);
    explanation.next = command_of(domain, *first);
    return explanation;
}

}  // namespace lumos::console
