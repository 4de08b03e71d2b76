#pragma once
// One check of one zone: what was read under its lock, and what has come out of it so far. Lives as
// long as the check's first transaction; the steps that fill it stand in zone_check.h.

#include "sql/zone_store.h"
#include "workers/failover/calls_rule.h"
#include "workers/failover/decide_rule.h"
#include "workers/failover/records_rule.h"
#include "workers/failover/settle_rule.h"
#include "workers/failover/switch_event.h"

#include <optional>
#include <set>
#include <string>
#include <vector>

namespace lumos::failover {

// Why a wanted change is not begun now.
struct Obstacle {
    std::string code;  // "": nothing is in the way.
    std::string message;
    std::optional<Time> look_again;
    [[nodiscard]] bool is_there() const { return !code.empty(); }
};

struct DomainCheck {
    sql::DomainRow row;  // As the database has it in this transaction.
    Domain facts;
    std::optional<PendingChange> pending;
    std::optional<Time> doubt_until;  // As it is to be.
    Decision decision;
    Obstacle obstacle;
    bool concerned = false;  // Needs a look at what is published.
    bool recorded = false;   // What is published was recorded by this check.
    bool unsaved = false;    // not_ours or last_error of `row` are newer than the database's.
    std::optional<Seen> seen;
};

struct CheckState {
    sql::ZoneRow zone;
    sql::ZoneWork work;
    std::vector<sql::ZoneRequest> requests;
    Servers servers;
    std::vector<DomainCheck> domains;
    Time first_look;  // Database clock; taken before anything is read at the provider.
    Time now;         // Of the newest look.
    std::set<Id> heard_before;
    // Something is left for a check right after this one.
    bool due_now = false;
    std::optional<Time> come_back;  // When there are calls again.
    // The provider gave no usable answer, or could not be asked.
    std::optional<std::string> trouble;
    bool leave_alone = false;  // And nothing about the zone will be better before a backoff.

    [[nodiscard]] DomainFacts facts_of(const DomainCheck& domain) const {
        return {zone, domain.row, domain.facts, servers, now};
    }
};

}  // namespace lumos::failover
