#include "workers/console/state_metrics.h"

#include "sql/console_status_store.h"

#include <limits>
#include <string>
#include <utility>

namespace lumos::console {
namespace {

namespace store = sql::console;
using runtime::metrics::Gauge;

constexpr std::chrono::seconds kEvery{15};
// Of tokens: the scarcest are shown, so that a thousand tenants are not a thousand series.
constexpr std::int64_t kBudgetsMax = 100;
// Nothing was ever heard: as bad as a very long time.
constexpr double kNeverHeard = 1e9;

Gauge domains(const std::string& state) {
    return {"lumos_domains", "Domains by state; one may be in several.", {{"state", state}}};
}

Gauge calls_left(const store::Budget& budget) {
    return {
        "lumos_provider_calls_left",
        "Calls that a DNS provider's token has left.",
        {{"account", budget.account}, {"provider", budget.provider}}};
}

}  // namespace

StateMetrics::StateMetrics(sql::Pool& database, const runtime::Clock& clock)
    : database_(database),
      clock_(clock),
      read_at_("lumos_state_read_timestamp_seconds", "When the state was last read."),
      hearing_lag_("lumos_hearing_lag_seconds", "How long nobody was heard."),
      changes_pending_("lumos_changes_pending", "Changes that were decided and are not settled."),
      change_oldest_("lumos_change_oldest_seconds", "Age of the oldest of them."),
      doubt_overdue_("lumos_doubt_overdue_seconds", "How long a read is late that ends a doubt."),
      checks_waiting_("lumos_checks_waiting", "Checks that were asked for and not made."),
      check_oldest_("lumos_check_oldest_seconds", "Age of the oldest of them."),
      outbox_("lumos_outbox_unpublished", "Events that were committed and not published."),
      outbox_oldest_("lumos_outbox_oldest_seconds", "Age of the oldest of them."),
      deliveries_pending_("lumos_deliveries_pending", "Notifications that wait."),
      domains_active_(domains("active")),
      domains_failed_over_(domains("failed_over")),
      domains_held_(domains("held")),
      domains_not_applied_(domains("not_applied")),
      domains_not_ours_(domains("not_ours")),
      domains_in_doubt_(domains("in_doubt")) {}

void StateMetrics::look_when_due() {
    const auto now = clock_.steady();
    if (looked_at_ && now - *looked_at_ < kEvery) {
        return;
    }
    look();
    looked_at_ = now;
}

void StateMetrics::look() {
    const auto lease = database_.lease();
    store::Work work(*lease);
    const auto backlog = store::backlog(work);
    const auto control = store::control_state(work, std::nullopt);
    const auto counts = store::count_domains(work, std::nullopt);
    show_budgets(work);
    hearing_lag_.set(control.heard_age_seconds.value_or(kNeverHeard));
    changes_pending_.set(static_cast<double>(backlog.changes_pending));
    change_oldest_.set(backlog.change_oldest_seconds);
    doubt_overdue_.set(backlog.doubt_overdue_seconds);
    checks_waiting_.set(static_cast<double>(backlog.checks_waiting));
    check_oldest_.set(backlog.check_oldest_seconds);
    outbox_.set(static_cast<double>(control.outbox_unpublished));
    outbox_oldest_.set(control.outbox_oldest_seconds);
    deliveries_pending_.set(static_cast<double>(control.deliveries_pending));
    domains_active_.set(static_cast<double>(counts.active));
    domains_failed_over_.set(static_cast<double>(counts.failed_over));
    domains_held_.set(static_cast<double>(counts.held));
    domains_not_applied_.set(static_cast<double>(counts.not_applied));
    domains_not_ours_.set(static_cast<double>(counts.not_ours));
    domains_in_doubt_.set(static_cast<double>(counts.in_doubt));
    read_at_.set(std::chrono::duration<double>(clock_.now().time_since_epoch()).count());
}

// A provider that was removed, or is scarce no more, is no number: it would stay as it was.
void StateMetrics::show_budgets(store::Work& work) {
    auto before = std::exchange(budgets_, {});
    for (const auto& budget : store::budgets(work, std::nullopt, kBudgetsMax)) {
        const auto key = std::pair(budget.account, budget.provider);
        before.erase(key);
        auto& gauge = budgets_.try_emplace(key, calls_left(budget)).first->second;
        gauge.set(budget.blocked ? 0 : budget.calls_left);
    }
    for (auto& [key, gauge] : before) {
        gauge.set(std::numeric_limits<double>::quiet_NaN());
    }
}

}  // namespace lumos::console
