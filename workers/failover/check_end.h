#pragma once
// How a check ends: what it found out is written down for each domain, candidates are called, the
// answered requests are deleted, the next alarm is set. The transaction is not committed here.

#include "workers/failover/check_state.h"
#include "workers/failover/recorder.h"

#include <chrono>
#include <optional>
#include <vector>

namespace lumos::failover {

struct EndedCheck {
    std::vector<std::string> called;  // Servers' slugs, to be called after the commit.
    std::optional<Time> due_at;       // Database clock; nothing: no alarm, or reserved.
};

// reserved_for: where a change was intended, for how long the zone is its own.
[[nodiscard]] EndedCheck end_check(
    sql::ZoneTransaction& transaction,
    CheckState& state,
    Recorder& recorder,
    std::optional<std::chrono::milliseconds> reserved_for);

}  // namespace lumos::failover
