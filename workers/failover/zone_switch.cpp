#include "workers/failover/zone_switch.h"

#include "sql/error.h"
#include "workers/failover/api_budget.h"
#include "workers/failover/deadline_timer.h"
#include "workers/failover/limits.h"
#include "workers/failover/refusal_rule.h"
#include "workers/shared/runtime/backoff.h"
#include "workers/shared/runtime/log.h"

#include <algorithm>

namespace lumos::failover {
namespace {

constexpr sql::ZoneLimits kLimits{limits::kLockWait, limits::kStatement, limits::kIdleSession};
constexpr runtime::Backoff kUnansweredBackoff{
    .first = std::chrono::seconds{1}, .most = std::chrono::seconds{60}};
constexpr std::chrono::seconds kRetryFirst{5};
constexpr std::chrono::seconds kRetryMost{300};
// A check that wants calls starts again from the top; more often than this only where a zone grows
// while it is read.
constexpr int kRoundsMax = 5;
constexpr std::size_t kZonesRemembered = 10'000;

std::vector<std::int64_t> domains_of(const Intention& intention) {
    std::vector<std::int64_t> domains;
    for (const auto& change : intention.changes) {
        domains.push_back(change.row.id);
    }
    return domains;
}

struct FailedWrite {
    ProviderProblem problem;
    std::string text;  // JSON, as it is kept with the domains.
    std::vector<std::int64_t> domains;
};

// Says so in the log and with the changes. Nothing: they are not all this attempt's any more.
std::optional<FailedWrite> fail_write(
    sql::ZoneTransaction& transaction, const Intention& intention, const dns::WriteResult& result) {
    const bool refused = result.verdict == dns::Verdict::Refused;
    FailedWrite failed{.problem = problem_of(result.error), .text = {}, .domains = {}};
    runtime::log_warn(
        refused ? "change_refused" : "change_unanswered",
        {{"zone", intention.zone.name},
         {"domain", intention.changes.front().row.name},
         {"outcome", failed.problem.code},
         {"error", failed.problem.message}});
    failed.text = write_problem(failed.problem);
    failed.domains =
        sql::fail_attempt(transaction, intention.zone.id, intention.attempt, refused, failed.text);
    return failed.domains.size() == intention.changes.size() ? std::optional(std::move(failed))
                                                             : std::nullopt;
}

}  // namespace

// API calls in hand, taken before the zone is locked; or the news that there are none.
struct ZoneSwitch::Calls {
    std::optional<Id> provider;
    int in_hand = 0;
    int pages = 1;        // Of the zone, as far as is known.
    bool of_zone = true;  // All of them are read, and not the records of one name.
    api_budget::Urgency urgency = api_budget::Urgency::Other;
    std::optional<Time> none_before = {};

