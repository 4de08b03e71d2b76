#pragma once
// The facts of a switch, written down when it is intended, so that whoever finds it applied
// publishes the same ones; and the other events about a domain. Pure; no clock.

#include "schemas/event_messages.h"
#include "sql/zone_store.h"
#include "workers/failover/decide_rule.h"

#include <optional>
#include <string>

namespace lumos::failover {

struct Draft {
    std::optional<std::string>
        incident;  // The server_down that it belongs to; nothing: it opens one.
    schemas::DomainSwitchEvent event;
};

// Everything that an event about a domain is drawn from.
struct DomainFacts {
    const sql::ZoneRow& zone;
    const sql::DomainRow& row;
    const Domain& domain;
    const Servers& servers;
    Time now;  // Database clock.
};

struct Target {
    Id server = 0;
    Addresses addresses;
    std::int64_t ttl = 1;
    bool proxied = false;
};

// `trigger`: as in the event. `message`: of the decision; "" where nobody decided (a change that
// was found).
[[nodiscard]] Draft draft_switch(
    const DomainFacts& facts,
    const Target& target,
    const std::string& message,
    const std::string& trigger);

// Of a switch that nobody of ours has decided, or whose decision is lost: what was found there.
[[nodiscard]] Draft draft_found(const DomainFacts& facts, const Target& target);

[[nodiscard]] std::string write_draft(const Draft& draft);
[[nodiscard]] std::optional<Draft> read_draft(const std::optional<std::string>& text);

// How it ended: `settled` where it was found by settling.
struct Ending {
    Time applied_at;
    std::string change_id;
    bool settled = false;
};
// Completes the draft with what is known only at the end. `row` is as it was before.
void complete(Draft& draft, const sql::DomainRow& row, const Ending& ending);

// The incident that events about a domain join: of its published server, if that one is down.
[[nodiscard]] std::optional<std::string> incident_of(const DomainFacts& facts);

[[nodiscard]] schemas::FailoverHeldEvent held_event(
    const DomainFacts& facts,
    const std::string& code,
    const std::string& message,
    std::optional<Time> retry_at);

}  // namespace lumos::failover
