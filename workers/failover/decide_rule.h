#pragma once
// What to do about a domain: the table of docs/switching.md, row by row. Pure: no clock, no I/O.

#include "workers/failover/facts.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lumos::failover {

enum class Action {
    Nothing,
    Switch,   // To another server than the primary.
    Restore,  // To the primary.
    Rewrite,  // The same server's record, after an edit; no event.
    Hold      // Something is wanted, and may not be done now.
};

struct Decision {
    Action action = Action::Nothing;
    std::string code;
    std::string message;       // For people.
    std::optional<Id> target;  // Of Switch, Restore, Rewrite.
    // Whose word is wanted before, or in case, traffic is sent there.
    std::vector<Id> candidates = {};
    std::optional<Time> look_again =
        {};  // Database clock; nothing: whoever changes something asks.

    [[nodiscard]] bool wants_change() const {
        return action == Action::Switch || action == Action::Restore || action == Action::Rewrite;
    }
};

[[nodiscard]] Decision decide(const Domain& domain, const Servers& servers, const Moment& moment);

[[nodiscard]] std::string_view to_string(Action action);

}  // namespace lumos::failover
