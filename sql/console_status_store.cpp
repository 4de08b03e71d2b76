#include "sql/console_status_store.h"

#include "sql/transaction.h"

namespace lumos::sql::console {

std::map<std::string, std::int64_t> servers_by_status(Work& work, Only account) {
    std::map<std::string, std::int64_t> counts;
    for (const auto row : work.transaction().run(queries::servers::count_by_status, {account})) {
        counts[row.text("status")] = row.integer("servers");
    }
    return counts;
}

std::vector<WrongServer> wrong_servers(Work& work, Only account, std::int64_t limit) {
    std::vector<WrongServer> found;
    for (const auto row : work.transaction().run(queries::servers::wrong, {account, limit})) {
        found.push_back(
            {.account = row.text("account"),
             .slug = row.text("slug"),
             .status = row.text("status"),
             .since = row.time("status_since"),
             .cause = row.optional_text("cause"),
             .disconnect_reason = row.optional_text("disconnect_reason"),
             .last_seen = row.optional_time("last_seen"),
             .conflict = row.boolean("conflict"),
             .checks = row.optional_text("checks"),
             .domains_published = row.integer("domains_published")});
    }
    return found;
}

DomainCounts count_domains(Work& work, Only account) {
    const auto row = work.transaction().run(queries::domains::count_by_state, {account}).only();
    return {
        .active = row.integer("active"),
        .failed_over = row.integer("failed_over"),
        .held = row.integer("held"),
        .not_applied = row.integer("not_applied"),
        .not_ours = row.integer("not_ours"),
        .in_doubt = row.integer("in_doubt")};
}

std::vector<WrongDomain> wrong_domains(Work& work, Only account, std::int64_t limit) {
    std::vector<WrongDomain> found;
    for (const auto row : work.transaction().run(queries::domains::wrong, {account, limit})) {
        found.push_back(
            {.account = row.text("account"),
             .name = row.text("name"),
             .provider = row.optional_text("provider"),
             .hold_code = row.optional_text("hold_code"),
             .hold_since = row.optional_time("hold_since"),
             .not_ours = row.optional_text("not_ours"),
             .undone_since = row.optional_time("undone_since"),
             .last_error = row.optional_text("last_error"),
             .message = row.optional_text("message")});
    }
    return found;
}

ControlState control_state(Work& work, Only account) {
    auto& transaction = work.transaction();
    ControlState state;
    const auto heard = transaction.run(queries::heard_nodes::newest).only();
    state.heard_until = heard.optional_time("heard_until");
    state.heard_age_seconds = heard.optional_number("age_seconds");
    state.nodes = heard.integer("nodes");
    state.nodes_heard = heard.integer("nodes_heard");
    for (const auto row : transaction.run(queries::cycles::newest)) {
        state.cycle_completed_at = row.time("completed_at");
        state.cycle_age_seconds = row.number("age_seconds");
    }
    const auto outbox = transaction.run(queries::outbox::backlog).only();
    state.outbox_unpublished = outbox.integer("unpublished");
    state.outbox_oldest_seconds = outbox.number("oldest_seconds");
    const auto deliveries = transaction.run(queries::deliveries::backlog, {account}).only();
    state.deliveries_pending = deliveries.integer("pending");
    state.deliveries_dead = deliveries.integer("dead");
    return state;
}

Backlog backlog(Work& work) {
    auto& transaction = work.transaction();
    const auto changes = transaction.run(queries::dns_changes::backlog).only();
    const auto checks = transaction.run(queries::check_requests::backlog).only();
    return {
        .changes_pending = changes.integer("pending"),
        .change_oldest_seconds = changes.number("oldest_seconds"),
        .doubt_overdue_seconds = changes.number("doubt_overdue_seconds"),
        .checks_waiting = checks.integer("waiting"),
        .check_oldest_seconds = checks.number("oldest_seconds")};
}

std::vector<WorkerSession> workers(Work& work) {
    std::vector<WorkerSession> found;
    for (const auto row : work.transaction().run(queries::pg_stat_activity::workers)) {
        found.push_back(
            {row.text("process"),
             row.text("instance"),
             row.time("since"),
             row.integer("sessions")});
    }
    return found;
}

std::vector<Budget> budgets(Work& work, Only account, std::int64_t limit) {
    std::vector<Budget> found;
    for (const auto row : work.transaction().run(queries::providers::budgets, {account, limit})) {
        found.push_back(
            {.account = row.text("account"),
             .provider = row.text("slug"),
             .blocked = !row.is_null("blocked") && row.boolean("blocked"),
             .blocked_until = row.optional_time("blocked_until"),
             .expires_on = row.optional_time("expires_on"),
             .calls_left = row.number("calls_left")});
    }
    return found;
}

}  // namespace lumos::sql::console
