// Domains: what is published is edited between two switches, with the zone held.

#include "sql/console_domain_store.h"
#include "workers/console/answers.h"
#include "workers/console/api.h"
#include "workers/console/domain_add.h"
#include "workers/console/domain_edit_rule.h"
#include "workers/console/domains_view.h"
#include "workers/console/explanation.h"
#include "workers/console/fields.h"
#include "workers/console/plan_limits.h"
#include "workers/console/problem.h"

#include <boost/json.hpp>

#include <algorithm>

namespace lumos::console {
namespace {

namespace store = sql::console;
using http::ServerResponse;

store::Domain domain_of(store::Work& work, const store::Account& account, const Call& call) {
    auto domain = store::find_domain(work, account.id, call.path("name"));
    if (!domain) {
        throw not_found("domain", call.path("name"));
    }
    return *std::move(domain);
}

// As it is between two switches.
store::Domain held_domain(store::Work& work, const store::Account& account, const Call& call) {
    hold_zones_or_refuse(work, {domain_of(work, account, call).zone_id});
    auto domain = domain_of(work, account, call);
    require_match(call, etag_of(settings_of(domain)));
    return domain;
}

ServerResponse list_domains(Parts& parts, const Call& call) {
    Session work(parts);
    const auto account = account_of(work, call);
    const auto page = page_of(call);
    boost::json::array items;
    std::string last;
    for (const auto& domain : store::domains(
             work,
             account.id,
             {.zone = call.query("zone"), .server = call.query("server")},
             page)) {
        items.push_back(shown(domain));
        last = domain.name;
    }
    const bool full = static_cast<std::int64_t>(items.size()) == page.limit;
    return answer_page(std::move(items), full ? std::optional(last) : std::nullopt);
}

ServerResponse show_domain(Parts& parts, const Call& call) {
    Session work(parts);
    const auto domain = domain_of(work, account_of(work, call), call);
    return answer_with_etag(shown(domain), etag_of(settings_of(domain)));
}

ServerResponse explain_domain(Parts& parts, const Call& call) {
    Session work(parts);
    const auto account = account_of(work, call);
    const auto domain = domain_of(work, account, call);
    return answer(explanation_of(parts, work, account, domain));
}

bool takes_one_away(const std::vector<std::string>& before, const std::vector<std::string>& after) {
    return std::ranges::any_of(before, [&](const std::string& server) {
        return std::ranges::find(after, server) == after.end();
    });
}

std::vector<std::string> edit_servers(
    store::Work& work,
    const store::Account& account,
    const store::Domain& before,
    const std::vector<std::string>& servers) {
    if (before.change) {
        throw conflict(
            "a change of the record is still open, decided " +
                to_rfc3339(before.change->decided_at),
            "lumosctl explain " + before.name);
    }
    if (before.doubt_until && takes_one_away(before.servers, servers)) {
        throw conflict(
            "it is not certain what is published for " + before.name +
                " right now, and it may be a server that is to be taken away",
            "wait until it is settled: lumosctl explain " + before.name);
    }
    if (servers.size() > before.servers.size()) {
        require_failover(work, account, servers.size());
    }
    const auto plan = plan_servers_edit(
        {.before = before.servers,
         .after = servers,
         .published = before.published_server,
         .failover_status = before.failover_status});
    store::assign_servers(work, before.id, ids_of_servers(work, account.id, servers));
    if (plan.failover_status != before.failover_status) {
        store::set_failover_status(work, before.id, plan.failover_status);
    }
    return plan.notes;
}

ServerResponse set_domain(Parts& parts, const Call& call) {
    const Fields fields(call.request.body, {"servers", "ttl", "failoverTtl"});
    const auto servers = fields.has("servers") ? std::optional(servers_of(fields)) : std::nullopt;
    const auto ttl = fields.ttl("ttl");
    const auto failover_ttl = fields.ttl("failoverTtl");
    Session work(parts);
    const auto account = account_of(work, call);
    const auto before = held_domain(work, account, call);
    std::vector<std::string> notes;
    if (servers && *servers != before.servers) {
        notes = edit_servers(work, account, before, *servers);
    }
    if (ttl || failover_ttl) {
        store::edit_ttls(
            work, before.id, ttl.value_or(before.ttl), failover_ttl.value_or(before.failover_ttl));
    }
    const auto requests = store::ask_for_zones(work, {before.zone_id}, "config_change");
    const auto after = domain_of(work, account, call);
    auto entry = audit_of(call, account.id, "domain.set", before.name);
    entry.before = text_of(settings_of(before));
    entry.after = text_of(settings_of(after));
    work->audit(entry);
    finish(work, call);
    wake(parts, call, requests);
    auto json = shown(after);
    json["notes"] = boost::json::value_from(notes);
    return answer_with_etag(json, etag_of(settings_of(after)));
}

ServerResponse remove_domain(Parts& parts, const Call& call) {
    Session work(parts);
    const auto account = account_of(work, call);
    const auto domain = held_domain(work, account, call);
    if (domain.change || domain.doubt_until) {
        throw conflict(
            "it is not certain what is published for " + domain.name + " right now",
            "wait until it is settled: lumosctl explain " + domain.name);
    }
    store::remove_domain(work, domain.id);
    auto entry = audit_of(call, account.id, "domain.remove", domain.name);
    entry.before = text_of(settings_of(domain));
    work->audit(entry);
    finish(work, call);
    const auto ip = domain.published_ipv4.value_or(domain.published_ipv6.value_or("as it is"));
    return answer(boost::json::object{
        {"removed", true},
        {"domain", domain.name},
        {"notes",
         boost::json::array{"the record in DNS stays as it is: " + domain.name + " -> " + ip}}});
}

}  // namespace

void add_domain_routes(Api& api) {
    const std::string all = "/api/v1/accounts/{account}/domains";
    api.on("GET", all, Access::Read, list_domains);
    api.on("POST", all, Access::Write, add_domain);
    api.on("GET", all + "/{name}", Access::Read, show_domain);
    api.on("PATCH", all + "/{name}", Access::Write, set_domain);
    api.on("DELETE", all + "/{name}", Access::Write, remove_domain);
    api.on("GET", all + "/{name}/explanation", Access::Read, explain_domain);
}

}  // namespace lumos::console
