#include "workers/failover/check_end.h"

#include "workers/failover/fitness_rule.h"
#include "workers/failover/limits.h"
#include "workers/failover/notice_rule.h"
#include "workers/shared/runtime/backoff.h"
#include "workers/shared/runtime/metrics.h"

#include <boost/json.hpp>

#include <algorithm>
#include <set>

namespace lumos::failover {
namespace {

namespace json = boost::json;

constexpr runtime::Backoff kProviderBackoff{
    .first = std::chrono::seconds{1}, .most = std::chrono::seconds{60}};

// The earliest of several points in time; one whose time came during the check rings at once.
class Alarm {
public:
    explicit Alarm(Time now) : now_(now) {}
    void add(std::optional<Time> at) {
        if (at) {
            earliest_ = std::min(earliest_.value_or(*at), std::max(*at, now_));
        }
    }
    void ring_now() { earliest_ = now_; }
    [[nodiscard]] std::optional<Time> earliest() const { return earliest_; }

private:
    Time now_;
    std::optional<Time> earliest_;
};

json::value time_or_null(std::optional<Time> time) {
    return time ? json::value(to_rfc3339(*time)) : json::value(nullptr);
}

// What the decision was made on, for whoever asks later why.
std::string evidence_of(const CheckState& state, const DomainCheck& domain) {
    const auto published =
        domain.facts.published ? state.servers.find(*domain.facts.published) : state.servers.end();
    const bool known = published != state.servers.end();
    json::array servers;
    for (const auto id : domain.facts.servers) {
        const auto found = state.servers.find(id);
        if (found == state.servers.end()) {
            continue;
        }
        const auto& server = found->second;
        servers.push_back(
            {{"serverId", server.slug},
             {"status", to_string(server.status)},
             {"since", to_rfc3339(server.status_since)},
             {"fitness", to_string(usable_fitness(server))},
             {"why", why(server)},
             {"lastSeen", time_or_null(server.last_seen)},
             {"heardUntil",
              time_or_null(
                  server.hearing ? std::optional(server.hearing->heard_until) : std::nullopt)},
             {"heardLately", is_heard_lately(server, state.now)},
             {"heardSinceOut", known && is_heard_since_out(server, published->second)},
             {"hearingInterrupted", is_interrupted(server, state.now)}});
    }
    return json::serialize(json::object{
        {"publishedServerId", known ? json::value(published->second.slug) : json::value(nullptr)},
        {"failoverStatus", domain.facts.failed_over ? "failed_over" : "active"},
        {"epoch", domain.row.epoch},
        {"servers", std::move(servers)}});
}

// A hold, or a change that is under way or kept from it; nothing: all is as it should be.
std::optional<Obstacle> hold_of(const DomainCheck& domain) {
    if (domain.recorded) {
        return std::nullopt;
    }
    const auto& decision = domain.decision;
    if (decision.action == Action::Hold) {
        return Obstacle{decision.code, decision.message, decision.look_again};
    }
    if (!decision.wants_change()) {
        return std::nullopt;
    }
    return domain.obstacle.is_there()
               ? domain.obstacle
               : Obstacle{"pending_change", "The change is under way.", std::nullopt};
}

Wanted wanted_of(const DomainCheck& domain) {
    if (domain.recorded) {
        return Wanted::No;
    }
    if (domain.decision.wants_change()) {
        return Wanted::Yes;
    }
    const auto& code = domain.decision.code;
    const bool on_the_way = code == "calling" || code == "grace" || code == "hearing_interrupted";
    return on_the_way ? Wanted::Waiting : Wanted::No;
}

void tell_not_applied(
    const CheckState& state,
    const DomainCheck& domain,
    const Obstacle& hold,
    Time since,
    Recorder& recorder) {
    const auto& target = state.servers.at(*domain.decision.target);
    const auto problem = read_problem(domain.row.last_error);
    const std::string but = domain.obstacle.is_there() ? "It is not applied: " + hold.message
                                                       : "It is not applied yet.";
    recorder.not_applied(
        state.facts_of(domain),
        {.to_ip = target.addresses.ipv4 ? target.addresses.ipv4 : target.addresses.ipv6,
         .code = hold.code,
         .message = domain.decision.message + " " + but,
         .problem = problem,
         .decided_at = since,
         .attempts = domain.row.refusals + state.work.failures});
}

bool is_as_it_was(const sql::CheckNote& note, const sql::DomainRow& row) {
    return !note.evidence && note.hold_code == row.hold_code && note.hold_since == row.hold_since &&
           note.hold_told == row.hold_told && note.undone_since == row.undone_since &&
           note.undone_told == row.undone_told && note.doubt_until == row.doubt_until;
}

sql::CheckNote note_of(const CheckState& state, const DomainCheck& domain) {
    const auto& decision = domain.decision;
    const bool kept_from_it = decision.wants_change() && domain.obstacle.is_there();
    sql::CheckNote note{
        .domain = domain.row.id,
        .decision = kept_from_it ? "hold" : std::string(to_string(decision.action)),
        .code = kept_from_it ? domain.obstacle.code : decision.code,
        .message = kept_from_it ? domain.obstacle.message : decision.message,
        .doubt_until = domain.doubt_until,
        .not_ours = domain.row.not_ours,
        .last_error = domain.row.last_error};
    if (note.decision != domain.row.decision || note.code != domain.row.decision_code) {
        note.evidence = evidence_of(state, domain);
    }
    return note;
}

// Before the commit: a decision that is rolled back and made again counts twice.
void count_decision(const std::string& decision) {
    runtime::metrics::Counter(
        "lumos_failover_decisions_total",
        "Decisions that differ from the one before",
        {{"decision", decision}})
        .add();
}

void note_domain(
    sql::ZoneTransaction& transaction,
    const CheckState& state,
    const DomainCheck& domain,
    Recorder& recorder,
    Alarm& alarm) {
    const auto& row = domain.row;
    auto note = note_of(state, domain);
    const auto hold = hold_of(domain);
    const auto held = update_hold(
        {row.hold_code, row.hold_since, row.hold_told},
        hold ? std::optional(hold->code) : std::nullopt,
        state.now);
    const auto undone = update_undone(
        {row.undone_since, row.undone_told}, wanted_of(domain), domain.obstacle.code, state.now);
    note.hold_code = held.state.code;
    note.hold_since = held.state.since;
    note.hold_told = held.state.told;
    note.undone_since = undone.state.since;
    note.undone_told = undone.state.told;
    if (held.tell) {
        const auto facts = state.facts_of(domain);
        recorder.held(facts, held_event(facts, hold->code, hold->message, hold->look_again));
    }
    if (undone.tell) {
        tell_not_applied(state, domain, *hold, *undone.state.since, recorder);
    }
    if (!is_as_it_was(note, row) || domain.unsaved) {
        sql::save_check(transaction, note);
    }
    if (note.evidence) {
        count_decision(note.decision);
    }
    // Without a read nothing ends a doubt: where there was none, the next try to read has its
    // alarm.
    if (state.zone.provider && !state.trouble && !state.come_back) {
        alarm.add(domain.doubt_until);
    }
    alarm.add(held.look_again);
    alarm.add(undone.look_again);
    alarm.add(hold ? hold->look_again : std::nullopt);
    alarm.add(domain.decision.look_again);
}

// The word for what is published follows the order of the servers, which a person may have edited.
void relabel_edited(sql::ZoneTransaction& transaction, DomainCheck& domain) {
    const auto& row = domain.row;
    const bool assigned =
        row.published_server &&
        std::ranges::find(row.servers, *row.published_server) != row.servers.end();
    if (!assigned || domain.pending || domain.doubt_until || domain.decision.wants_change()) {
        return;
    }
    const bool away = *row.published_server != row.servers.front();
    if (away != row.failed_over) {
        sql::relabel(transaction, row.id, away);
        domain.row.failed_over = away;
    }
}

// Who is called for any of the domains; sets the alarm that calls again.
std::vector<Id> plan_all_calls(const CheckState& state, Alarm& alarm) {
    std::set<Id> called;
    for (const auto& domain : state.domains) {
        const auto plan = plan_calls(
            domain.facts, domain.decision, state.servers, state.work.called_at, state.now);
        called.insert(plan.now.begin(), plan.now.end());
        alarm.add(plan.look_again);
    }
    return {called.begin(), called.end()};
}

sql::CheckEnd zone_end(const CheckState& state) {
    const bool wanted = std::ranges::any_of(state.domains, [](const DomainCheck& domain) {
        return domain.pending || (!domain.recorded && domain.decision.wants_change());
    });
    sql::CheckEnd end;
    end.batch_limit = wanted ? state.work.batch_limit : std::nullopt;
    if (state.trouble) {
        end.failures = state.work.failures + 1;
        end.last_error = state.trouble;
    } else {
        end.failures = wanted ? state.work.failures : 0;
    }
    return end;
}

}  // namespace

EndedCheck end_check(
    sql::ZoneTransaction& transaction,
    CheckState& state,
    Recorder& recorder,
    std::optional<std::chrono::milliseconds> reserved_for) {
    Alarm alarm(state.now);
    for (auto& domain : state.domains) {
        relabel_edited(transaction, domain);
        note_domain(transaction, state, domain, recorder, alarm);
    }
    EndedCheck ended;
    auto end = zone_end(state);
    const auto called = plan_all_calls(state, alarm);
    sql::wait_for_servers(transaction, state.zone.id, called);
    for (const auto id : called) {
        ended.called.push_back(state.servers.at(id).slug);
    }
    if (!called.empty()) {
        end.called_at = state.now;
    }
    if (state.trouble) {
        const auto wait = kProviderBackoff.wait(end.failures, runtime::random_unit());
        alarm.add(state.now + wait);
        end.left_alone_for = state.leave_alone ? std::optional(wait) : std::nullopt;
    }
    alarm.add(state.come_back);
    if (state.due_now) {
        alarm.ring_now();
    }
    std::vector<std::int64_t> answered;
    for (const auto& request : state.requests) {
        answered.push_back(request.id);
    }
    sql::delete_answered(transaction, answered);
    end.due_at = alarm.earliest();
    end.reserved_for = reserved_for;
    sql::end_check(transaction, state.zone.id, end);
    ended.due_at = reserved_for ? std::nullopt : end.due_at;
    return ended;
}

}  // namespace lumos::failover
