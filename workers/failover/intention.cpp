#include "workers/failover/intention.h"

#include "workers/failover/limits.h"
#include "workers/failover/zone_facts.h"
#include "workers/shared/runtime/clock.h"
#include "workers/shared/runtime/ids.h"

#include <algorithm>

namespace lumos::failover {
namespace {

struct Planned {
    DomainCheck* domain = nullptr;
    Target target;
    EditPlan plan;
};

std::string kind_of(Action action) {
    return std::string(to_string(action));
}

// What has asked for the check, in the events' words.
std::string trigger_of(const CheckState& state) {
    const auto asked = [&](std::initializer_list<std::string_view> causes) {
        return std::ranges::any_of(state.requests, [&](const sql::ZoneRequest& request) {
            return std::ranges::find(causes, request.cause) != causes.end();
        });
    };
    if (asked({"offline", "out", "ready", "answer"})) {
        return "server_event";
    }
    for (const std::string_view cause : {"operator", "config_change", "cycle", "pending_change"}) {
        if (asked({cause})) {
            return std::string(cause);
        }
    }
    // An alarm: a change that was to be tried again, or a call that was not answered.
    const bool retried = std::ranges::any_of(state.domains, [](const DomainCheck& domain) {
        return domain.row.refusals > 0 || domain.row.doubt_until;
    });
    return retried ? "pending_change" : "server_event";
}

std::string in_words(const Addresses& addresses) {
    std::string text = addresses.ipv4 ? "A " + *addresses.ipv4 : "";
    if (addresses.ipv6) {
        text += (text.empty() ? "AAAA " : ", AAAA ") + *addresses.ipv6;
    }
    return text.empty() ? "no address" : text;
}

void report_not_ours(CheckState& state, DomainCheck& domain, Recorder& recorder) {
    const auto& seen = *domain.seen;
    if (domain.row.not_ours != seen.found) {
        recorder.drifted(
            state.facts_of(domain), in_words(domain.facts.published_addresses), seen.found);
        domain.row.not_ours = seen.found;
        domain.unsaved = true;
    }
    const auto again = state.now + limits::kNotOursAgain;
    if (domain.decision.wants_change()) {
        domain.obstacle = {
            seen.not_ours,
            "DNS shows " + seen.found +
                ", which is not ours to change; mend the record, or let "
                "the domain take it over.",
            again};
    }
}

// Somebody has mended it.
void forget_not_ours(DomainCheck& domain) {
    if (domain.row.not_ours) {
        domain.row.not_ours.reset();
        domain.unsaved = true;
    }
}

Draft draft_of(const CheckState& state, const DomainCheck& domain, const Target& target) {
    return draft_switch(state.facts_of(domain), target, domain.decision.message, trigger_of(state));
}

// Wanted, and it stands there already: nothing is written, only recorded.
void record_seen(CheckState& state, DomainCheck& domain, const Target& target, Recorder& recorder) {
    std::optional<Draft> draft;
    if (domain.decision.action != Action::Rewrite) {
        draft = draft_of(state, domain, target);
    }
    recorder.published(
        domain.row,
        {.server = target.server,
         .addresses = target.addresses,
         .proxied = target.proxied,
         .ttl = target.ttl,
         .set_aside = recorder.set_aside_after(domain.row, target.server, *domain.seen),
         .draft = std::move(draft),
         .ending = {state.now, "", true}});
    domain.recorded = true;
    state.due_now = true;
}

// What must be written for one domain; nothing where there is nothing, or where it was recorded at
// once.
std::optional<Planned> plan_domain(CheckState& state, DomainCheck& domain, Recorder& recorder) {
    const auto& seen = *domain.seen;
    const auto action = domain.decision.action;
    const auto& server = state.servers.at(*domain.decision.target);
    const bool rewrite = action == Action::Rewrite;
    if (rewrite && seen.server != domain.facts.published) {
        return std::nullopt;  // In doubt who is published: that comes first.
    }
    Target target{
        .server = server.id,
        .addresses = seen.addresses,
        .ttl = seen.ttl(),
        .proxied = seen.proxied()};
    if (!rewrite && seen.server == server.id) {
        record_seen(state, domain, target, recorder);
        return std::nullopt;
    }
    const bool low = rewrite ? domain.row.failed_over : action == Action::Switch;
    const auto ttl = low ? domain.row.failover_ttl : domain.row.ttl;
    auto plan = plan_edits(seen, server.addresses, ttl, read_records(domain.row.set_aside));
    target.addresses = plan.published;
    target.ttl = ttl;
    if (plan.edits.empty()) {
        record_seen(state, domain, target, recorder);
        return std::nullopt;
    }
    return Planned{&domain, target, std::move(plan)};
}

std::vector<dns::Record> before(const Seen& seen) {
    std::vector<dns::Record> records;
    for (const auto* record : {&seen.ipv4, &seen.ipv6}) {
        if (*record) {
            records.push_back(**record);
        }
    }
    return records;
}

void add_pending(
    sql::ZoneTransaction& transaction,
    const CheckState& state,
    Planned planned,
    const std::string& change_id,
    Intention& intention) {
    auto& domain = *planned.domain;
    const auto& target = planned.target;
    const auto set_aside = write_set_aside(planned.plan.set_aside);
    std::optional<Draft> draft;
    if (domain.decision.action != Action::Rewrite) {
        draft = draft_of(state, domain, target);
    }
    sql::insert_pending(
        transaction,
        {.id = change_id,
         .domain = domain.row.id,
         .attempt = intention.attempt,
         .kind = kind_of(domain.decision.action),
         .to_server = target.server,
         .to_ipv4 = target.addresses.ipv4,
         .to_ipv6 = target.addresses.ipv6,
         .ttl = target.proxied ? 1 : target.ttl,
         .records_before = write_records(before(*domain.seen)),
         .event_draft = draft ? std::optional(write_draft(*draft)) : std::nullopt,
         .proxied = target.proxied,
         .set_aside_after = set_aside,
         .trigger = trigger_of(state)});
    auto& edits = planned.plan.edits;
    std::ranges::move(edits, std::back_inserter(intention.edits));
    intention.changes.push_back(
        {domain.row,
         {.server = target.server,
          .addresses = target.addresses,
          .proxied = target.proxied,
          .ttl = target.ttl,
          .set_aside = set_aside,
          .draft = std::move(draft),
          .ending = {{}, change_id, false}}});
}

std::vector<Planned> plan_all(CheckState& state, Recorder& recorder) {
    std::vector<Planned> planned;
    for (auto& domain : state.domains) {
        const bool wants = domain.decision.wants_change() && !domain.obstacle.is_there();
        if (!domain.seen) {
            // Wanted only since the records were read: the next check reads its own.
            state.due_now = state.due_now || (wants && state.zone.provider);
            continue;
        }
        if (!domain.seen->is_ours()) {
            report_not_ours(state, domain, recorder);
            continue;
        }
        forget_not_ours(domain);
        if (!wants) {
            continue;
        }
        if (auto plan = plan_domain(state, domain, recorder)) {
            planned.push_back(std::move(*plan));
        }
    }
    return planned;
}

}  // namespace

std::optional<Intention> make_intention(
    sql::ZoneTransaction& transaction,
    CheckState& state,
    Recorder& recorder,
    const runtime::Clock& clock) {
    auto planned = plan_all(state, recorder);
    if (planned.empty()) {
        return std::nullopt;
    }
    std::vector<std::size_t> sizes;
    for (const auto& plan : planned) {
        sizes.push_back(plan.plan.edits.size());
    }
    const auto most =
        std::min(state.zone.batch_max, state.work.batch_limit.value_or(state.zone.batch_max));
    planned.resize(batch_size(sizes, static_cast<std::size_t>(std::max<std::int64_t>(1, most))));
    Intention intention;
    intention.zone = state.zone;
    intention.attempt = runtime::new_uuid(clock.now());
    intention.batch_limit = state.work.batch_limit;
    intention.failures = state.work.failures;
    for (auto& plan : planned) {
        add_pending(transaction, state, std::move(plan), runtime::new_uuid(clock.now()), intention);
    }
    return intention;
}

}  // namespace lumos::failover
