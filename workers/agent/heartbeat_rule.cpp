#include "workers/agent/heartbeat_rule.h"

namespace lumos::agent {
namespace {

schemas::AgentStatus status_of(const Moment& moment) {
    if (moment.goodbye) {
        return schemas::AgentStatus::Offline;
    }
    std::vector<CheckState> states;
    for (const auto& check : moment.checks) {
        states.push_back(check.state);
    }
    return overall(states) == CheckVerdict::Failing ? schemas::AgentStatus::Error
                                                    : schemas::AgentStatus::Online;
}

schemas::CheckResult result_of(const NamedCheck& check) {
    schemas::CheckResult result;
    result.name = check.name;
    result.ok = check.state.verdict == CheckVerdict::Passing;
    result.latency_ms = check.state.last.latency_ms;
    result.since = check.state.since;
    if (!result.ok && !check.state.last.ok) {
        result.error = check.state.last.error;
    } else if (!result.ok) {
        result.error = "answers again, not yet twice in a row";
    }
    return result;
}

}  // namespace

schemas::Heartbeat make_heartbeat(const AgentFacts& facts, const Moment& moment) {
    schemas::Heartbeat heartbeat;
    heartbeat.status = status_of(moment);
    heartbeat.cause = moment.goodbye;
    heartbeat.session = facts.session;
    heartbeat.boot_id = facts.boot_id;
    heartbeat.count = moment.count;
    heartbeat.interval_seconds = facts.interval_seconds;
    heartbeat.nats_server = moment.nats_server;
    heartbeat.client_id = moment.client_id;
    heartbeat.call = moment.call;
    heartbeat.agent_version = facts.version;
    heartbeat.started_at = facts.started_at;
    for (const auto& check : moment.checks) {
        heartbeat.checks.push_back(result_of(check));
    }
    return heartbeat;
}

schemas::Envelope make_envelope(const AgentFacts& facts, const Moment& moment) {
    schemas::Envelope envelope;
    envelope.id = facts.session + "-" + std::to_string(moment.count);
    envelope.source = "/lumos/agent";
    envelope.what = "heartbeat";
    envelope.subject = facts.server;
    envelope.time = moment.now;
    envelope.account = facts.account;
    return envelope;
}

}  // namespace lumos::agent
