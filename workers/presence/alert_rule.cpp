#include "workers/presence/alert_rule.h"

#include "workers/shared/runtime/words_rule.h"

#include <fmt/format.h>

#include <algorithm>

namespace lumos::presence {
namespace {

std::string failing_checks(const std::vector<schemas::CheckResult>& failed) {
    if (failed.empty()) {
        return "The agent says that something on the server is wrong.";
    }
    std::string text;
    for (const schemas::CheckResult& check : failed) {
        text += fmt::format(
            "{}check {} fails: {}",
            text.empty() ? "" : "; ",
            check.name,
            check.error.value_or("no reason given"));
    }
    return text + ".";
}

std::string down_message(const Change& change, const std::vector<schemas::CheckResult>& failed) {
    switch (change.after.cause.value_or(Cause::Silence)) {
        case Cause::Disconnect:
            return fmt::format(
                "The agent's connection dropped ({}).",
                change.after.disconnect_reason.value_or("no reason given"));
        case Cause::Stopping:
            return "The agent was stopped and said goodbye.";
        case Cause::LocalCheck:
            return failing_checks(failed);
        case Cause::Silence:
        case Cause::Heartbeat:
            break;
    }
    return fmt::format("The agent has not been heard for {}.", runtime::in_words(change.silence));
}

// Enough for a person; an agent that makes machines up must not make an event too large to send.
constexpr std::size_t kMachinesMost = 8;

Connections newest_of_each_machine(Connections connections) {
    std::erase_if(connections, [](const AgentConnection& one) {
        return one.closed_at || !one.heard_since || !one.heard_at || !one.boot_id;
    });
    std::ranges::stable_sort(connections, std::ranges::greater{}, &AgentConnection::heard_at);
    Connections newest;
    for (AgentConnection& one : connections) {
        const bool is_known = std::ranges::any_of(
            newest, [&](const AgentConnection& other) { return other.boot_id == one.boot_id; });
        if (!is_known && newest.size() < kMachinesMost) {
            newest.push_back(std::move(one));
        }
    }
    return newest;
}

}  // namespace

schemas::ServerStatusEvent status_event(
    const ServerFacts& facts, const Change& change, Alert alert) {
    schemas::ServerStatusEvent event;
    event.server_id = facts.server;
    event.server_name = facts.name;
    event.status = to_text(change.after.status);
    event.previous_status = to_text(change.before.status);
    event.cause = to_text(change.after.cause.value_or(Cause::Heartbeat));
    event.since = change.after.status_since;
    event.last_seen = change.after.last_seen;
    event.ipv4 = facts.ipv4;
    event.ipv6 = facts.ipv6;
    event.domains_published = facts.domains_published;
    if (alert == Alert::Up) {
        // The database's clock may have been set back meanwhile.
        const Duration down = std::max(
            Duration(change.after.status_since - change.before.status_since), Duration::zero());
        event.down_seconds = Seconds(down).count();
        event.message = fmt::format("The agent is back after {}.", runtime::in_words(down));
        return event;
    }
    std::ranges::copy_if(
        facts.checks,
        std::back_inserter(event.failed_checks),
        [](const schemas::CheckResult& check) { return !check.ok; });
    event.message = down_message(change, event.failed_checks);
    return event;
}

schemas::IdentityConflictEvent conflict_event(
    const ServerFacts& facts, const Connections& connections) {
    schemas::IdentityConflictEvent event;
    event.server_id = facts.server;
    event.server_name = facts.name;
    for (const AgentConnection& connection : newest_of_each_machine(connections)) {
        event.connections.push_back(
            {.nats_server = connection.key.nats_server,
             .client_id = connection.key.client_id,
             .boot_id = *connection.boot_id,
             .session = connection.session.value_or(""),
             .since = connection.opened_at});
    }
    event.message = fmt::format(
        "Two machines speak with the credentials of {}; traffic is not moved to it until only one "
        "does. "
        "Give each machine credentials of its own: lumosctl server add.",
        facts.server);
    return event;
}

}  // namespace lumos::presence
