#include "workers/failover/zone_check.h"

#include "workers/failover/fitness_rule.h"
#include "workers/failover/limits.h"
#include "workers/failover/zone_facts.h"
#include "workers/failover/zone_reader.h"
#include "workers/shared/runtime/errors.h"

#include <algorithm>

namespace lumos::failover {
namespace {

constexpr sql::ZoneLimits kLimits{limits::kLockWait, limits::kStatement, limits::kIdleSession};

std::string code_in_words(const std::optional<ProviderProblem>& problem) {
    return problem ? in_words(*problem) : "The DNS provider has refused it.";
}

}  // namespace

ZoneCheck::ZoneCheck(const Tools& tools, sql::Connection& session, Id zone)
    : tools_(tools),
      zone_(zone),
      transaction_(session, kLimits) {}

bool ZoneCheck::lock() {
    const auto work = sql::lock_zone(transaction_, zone_);
    if (!work) {
        return false;
    }
    state_.work = *work;
    state_.requests = sql::requests_of_zone(transaction_, zone_);
    auto zone = sql::describe_zone(transaction_, zone_);
    if (!zone) {
        return false;
    }
    state_.zone = std::move(*zone);
    state_.now = state_.zone.now;
    recorder_.emplace(transaction_, state_.zone, tools_.clock);
    return true;
}

void ZoneCheck::look_and_decide() {
    for (auto& row : sql::domains_of_zone(transaction_, zone_)) {
        DomainCheck domain;
        domain.facts = domain_of(row, state_.zone);
        domain.pending = pending_of(row);
        domain.doubt_until = row.doubt_until;
        domain.row = std::move(row);
        state_.domains.push_back(std::move(domain));
    }
    const auto look = sql::look_at_servers(transaction_, zone_);
    state_.now = look.now.value_or(state_.now);
    state_.first_look = state_.now;
    state_.servers = servers_of(look);
    decide_all();
    mark_concerned();
    for (const auto& [id, server] : state_.servers) {
        if (is_heard_lately(server, state_.now)) {
            state_.heard_before.insert(id);
        }
    }
}

void ZoneCheck::decide_all() {
    const Moment moment{.now = state_.now, .heard_before = state_.heard_before};
    for (auto& domain : state_.domains) {
        domain.decision = decide(domain.facts, state_.servers, moment);
        domain.obstacle = {};
        const auto& retry_at = domain.row.retry_at;
        if (domain.decision.wants_change() && retry_at && *retry_at > state_.now) {
            const auto problem = read_problem(domain.row.last_error);
            domain.obstacle = {
                problem ? problem->code : "provider_rejected", code_in_words(problem), *retry_at};
        }
    }
}

void ZoneCheck::mark_concerned() {
    for (auto& domain : state_.domains) {
        const bool begins = domain.decision.wants_change() && !domain.obstacle.is_there();
        const bool ripe = domain.doubt_until && *domain.doubt_until < state_.now;
        domain.concerned = state_.zone.provider && (begins || domain.pending || ripe);
    }
}

bool ZoneCheck::needs_provider() const {
    return std::ranges::any_of(state_.domains, &DomainCheck::concerned);
}

bool ZoneCheck::wants_switch() const {
    return std::ranges::any_of(state_.domains, [](const DomainCheck& domain) {
        const auto action = domain.decision.action;
        return domain.concerned &&
               (domain.pending || action == Action::Switch || action == Action::Restore);
    });
}

bool ZoneCheck::reads_zone() const {
    return std::ranges::count(state_.domains, true, &DomainCheck::concerned) > 1;
}

void ZoneCheck::note_no_calls(Time available_at) {
    state_.come_back = available_at;
    for (auto& domain : state_.domains) {
        if (domain.concerned) {
            domain.obstacle = {
                "rate_limited",
                "The token's budget of API calls is used up until " + time_of_day(available_at) +
                    ".",
                available_at};
        }
    }
}

void ZoneCheck::note_trouble(const ProviderProblem& problem) {
    state_.trouble = problem.code + ": " + problem.message;
    for (auto& domain : state_.domains) {
        if (domain.concerned) {
            domain.obstacle = {problem.code, in_words(problem), std::nullopt};
            domain.row.last_error = write_problem(problem);
            domain.unsaved = true;
        }
    }
}

ZoneCheck::Read ZoneCheck::read_record(int pages_max) {
    try {
        provider_ = tools_.providers.open(*state_.zone.provider);
    } catch (const runtime::Permanent& error) {
        // No provider is asked before a person has acted; the zone is left alone for longer and
        // longer.
        state_.leave_alone = true;
        ProviderProblem problem;
        problem.code = "token_invalid";
        problem.message = error.what();
        note_trouble(problem);
        return Read::Failed;
    }
    const auto concerned = std::ranges::find_if(state_.domains, &DomainCheck::concerned);
    auto result = read_records(
        *provider_,
        {.provider_zone_id = state_.zone.provider_zone_id,
         .only_name = reads_zone() ? "" : concerned->row.name,
         .pages_max = pages_max},
        tools_.clock);
    if (result.needs_more_pages) {
        return Read::NeedsMorePages;
    }
    if (result.error) {
        const auto problem = problem_of(*result.error);
        rate_limited_ = problem.code == "rate_limited";
        retry_after_ = result.retry_after;
        note_trouble(problem);
        return Read::Failed;
    }
    records_ = std::move(result.records);
    return Read::Done;
}

void ZoneCheck::settle() {
    const auto look = sql::look_at_servers(transaction_, zone_);
    state_.now = look.now.value_or(state_.now);
    state_.servers = servers_of(look);
    for (auto& domain : state_.domains) {
        if (domain.concerned) {
            domain.seen = see(domain.facts, state_.servers, domain.pending, records_);
            settle_domain(domain);
        }
    }
}

void ZoneCheck::settle_domain(DomainCheck& domain) {
    const auto settled = failover::settle(
        domain.facts,
        domain.pending,
        domain.doubt_until,
        *domain.seen,
        {.began = state_.first_look, .now = state_.now});
    domain.doubt_until = settled.doubt_until;
    const auto& seen = *domain.seen;
    if (settled.pending != Settled::Pending::None) {
        const bool applied = settled.pending == Settled::Pending::Applied;
        sql::settle_change(
            transaction_,
            domain.pending->id,
            applied ? sql::ChangeState::Applied : sql::ChangeState::Abandoned);
        const auto pending = *domain.row.pending;
        domain.pending.reset();
        domain.row.pending.reset();
        if (applied) {
            adopt(
                domain,
                {.server = pending.to_server,
                 .addresses = seen.addresses,
                 .proxied = seen.proxied(),
                 .ttl = seen.ttl(),
                 .set_aside = pending.set_aside_after,
                 .draft = read_draft(pending.event_draft),
                 .ending = {state_.now, pending.id, true}});
        }
    }
    if (settled.adopt_seen) {
        adopt(
            domain,
            {.server = seen.server,
             .addresses = seen.addresses,
             .proxied = seen.proxied(),
             .ttl = seen.ttl(),
             .set_aside = recorder_->set_aside_after(domain.row, *seen.server, seen),
             .draft = draft_found(
                 state_.facts_of(domain),
                 {*seen.server, seen.addresses, seen.ttl(), seen.proxied()}),
             .ending = {state_.now, "", true}});
    }
}

// What was found is what is published from now on; the decision that follows is made on it.
void ZoneCheck::adopt(DomainCheck& domain, NowPublished now) {
    recorder_->published(domain.row, std::move(now));
    domain.facts = domain_of(domain.row, state_.zone);
    state_.due_now = true;
}

void ZoneCheck::decide_again() {
    const auto look = sql::look_at_servers(transaction_, zone_);
    state_.now = look.now.value_or(state_.now);
    state_.servers = servers_of(look);
    decide_all();
}

std::optional<Intention> ZoneCheck::intend() {
    auto intention = make_intention(transaction_, state_, *recorder_, tools_.clock);
    if (intention) {
        intention->provider = std::move(provider_);
    }
    return intention;
}

std::optional<std::chrono::microseconds> ZoneCheck::end(bool intended) {
    const auto reserved =
        intended ? std::optional(limits::kReservation) : std::optional<std::chrono::milliseconds>();
    const auto ended = end_check(transaction_, state_, *recorder_, reserved);
    transaction_.commit();
    recorder_->announce(tools_.after);
    if (!ended.called.empty()) {
        tools_.observer.before("publish_call");
    }
    for (const auto& server : ended.called) {
        tools_.after.call(state_.zone.account, server);
    }
    return ended.due_at
               ? std::optional(std::max(*ended.due_at - state_.now, Time::duration::zero()))
               : std::nullopt;
}

}  // namespace lumos::failover
