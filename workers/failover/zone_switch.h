#pragma once
// The switch of one zone: the protocol of docs/switching.md, its steps named as in the checked
// model (lock, read_record, settle, decide, intend, lock_again, call_provider, apply). Two
// transactions on the caller's session; between them the intended change stands in rows, so that
// any worker can finish or give up what another one left. Thread-safe: each thread brings its own
// session.

#include "workers/failover/zone_check.h"
#include "workers/shared/runtime/guarded.h"
#include "workers/shared/runtime/metrics.h"

#include <chrono>
#include <map>
#include <optional>

namespace lumos::failover {

struct CheckResult {
    // Left: not locked, or no longer ours. Settled: nothing was to be written. Waiting: there are
    // no calls. Applied, Refused, Unanswered: a change was sent to the provider.
    enum class Outcome { Left, Settled, Waiting, Applied, Refused, Unanswered };
    Outcome outcome = Outcome::Left;
    // When the zone is due again, counted from the end of the check; nothing: no alarm.
    std::optional<std::chrono::microseconds> due_in = {};
};

class ZoneSwitch {
public:
    explicit ZoneSwitch(const Tools& tools);

    // Throws what the database throws (sql/error.h); the zone stays due then. Everything else that
    // it throws is about this zone, which must back off (sql::back_off_zone).
    CheckResult check(sql::Connection& session, Id zone);

private:
    struct Calls;
    struct Begun;
    Begun begin(sql::Connection& session, Id zone, Calls& calls);
    Begun read_and_intend(ZoneCheck& check, Id zone, Calls& calls);
    CheckResult carry_out(sql::Connection& session, Intention intention);
    CheckResult apply(sql::ZoneTransaction& transaction, Intention& intention);
    CheckResult note_no(
        sql::ZoneTransaction& transaction,
        const Intention& intention,
        const dns::WriteResult& result);
    CheckResult note_silence(
        sql::ZoneTransaction& transaction,
        const Intention& intention,
        const dns::WriteResult& result);

    const Tools& tools_;
    // How many pages a zone had when it was read last: a big one would be read twice each time.
    runtime::Guarded<std::map<Id, int>> pages_;
    runtime::metrics::Counter applied_;
    runtime::metrics::Counter refused_;
    runtime::metrics::Counter unanswered_;
};

}  // namespace lumos::failover
