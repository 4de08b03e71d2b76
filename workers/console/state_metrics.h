#pragma once
// What an operator alarms on and only the database knows, as gauges: every console shows the same
// figures, so alert on the maximum over all of them. Not thread-safe: one thread looks.

#include "sql/connection.h"
#include "sql/console_work.h"
#include "workers/shared/runtime/clock.h"
#include "workers/shared/runtime/metrics.h"

#include <map>
#include <optional>
#include <string>
#include <utility>

namespace lumos::console {

class StateMetrics {
public:
    StateMetrics(sql::Pool& database, const runtime::Clock& clock);

    // Looks where the last look is 15 s old. Throws what sql/ throws; the figures then stay as they
    // were, and lumos_state_read_timestamp_seconds shows their age.
    void look_when_due();

private:
    void look();
    void show_budgets(sql::console::Work& work);

    sql::Pool& database_;
    const runtime::Clock& clock_;
    std::optional<runtime::SteadyTime> looked_at_;
    std::map<std::pair<std::string, std::string>, runtime::metrics::Gauge> budgets_;
    runtime::metrics::Gauge read_at_;
    runtime::metrics::Gauge hearing_lag_;
    runtime::metrics::Gauge changes_pending_;
    runtime::metrics::Gauge change_oldest_;
    runtime::metrics::Gauge doubt_overdue_;
    runtime::metrics::Gauge checks_waiting_;
    runtime::metrics::Gauge check_oldest_;
    runtime::metrics::Gauge outbox_;
    runtime::metrics::Gauge outbox_oldest_;
    runtime::metrics::Gauge deliveries_pending_;
    runtime::metrics::Gauge domains_active_;
    runtime::metrics::Gauge domains_failed_over_;
    runtime::metrics::Gauge domains_held_;
    runtime::metrics::Gauge domains_not_applied_;
    runtime::metrics::Gauge domains_not_ours_;
    runtime::metrics::Gauge domains_in_doubt_;
};

}  // namespace lumos::console
