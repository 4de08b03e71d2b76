#include "workers/failover/recorder.h"

#include "workers/shared/runtime/clock.h"
#include "workers/shared/runtime/ids.h"
#include "workers/shared/runtime/log.h"

#include <boost/json.hpp>

namespace lumos::failover {
namespace {

// What was about the change before it ends with it, in the row at hand as in the database's.
void forget_the_past(sql::DomainRow& row) {
    row.retry_at.reset();
    row.refusals = 0;
    row.last_error.reset();
    row.not_ours.reset();
    row.hold_code.reset();
    row.hold_since.reset();
    row.hold_told.reset();
    row.undone_since.reset();
    row.undone_told = false;
}

}  // namespace

Recorder::Recorder(
    sql::ZoneTransaction& transaction, const sql::ZoneRow& zone, const runtime::Clock& clock)
    : transaction_(transaction),
      zone_(zone),
      clock_(clock) {}

std::optional<std::string> Recorder::set_aside_after(
    const sql::DomainRow& row, Id server, const Seen& seen) {
    const auto& there = seen.addresses;
    const bool lacks_one =
        (row.published_ipv4 && !there.ipv4) || (row.published_ipv6 && !there.ipv6);
    const auto landed = lacks_one ? sql::set_aside_by_abandoned(
                                        transaction_, {row.id, server, there.ipv4, there.ipv6})
                                  : std::nullopt;
    return landed ? landed : row.set_aside;
}

void Recorder::published(sql::DomainRow& row, NowPublished now) {
    const bool home = !row.servers.empty() && now.server == row.servers.front();
    bool failed_over = row.failed_over;
    auto incident = row.incident;
    if (now.draft) {
        complete(*now.draft, row, now.ending);
        const auto& event = now.draft->event;
        const auto recorded = record(
            row.name,
            event.recovered ? "server_recovered" : "failover_triggered",
            now.draft->incident,
            boost::json::serialize(schemas::to_json(event)));
        lines_.push_back(
            {.warns = false,
             .event = "domain_switched",
             .domain = row.name,
             .from = event.from_ip.value_or(""),
             .to = event.to_ip.value_or(""),
             .why = event.cause});
        // From one secondary to the next the incident of the primary goes on: the recovery ends
        // that one.
        incident =
            home ? std::nullopt : std::optional(failed_over && incident ? *incident : recorded);
        failed_over = !home;
    }
    sql::record_published(
        transaction_,
        {.domain = row.id,
         .server = now.server,
         .ipv4 = now.addresses.ipv4,
         .ipv6 = now.addresses.ipv6,
         .proxied = now.proxied,
         .ttl = now.ttl,
         .set_aside = now.set_aside,
         .failed_over = failed_over,
         .incident = incident});
    row.published_server = now.server;
    row.published_ipv4 = now.addresses.ipv4;
    row.published_ipv6 = now.addresses.ipv6;
    row.proxied = now.proxied;
    row.set_aside = now.set_aside;
    if (!failed_over) {
        row.failed_over_at.reset();
    } else if (!row.failed_over_at) {
        row.failed_over_at = now.ending.applied_at;
    }
    row.failed_over = failed_over;
    const auto wanted_ttl = failed_over ? row.failover_ttl : row.ttl;
    row.rewrite_asked = row.rewrite_asked && !now.proxied && now.ttl != wanted_ttl;
    row.incident = incident;
    ++row.epoch;
    forget_the_past(row);
}

void Recorder::announce(AfterCommit& after) const {
    for (const auto& line : lines_) {
        runtime::log(
            line.warns ? runtime::LogLevel::Warn : runtime::LogLevel::Info,
            line.event,
            {{"domain", line.domain},
             {"zone", zone_.name},
             {"from", line.from},
             {"to", line.to},
             {"outcome", line.why}});
    }
    if (has_events_) {
        after.events(deliveries_);
    }
}

void Recorder::held(const DomainFacts& facts, const schemas::FailoverHeldEvent& event) {
    record(
        facts.row.name,
        "failover_held",
        incident_of(facts),
        boost::json::serialize(schemas::to_json(event)));
}

void Recorder::not_applied(const DomainFacts& facts, const NotApplied& not_applied) {
    const auto& problem = not_applied.problem;
    const schemas::FailoverNotAppliedEvent event{
        .domain = facts.row.name,
        .zone = zone_.name,
        .to_ip = not_applied.to_ip,
        .code = not_applied.code,
        .message = not_applied.message,
        .provider_http_status = problem ? problem->http_status : std::nullopt,
        .provider_code = problem ? problem->provider_code : std::nullopt,
        .provider_message = problem ? std::optional(problem->message) : std::nullopt,
        .decided_at = not_applied.decided_at,
        .attempts = not_applied.attempts};
    record(
        facts.row.name,
        "failover_not_applied",
        incident_of(facts),
        boost::json::serialize(schemas::to_json(event)));
    lines_.push_back(
        {.warns = true,
         .event = "change_not_applied",
         .domain = facts.row.name,
         .from = "",
         .to = not_applied.to_ip.value_or(""),
         .why = not_applied.message});
}

void Recorder::drifted(
    const DomainFacts& facts, const std::string& expected, const std::string& found) {
    const schemas::RecordDriftedEvent event{
        .domain = facts.row.name,
        .zone = zone_.name,
        .expected = expected,
        .found = found,
        .message = "DNS shows " + found + " where " + expected +
                   " was published; it is not touched by an automatic switch."};
    record(
        facts.row.name,
        "record_drifted",
        incident_of(facts),
        boost::json::serialize(schemas::to_json(event)));
    lines_.push_back(
        {.warns = true,
         .event = "record_drifted",
         .domain = facts.row.name,
         .from = expected,
         .to = found,
         .why = event.message});
}

std::string Recorder::record(
    const std::string& domain,
    const std::string& type,
    const std::optional<std::string>& incident,
    std::string data) {
    auto recorded = sql::record_event(
        transaction_.inner(),
        {.id = runtime::new_uuid(clock_.now()),
         .account_id = zone_.account_id,
         .source = "failover",
         .type = type,
         .kind = "domain",
         .subject = domain,
         .incident = incident,
         .data = std::move(data),
         .alert = true});
    has_events_ = true;
    deliveries_.insert(deliveries_.end(), recorded.deliveries.begin(), recorded.deliveries.end());
    return recorded.incident;
}

}  // namespace lumos::failover