    [[nodiscard]] int needed() const {
        return (of_zone ? pages - 1 : 0) + api_budget::kCallsOfASwitch;
    }
    [[nodiscard]] bool are_of(Id other) const { return provider == other; }
    void take(sql::Connection& session) {
        none_before = api_budget::take(session, *provider, needed(), urgency);
        in_hand = none_before ? 0 : needed();
    }
};

struct ZoneSwitch::Begun {
    bool wants_calls = false;
    CheckResult result = {};
    std::optional<Intention> intention = {};
    // The provider said 429 to the read.
    bool blocked = false;
    std::optional<std::chrono::seconds> retry_after = {};
};

ZoneSwitch::ZoneSwitch(const Tools& tools)
    : tools_(tools),
      applied_("lumos_failover_writes_total", "Writes to providers", {{"outcome", "applied"}}),
      refused_("lumos_failover_writes_total", "Writes to providers", {{"outcome", "refused"}}),
      unanswered_("lumos_failover_writes_total", "Writes to providers", {{"outcome", "unknown"}}) {}

CheckResult ZoneSwitch::check(sql::Connection& session, Id zone) {
    Calls calls;
    if (auto known = pages_.lock(); known->contains(zone)) {
        calls.pages = known->at(zone);
    }
    for (int round = 0; round < kRoundsMax; ++round) {
        auto begun = begin(session, zone, calls);
        if (begun.intention) {
            return carry_out(session, std::move(*begun.intention));
        }
        if (begun.blocked) {
            api_budget::block(session, *calls.provider, begun.retry_after);
        }
        if (!begun.wants_calls) {
            return begun.result;
        }
        calls.take(session);
    }
    return {CheckResult::Outcome::Waiting, std::chrono::seconds{1}};
}

// The first transaction, up to its first call. Where it wants calls it has changed nothing and is
// rolled back.
ZoneSwitch::Begun ZoneSwitch::begin(sql::Connection& session, Id zone, Calls& calls) {
    tools_.observer.before("lock");
    ZoneCheck check(tools_, session, zone);
    if (!check.lock()) {
        return {};
    }
    check.look_and_decide();
    if (!check.needs_provider()) {
        tools_.observer.before("nothing");
        return {.result = {CheckResult::Outcome::Settled, check.end(false)}};
    }
    calls.of_zone = check.reads_zone();
    const bool asked = calls.are_of(check.provider());
    if (asked && calls.none_before) {
        check.note_no_calls(*calls.none_before);
        return {.result = {CheckResult::Outcome::Waiting, check.end(false)}};
    }
    if (!asked || calls.in_hand < calls.needed()) {
        calls.provider = check.provider();
        calls.urgency =
            check.wants_switch() ? api_budget::Urgency::Switch : api_budget::Urgency::Other;
        return {.wants_calls = true};
    }
    return read_and_intend(check, zone, calls);
}

ZoneSwitch::Begun ZoneSwitch::read_and_intend(ZoneCheck& check, Id zone, Calls& calls) {
    tools_.observer.before("read_record");
    const auto read = check.read_record(calls.pages);
    if (read == ZoneCheck::Read::NeedsMorePages) {
        ++calls.pages;
        calls.in_hand = 0;
        auto known = pages_.lock();
        if (known->size() < kZonesRemembered) {
            (*known)[zone] = calls.pages;
        }
        return {.wants_calls = true};
    }
    if (read == ZoneCheck::Read::Failed) {
        return {
            .result = {CheckResult::Outcome::Settled, check.end(false)},
            .blocked = check.is_rate_limited(),
            .retry_after = check.retry_after()};
    }
    tools_.observer.before("settle");
    check.settle();
    tools_.observer.before("decide");
    check.decide_again();
    tools_.observer.before("intend");
    auto intention = check.intend();
    const auto due_in = check.end(intention.has_value());
    return {.result = {CheckResult::Outcome::Settled, due_in}, .intention = std::move(intention)};
}

// The second transaction: the one irreversible act of the system, for this attempt's own changes
// only.
CheckResult ZoneSwitch::carry_out(sql::Connection& session, Intention intention) {
    DeadlineTimer timer(limits::kKernelTimer);
    tools_.observer.before("lock_again");
    auto result = CheckResult{CheckResult::Outcome::Left, limits::kReservation};
    dns::WriteResult written;
    {
        sql::ZoneTransaction transaction(session, kLimits);
        try {
            if (!sql::lock_zone_again(transaction, intention.zone.id) ||
                sql::pending_of_attempt(transaction, intention.zone.id, intention.attempt) !=
                    intention.changes.size()) {
                return result;
            }
        } catch (const sql::Busy&) {
            return result;
        }
        tools_.observer.before("call_provider");
        written = intention.provider->write(
            intention.zone.provider_zone_id, intention.edits, limits::kProviderDeadline);
        timer.disarm();
        switch (written.verdict) {
            case dns::Verdict::Applied:
                result = apply(transaction, intention);
                break;
            case dns::Verdict::Refused:
                result = note_no(transaction, intention, written);
                break;
            case dns::Verdict::Unknown:
                result = note_silence(transaction, intention, written);
                break;
        }
    }
    if (written.verdict != dns::Verdict::Applied &&
        problem_of(written.error).code == "rate_limited") {
        api_budget::block(session, intention.zone.provider->id, written.retry_after);
    }
    return result;
}

CheckResult ZoneSwitch::apply(sql::ZoneTransaction& transaction, Intention& intention) {
    tools_.observer.before("apply");
    applied_.add();
    const auto applied = sql::apply_attempt(transaction, intention.zone.id, intention.attempt);
    if (applied.changes != intention.changes.size()) {
        return {CheckResult::Outcome::Left, limits::kReservation};
    }
    Recorder recorder(transaction, intention.zone, tools_.clock);
    const auto domains = domains_of(intention);
    for (auto& change : intention.changes) {
        change.published.ending.applied_at = applied.at;
        recorder.published(change.row, std::move(change.published));
    }
    sql::renew_doubt(transaction, domains, limits::kDoubt);
    sql::end_write(
        transaction,
        intention.zone.id,
        {.due_in = std::chrono::milliseconds{0},
         .batch_limit = limit_after_success(intention.batch_limit),
         .failures = 0,
         .last_error = {}});
    transaction.commit();
    recorder.announce(tools_.after);
    return {CheckResult::Outcome::Applied, std::chrono::microseconds{0}};
}

// A definite no. The change stays pending: the next check reads, gives it up and decides again.
CheckResult ZoneSwitch::note_no(
    sql::ZoneTransaction& transaction, const Intention& intention, const dns::WriteResult& result) {
    tools_.observer.before("refusal");
    refused_.add();
    const auto failed = fail_write(transaction, intention, result);
    if (!failed) {
        return {CheckResult::Outcome::Left, limits::kReservation};
    }
    const auto& [problem, text, domains] = *failed;
    const auto plan =
        plan_refusal(problem.code, {domains.size(), intention.edits.size(), intention.batch_limit});
    std::optional<sql::RefusalWait> wait;
    if (plan.domains_wait) {
        wait = {kRetryFirst, kRetryMost, 0.75 + 0.25 * runtime::random_unit()};
    }
    sql::note_refusal(transaction, domains, wait, text);
    sql::end_write(
        transaction,
        intention.zone.id,
        {.due_in = std::chrono::milliseconds{0},
         .batch_limit = plan.batch_limit,
         .failures = intention.failures,
         .last_error = problem.code + ": " + problem.message});
    transaction.commit();
    return {CheckResult::Outcome::Refused, std::chrono::microseconds{0}};
}

// No definite answer: what was sent may land, now or later.
CheckResult ZoneSwitch::note_silence(
    sql::ZoneTransaction& transaction, const Intention& intention, const dns::WriteResult& result) {
    tools_.observer.before("no_answer");
    unanswered_.add();
    const auto failed = fail_write(transaction, intention, result);
    if (!failed) {
        return {CheckResult::Outcome::Left, limits::kReservation};
    }
    const auto& [problem, text, domains] = *failed;
    sql::put_in_doubt(transaction, domains, limits::kDoubt, text);
    const auto failures = intention.failures + 1;
    const auto wait = kUnansweredBackoff.wait(failures, runtime::random_unit());
    sql::end_write(
        transaction,
        intention.zone.id,
        {.due_in = wait,
         .batch_limit = intention.batch_limit,
         .failures = failures,
         .last_error = problem.code + ": " + problem.message});
    transaction.commit();
    return {CheckResult::Outcome::Unanswered, wait};
}

}  // namespace lumos::failover
