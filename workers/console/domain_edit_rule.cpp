#include "workers/console/domain_edit_rule.h"

#include <algorithm>

namespace lumos::console {

ServersEditPlan plan_servers_edit(const ServersEdit& edit) {
    ServersEditPlan plan{.failover_status = edit.failover_status, .notes = {}};
    const auto& primary = edit.after.front();
    if (!edit.published) {
        return plan;
    }
    if (edit.published == primary) {
        plan.failover_status = "active";
        if (edit.failover_status != "active") {
            plan.notes.push_back(
                primary + " is published already and is the primary now: active, without a write");
        }
        return plan;
    }
    plan.failover_status = "failed_over";
    const bool stays =
        std::find(edit.after.begin(), edit.after.end(), *edit.published) != edit.after.end();
    if (!stays) {
        plan.notes.push_back(
            *edit.published +
            " is published and no longer assigned: DNS moves to the first server that is ready");
    } else if (edit.before.front() != primary) {
        plan.notes.push_back(
            *edit.published + " stays published until the new primary " + primary + " is ready");
    }
    return plan;
}

}  // namespace lumos::console
