// How everything is, on one screen; which workers run; and the check of everything after commits
// may have been lost.

#include "sql/console_domain_store.h"
#include "sql/console_log_store.h"
#include "sql/console_status_store.h"
#include "sql/error.h"
#include "workers/console/answers.h"
#include "workers/console/api.h"
#include "workers/console/fields.h"
#include "workers/console/problem.h"
#include "workers/console/screens.h"
#include "workers/console/server_message_rule.h"
#include "workers/console/servers_view.h"
#include "workers/console/status_rule.h"

#include <boost/json.hpp>

#include <algorithm>
#include <cmath>
#include <map>

namespace lumos::console {
namespace {

namespace store = sql::console;
using http::ServerResponse;

constexpr std::int64_t kShownMax = 20;
constexpr std::int64_t kZonesAtOnce = 500;
constexpr int kReconcileRounds = 3;
constexpr std::chrono::seconds kReconcilePause{5};

std::string process_of(const std::string& name) {
    constexpr std::string_view kPrefix = "lumos-";
    return name.compare(0, kPrefix.size(), kPrefix) == 0 ? name.substr(kPrefix.size()) : name;
}

std::map<std::string, std::int64_t> instances(const std::vector<store::WorkerSession>& sessions) {
    std::map<std::string, std::int64_t> counts;
    for (const auto& session : sessions) {
        ++counts[process_of(session.process)];
    }
    return counts;
}

double seconds_since(const std::optional<Time>& since, Time now) {
    return since ? std::max(0.0, std::chrono::duration<double>(now - *since).count()) : 0.0;
}

boost::json::array servers_json(const std::vector<store::WrongServer>& servers, Time now) {
    boost::json::array list;
    for (const auto& server : servers) {
        list.push_back(boost::json::object{
            {"account", server.account},
            {"id", server.slug},
            {"status", server.status},
            {"since", to_rfc3339(server.since)},
            {"forSeconds", seconds_since(server.since, now)},
            {"cause", or_null(server.cause)},
            {"message",
             or_null(server_message(
                 {.status = server.status,
                  .cause = server.cause,
                  .disconnect_reason = server.disconnect_reason,
                  .last_seen = server.last_seen,
                  .failing_check = failing_check(server.checks),
                  .conflict = server.conflict}))},
            {"domainsPublished", server.domains_published}});
    }
    return list;
}

boost::json::array domains_json(const std::vector<store::WrongDomain>& domains, Time now) {
    boost::json::array list;
    for (const auto& domain : domains) {
        const bool refused = domain.undone_since && domain.last_error;
        const auto since = refused ? domain.undone_since : domain.hold_since;
        const std::string next = refused && domain.provider
                                     ? "lumosctl provider verify " + *domain.provider
                                     : "lumosctl explain " + domain.name;
        list.push_back(boost::json::object{
            {"account", domain.account},
            {"domain", domain.name},
            {"what", refused ? "not_applied" : (domain.not_ours ? "not_ours" : "held")},
            {"code", or_null(domain.hold_code)},
            {"since", or_null(since)},
            {"forSeconds", seconds_since(since, now)},
            {"notOurs", or_null(domain.not_ours)},
            {"error", parsed(domain.last_error)},
            {"message", or_null(domain.message)},
            {"next", next}});
    }
    return list;
}

boost::json::array budgets_json(const std::vector<store::Budget>& budgets) {
    boost::json::array list;
    for (const auto& budget : budgets) {
        list.push_back(boost::json::object{
            {"account", budget.account},
            {"id", budget.provider},
            {"callsLeft", static_cast<std::int64_t>(budget.calls_left)},
            {"blockedUntil",
             budget.blocked ? or_null(budget.blocked_until) : boost::json::value(nullptr)},
            {"expiresOn", or_null(budget.expires_on)}});
    }
    return list;
}

boost::json::value number_or_null(const std::optional<double>& number) {
    return number ? boost::json::value(*number) : boost::json::value(nullptr);
}

boost::json::object control_json(const store::ControlState& control, bool bus_connected) {
    return {
        {"heardUntil", or_null(control.heard_until)},
        {"heardAgeSeconds", number_or_null(control.heard_age_seconds)},
        {"nodes", control.nodes},
        {"nodesHeard", control.nodes_heard},
        {"cycleCompletedAt", or_null(control.cycle_completed_at)},
        {"cycleAgeSeconds", number_or_null(control.cycle_age_seconds)},
        {"outboxUnpublished", control.outbox_unpublished},
        {"outboxOldestSeconds", control.outbox_oldest_seconds},
        {"deliveriesPending", control.deliveries_pending},
        {"deliveriesDead", control.deliveries_dead},
        {"busConnected", bus_connected}};
}

// Tokens of one account see theirs; an administrator sees all, or the one asked for.
store::Only scope_of(store::Work& work, const Call& call) {
    const auto asked = call.query("account");
    if (asked) {
        require_account(call, *asked);
        const auto account = store::find_account(work, *asked);
        if (!account) {
            throw not_found("account", *asked);
        }
        return account->id;
    }
    return call.caller.account_id;
}

struct Counts {
    std::map<std::string, std::int64_t> servers;
    store::DomainCounts domains;
    store::ControlState control;
    std::map<std::string, std::int64_t> workers;
};

StatusFacts facts_of(const Parts& parts, const Call& call, Counts& counts) {
    StatusFacts facts;
    facts.online = counts.servers["online"];
    facts.offline = counts.servers["offline"];
    facts.error = counts.servers["error"];
    facts.unknown = counts.servers["unknown"];
    facts.active = counts.domains.active;
    facts.failed_over = counts.domains.failed_over;
    facts.held = counts.domains.held;
    facts.not_applied = counts.domains.not_applied;
    facts.not_ours = counts.domains.not_ours;
    facts.deliveries_dead = counts.control.deliveries_dead;
    facts.outbox_oldest_seconds = counts.control.outbox_oldest_seconds;
    facts.with_control = call.caller.is_admin();
    facts.heard_age_seconds = counts.control.heard_age_seconds;
    facts.cycle_age_seconds = counts.control.cycle_age_seconds;
    facts.cycle_seconds = std::chrono::duration<double>(parts.cycle).count();
    facts.bus_connected = parts.bus_connected();
    for (const char* worker : {"presence", "failover", "notifier"}) {
        if (counts.workers[worker] == 0) {
            facts.missing_workers.push_back(std::string("lumos-") + worker);
        }
    }
    return facts;
}

ServerResponse show_status(Parts& parts, const Call& call) {
    Session work(parts);
    const auto only = scope_of(work, call);
    Counts counts{
        .servers = store::servers_by_status(work, only),
        .domains = store::count_domains(work, only),
        .control = store::control_state(work, only),
        .workers = instances(store::workers(work))};
    const auto facts = facts_of(parts, call, counts);
    const auto status = judge_status(facts);
    const auto now = parts.clock.now();
    boost::json::object json{
        {"ok", status.ok},
        {"headline", status.headline},
        {"problems", boost::json::value_from(status.problems)},
        {"time", to_rfc3339(now)}};
    json["servers"] = boost::json::object{
        {"online", facts.online},
        {"offline", facts.offline},
        {"error", facts.error},
        {"unknown", facts.unknown},
        {"wrong", servers_json(store::wrong_servers(work, only, kShownMax), now)}};
    json["domains"] = boost::json::object{
        {"active", facts.active},
        {"failedOver", facts.failed_over},
        {"held", facts.held},
        {"notApplied", facts.not_applied},
        {"notOurs", facts.not_ours},
        {"inDoubt", counts.domains.in_doubt},
        {"wrong", domains_json(store::wrong_domains(work, only, kShownMax), now)}};
    json["control"] = control_json(counts.control, facts.bus_connected);
    json["providers"] = budgets_json(store::budgets(work, only, kShownMax));
    json["workers"] = call.caller.is_admin() ? boost::json::value_from(counts.workers)
                                             : boost::json::value(nullptr);
    json["text"] = status_screen(json);
    return answer(json);
}

ServerResponse list_workers(Parts& parts, const Call& call) {
    if (!call.caller.is_admin()) {
        throw Problem(ProblemType::Forbidden, "only an administrator sees the workers");
    }
    Session work(parts);
    boost::json::array items;
    for (const auto& session : store::workers(work)) {
        items.push_back(boost::json::object{
            {"process", "lumos-" + process_of(session.process)},
            {"instance", session.instance},
            {"since", to_rfc3339(session.since)},
            {"sessions", session.sessions}});
    }
    return answer_page(std::move(items), std::nullopt);
}

// What one process said; nothing where it is no answer of ours.
std::optional<boost::json::object> process_json(const std::string& said, Time now) {
    try {
        const auto stats = boost::json::parse(said);
        const auto& work = stats.at("endpoints").as_array().at(0);
        const std::string started(stats.at("started").as_string());
        const auto failed = work.at("num_errors").to_number<std::int64_t>();
        constexpr double kNanoseconds = 1e9;
        return boost::json::object{
            {"process", stats.at("name").as_string()},
            {"id", stats.at("id").as_string()},
            {"version", stats.at("version").as_string()},
            {"startedAt", started},
            {"upSeconds", std::floor(seconds_since(parse_time(started), now))},
            {"work", work.at("name").as_string()},
            {"done", work.at("num_requests").to_number<std::int64_t>() - failed},
            {"failed", failed},
            {"processingSeconds", work.at("processing_time").to_number<double>() / kNanoseconds}};
    } catch (const std::exception&) {
        return std::nullopt;
    }
}

ServerResponse list_processes(Parts& parts, const Call& call) {
    if (!call.caller.is_admin()) {
        throw Problem(ProblemType::Forbidden, "only an administrator sees the processes");
    }
    const auto now = parts.clock.now();
    std::vector<boost::json::object> found;
    for (const auto& said : parts.ask_processes()) {
        if (auto one = process_json(said, now)) {
            found.push_back(*std::move(one));
        }
    }
    std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) {
        const auto key = [](const boost::json::object& one) {
            return std::pair(one.at("process").as_string(), one.at("id").as_string());
        };
        return key(a) < key(b);
    });
    return answer_page(boost::json::array(found.begin(), found.end()), std::nullopt);
}

