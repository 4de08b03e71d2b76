#include "sql/change_store.h"

#include "sql/transaction.h"

namespace lumos::sql {

void insert_pending(ZoneTransaction& transaction, const NewChange& change) {
    transaction.inner().run(
        queries::dns_changes::insert_pending,
        {change.id,
         change.domain,
         change.attempt,
         change.kind,
         change.to_server,
         change.to_ipv4,
         change.to_ipv6,
         change.ttl,
         change.records_before,
         change.event_draft,
         change.proxied,
         change.set_aside_after,
         change.trigger});
}

void settle_change(ZoneTransaction& transaction, const std::string& id, ChangeState state) {
    transaction.inner().run(
        queries::dns_changes::settle,
        {id, state == ChangeState::Applied ? "applied" : "abandoned"});
}

std::optional<std::string> set_aside_by_abandoned(
    ZoneTransaction& transaction, const ChangeTarget& target) {
    const auto rows = transaction.inner().run(
        queries::dns_changes::set_aside_by_abandoned,
        {target.domain, target.server, target.ipv4, target.ipv6});
    return rows.empty() ? std::nullopt : rows.only().optional_text("set_aside_after");
}

std::size_t pending_of_attempt(
    ZoneTransaction& transaction, std::int64_t zone, const std::string& attempt) {
    return transaction.inner().run(queries::dns_changes::list_of_attempt, {zone, attempt}).size();
}

AppliedAttempt apply_attempt(
    ZoneTransaction& transaction, std::int64_t zone, const std::string& attempt) {
    AppliedAttempt applied;
    for (const auto row : transaction.inner().run(queries::dns_changes::apply, {zone, attempt})) {
        ++applied.changes;
        applied.at = row.time("settled_at");
    }
    return applied;
}

std::vector<std::int64_t> fail_attempt(
    ZoneTransaction& transaction,
    std::int64_t zone,
    const std::string& attempt,
    bool refused,
    const std::string& error) {
    std::vector<std::int64_t> domains;
    const auto rows =
        transaction.inner().run(queries::dns_changes::fail, {zone, attempt, refused, error});
    for (const auto row : rows) {
        domains.push_back(row.integer("domain_id"));
    }
    return domains;
}

void record_published(ZoneTransaction& transaction, const Published& published) {
    transaction.inner().run(
        queries::domains::record_published,
        {published.domain,
         published.server,
         published.ipv4,
         published.ipv6,
         published.proxied,
         published.set_aside,
         published.failed_over ? "failed_over" : "active",
         published.incident,
         published.ttl});
}

void relabel(ZoneTransaction& transaction, std::int64_t domain, bool failed_over) {
    transaction.inner().run(
        queries::domains::set_failover_status, {domain, failed_over ? "failed_over" : "active"});
}

void save_check(ZoneTransaction& transaction, const CheckNote& note) {
    transaction.inner().run(
        queries::domains::save_check,
        {note.domain,
         note.decision,
         note.code,
         note.message,
         note.evidence,
         note.hold_code,
         note.hold_since,
         note.hold_told,
         note.undone_since,
         note.undone_told,
         note.doubt_until,
         note.not_ours,
         note.last_error});
}

void renew_doubt(
    ZoneTransaction& transaction,
    const std::vector<std::int64_t>& domains,
    std::chrono::milliseconds doubt) {
    transaction.inner().run(queries::domains::renew_doubt, {domains, doubt});
}

void put_in_doubt(
    ZoneTransaction& transaction,
    const std::vector<std::int64_t>& domains,
    std::chrono::milliseconds doubt,
    const std::string& error) {
    transaction.inner().run(queries::domains::put_in_doubt, {domains, doubt, error});
}

void note_refusal(
    ZoneTransaction& transaction,
    const std::vector<std::int64_t>& domains,
    const std::optional<RefusalWait>& wait,
    const std::string& error) {
    const auto waits = wait.value_or(RefusalWait{});
    transaction.inner().run(
        queries::domains::note_refusal,
        {domains, waits.first, waits.most, waits.share, error, wait.has_value()});
}

}  // namespace lumos::sql
