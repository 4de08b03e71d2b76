#pragma once
// What is about to be written at the provider, and written down as pending before that: one batch
// of one attempt.

#include "workers/failover/check_state.h"
#include "workers/failover/recorder.h"
#include "workers/shared/dns/provider.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace lumos::failover {

struct IntendedChange {
    sql::DomainRow row;      // As it is until the change is applied.
    NowPublished published;  // As it is then.
};

struct Intention {
    std::unique_ptr<dns::Provider> provider;
    sql::ZoneRow zone;
    std::string attempt;
    std::vector<dns::RecordEdit> edits;
    std::vector<IntendedChange> changes;
    std::optional<std::int64_t> batch_limit;
    std::int64_t failures = 0;
};

// Records what is wanted and seen already, reports what is not ours, and makes the rest one batch
// of pending changes. Nothing: there is nothing to be written.
[[nodiscard]] std::optional<Intention> make_intention(
    sql::ZoneTransaction& transaction,
    CheckState& state,
    Recorder& recorder,
    const runtime::Clock& clock);

}  // namespace lumos::failover