// Nothing: a switch holds the zone right now.
std::optional<std::int64_t> doubt_zone(Parts& parts, const Call& call, std::int64_t zone_id) {
    try {
        Session work(parts);
        store::hold_zones(work, {zone_id});
        const auto domains = store::put_zone_in_doubt(work, zone_id);
        const auto requests = store::ask_for_zones(work, {zone_id}, "operator");
        finish(work, call);
        wake(parts, call, requests);
        return domains;
    } catch (const sql::Busy&) {
        return std::nullopt;
    }
}

std::vector<store::ZoneName> all_zones(Parts& parts) {
    std::vector<store::ZoneName> all;
    std::vector<store::ZoneName> page;
    do {
        Session work(parts);
        page = store::zones_with_domains(work, all.empty() ? 0 : all.back().id, kZonesAtOnce);
        all.insert(all.end(), page.begin(), page.end());
    } while (static_cast<std::int64_t>(page.size()) == kZonesAtOnce);
    return all;
}

ServerResponse reconcile(Parts& parts, const Call& call) {
    const Fields fields(call.request.body, {});
    auto left = all_zones(parts);
    const auto zones = left.size();
    std::int64_t domains = 0;
    for (int round = 0; round < kReconcileRounds && !left.empty(); ++round) {
        if (round > 0 && !runtime::pause(parts.stop, kReconcilePause)) {
            break;
        }
        std::vector<store::ZoneName> busy;
        for (auto& zone : left) {
            const auto done = doubt_zone(parts, call, zone.id);
            domains += done.value_or(0);
            if (!done) {
                busy.push_back(std::move(zone));
            }
        }
        left = std::move(busy);
    }
    Session work(parts);
    store::skip_event_numbers(work);
    work->audit(audit_of(call, std::nullopt, "reconcile", "all"));
    finish(work, call);
    boost::json::array busy;
    for (const auto& zone : left) {
        busy.emplace_back(zone.account + "/" + zone.name);
    }
    return answer(boost::json::object{
        {"zones", zones}, {"domains", domains}, {"busyZones", std::move(busy)}});
}

}  // namespace

void add_status_routes(Api& api) {
    api.on("GET", "/api/v1/status", Access::Read, show_status);
    api.on("GET", "/api/v1/workers", Access::Read, list_workers);
    api.on("GET", "/api/v1/processes", Access::Read, list_processes);
    api.on("POST", "/api/v1/reconcile", Access::Admin, reconcile);
}

}  // namespace lumos::console
