#include "workers/console/domain_add.h"

#include "sql/console_domain_store.h"
#include "sql/console_provider_store.h"
#include "sql/console_server_store.h"
#include "workers/console/answers.h"
#include "workers/console/domain_add_rule.h"
#include "workers/console/domains_view.h"
#include "workers/console/fields.h"
#include "workers/console/input_rule.h"
#include "workers/console/plan_limits.h"
#include "workers/console/problem.h"
#include "workers/console/provider_access.h"

#include <boost/json.hpp>

#include <algorithm>

namespace lumos::console {
namespace {

namespace store = sql::console;
using http::ServerResponse;

constexpr std::int64_t kFailoverTtl = 60;
constexpr std::int64_t kCallsToAdd = 2;  // The read, and the write where there is one.
// A process that was stopped after its read does not write on what it saw then.
constexpr std::chrono::milliseconds kReadIsFresh{10'000};
// The session waits for the read and for the write.
constexpr std::chrono::milliseconds kIdle = kProviderDeadline * 2 + std::chrono::seconds(10);

struct Wish {
    std::string name;
    std::optional<std::string> zone;
    std::vector<std::string> servers;
    std::optional<std::int64_t> ttl;
    std::int64_t failover_ttl = kFailoverTtl;
    bool create = false;
    bool take_over = false;
};

Wish wish_of(const Call& call) {
    const Fields fields(
        call.request.body,
        {"domain", "zone", "servers", "ttl", "failoverTtl", "create", "takeOver"});
    return {
        .name = fields.dns_name("domain"),
        .zone =
            fields.optional_text("zone") ? std::optional(fields.dns_name("zone")) : std::nullopt,
        .servers = servers_of(fields),
        .ttl = fields.ttl("ttl"),
        .failover_ttl = fields.ttl("failoverTtl").value_or(kFailoverTtl),
        .create = fields.boolean("create", false),
        .take_over = fields.boolean("takeOver", false)};
}

void require_unmanaged(store::Work& work, const std::string& name) {
    if (store::is_managed(work, name)) {
        auto problem = conflict(
            name + " is already managed",
            "a name is managed by one domain only; remove it there first");
        problem.field = "domain";
        throw problem;
    }
}

store::Zone zone_for(store::Work& work, const store::Account& account, const Wish& wish) {
    auto zone = wish.zone ? store::find_zone(work, account.id, *wish.zone)
                          : store::zone_holding(work, account.id, wish.name);
    if (!zone) {
        throw invalid_field(
            "zone",
            wish.zone ? "there is no zone " + *wish.zone
                      : "no zone of this account holds " + wish.name,
            "lumosctl zone add ZONE --provider ID");
    }
    const bool inside = wish.name == zone->name || wish.name.ends_with("." + zone->name);
    if (!inside) {
        throw invalid_field("zone", wish.name + " is not in the zone " + zone->name);
    }
    return *std::move(zone);
}

struct Place {
    store::Zone zone;
    store::Provider provider;
};

// Everything that can be known without asking the provider.
Place check_wish(Parts& parts, const Call& call, const Wish& wish) {
    Session work(parts);
    const auto account = account_of(work, call);
    require_failover(work, account, wish.servers.size());
    require_unmanaged(work, wish.name);
    (void)ids_of_servers(work, account.id, wish.servers);
    auto zone = zone_for(work, account, wish);
    auto provider =
        zone.provider ? store::find_provider(work, account.id, *zone.provider) : std::nullopt;
    if (!provider) {
        Problem problem = invalid_field(
            "zone",
            "the zone " + zone.name + " has no provider",
            "lumosctl zone set " + zone.name + " --provider ID");
        problem.code = "no_provider";
        throw problem;
    }
    return {std::move(zone), *std::move(provider)};
}

DomainAddPlan plan_for(
    store::Work& work,
    std::int64_t account_id,
    const Wish& wish,
    const std::string& zone,
    std::vector<dns::Record> records) {
    DomainAddInput input{
        .name = wish.name,
        .zone = zone,
        .servers = {},
        .records = std::move(records),
        .create = wish.create,
        .take_over = wish.take_over,
        .ttl = wish.ttl};
    const auto found = store::server_addresses(work, account_id, wish.servers);
    for (const auto& slug : wish.servers) {
        const auto one = std::find_if(
            found.begin(), found.end(), [&](const auto& server) { return server.slug == slug; });
        if (one == found.end()) {
            throw conflict("the server " + slug + " was removed meanwhile");
        }
        input.servers.push_back({one->slug, one->ipv4, one->ipv6});
    }
    auto plan = plan_domain_add(input);
    if (plan.refusal) {
        auto problem = conflict(plan.refusal->detail, plan.refusal->fix);
        problem.field = "domain";
        problem.code = plan.refusal->code;
        throw problem;
    }
    return plan;
}

// True: it is not known whether the record was written.
bool write_record(Parts& parts, dns::Provider& dns, const Place& place, DomainAddPlan& plan) {
    if (plan.edits.empty()) {
        return false;
    }
    const auto result = dns.write(place.zone.provider_zone_id, plan.edits, kProviderDeadline);
    if (result.verdict == dns::Verdict::Refused) {
        refuse_for(parts, place.provider.id, result.error, result.retry_after);
    }
    if (result.verdict == dns::Verdict::Unknown) {
        plan.warnings.push_back(
            "the DNS provider gave no definite answer (" + result.error.message +
            "): the record is read again in a minute");
        return true;
    }
    return false;
}

std::string_view word_of(AddAnswer answer) {
    switch (answer) {
        case AddAnswer::Accepted:
            return "accepted";
        case AddAnswer::Created:
            return "created";
        case AddAnswer::TakenOver:
            return "taken_over";
    }
    return "accepted";
}

ServerResponse answer_of(const store::Domain& domain, const DomainAddPlan& plan) {
    auto json = shown(domain);
    json["answer"] = word_of(plan.answer);
    json["presentTtl"] = plan.present_ttl ? boost::json::value(*plan.present_ttl) : nullptr;
    json["notes"] = boost::json::value_from(plan.notes);
    json["warnings"] = boost::json::value_from(plan.warnings);
    return answer_with_etag(json, etag_of(settings_of(domain)), 201);
}

store::NewDomain row_of(
    const store::Account& account,
    const Wish& wish,
    const Place& place,
    const DomainAddPlan& plan) {
    return {
        .account_id = account.id,
        .zone_id = place.zone.id,
        .name = wish.name,
        .ttl = plan.ttl,
        .failover_ttl = wish.failover_ttl,
        .published_ipv4 = plan.published_ipv4,
        .published_ipv6 = plan.published_ipv6,
        .proxied = plan.proxied,
        .failed_over = plan.published != 0,
        .server_ids = {}};
}

void claim(store::Work& work, const std::string& name) {
    if (!store::claim_name(work, name)) {
        throw conflict(
            name + " is being added by another request",
            "look in a few seconds whether it is there");
    }
    require_unmanaged(work, name);
}

}  // namespace

std::vector<std::string> servers_of(const Fields& fields) {
    auto servers = fields.texts("servers");
    if (const auto mistake = server_list_mistake(servers)) {
        throw invalid_field("servers", mistake->detail, mistake->fix);
    }
    return servers;
}

std::vector<std::int64_t> ids_of_servers(
    store::Work& work, std::int64_t account_id, const std::vector<std::string>& slugs) {
    const auto found = store::server_addresses(work, account_id, slugs);
    std::vector<std::int64_t> ids;
    for (const auto& slug : slugs) {
        const auto one = std::find_if(
            found.begin(), found.end(), [&](const auto& server) { return server.slug == slug; });
        if (one == found.end()) {
            throw invalid_field(
                "servers", "there is no server " + slug.substr(0, 80), "lumosctl server list");
        }
        if (!one->ipv4) {
            throw invalid_field(
                "servers",
                slug + " has no IPv4 address, so the A record could never point at it",
                "lumosctl server set " + slug + " --ipv4 ADDRESS");
        }
        ids.push_back(one->id);
    }
    return ids;
}

ServerResponse add_domain(Parts& parts, const Call& call) {
    const auto wish = wish_of(call);
    const auto place = check_wish(parts, call, wish);
    take_calls_or_refuse(parts, place.provider.id, kCallsToAdd);
    const auto dns = open_provider(parts, place.provider);

    Session work(parts, kIdle);
    const auto account = account_of(work, call);
    claim(work, wish.name);
    const auto read_at = parts.clock.steady();
    auto records = value_or_refuse(
        parts,
        place.provider.id,
        dns->records_of(place.zone.provider_zone_id, wish.name, kProviderDeadline));
    auto plan = plan_for(work, account.id, wish, place.zone.name, std::move(records));
    if (parts.clock.steady() - read_at > kReadIsFresh) {
        throw Problem(ProblemType::Unavailable, "the record was read too long ago", "try again");
    }
    auto row = row_of(account, wish, place, plan);
    row.in_doubt = !call.dry_run && write_record(parts, *dns, place, plan);
    row.server_ids = ids_of_servers(work, account.id, wish.servers);
    row.published_server_id = row.server_ids[plan.published];
    store::add_domain(work, row);
    const auto requests = store::ask_for_zones(work, {place.zone.id}, "config_change");
    const auto added = store::find_domain(work, account.id, wish.name).value();
    auto entry = audit_of(call, account.id, "domain.add", wish.name);
    entry.after = text_of(settings_of(added));
    work->audit(entry);
    finish(work, call);
    wake(parts, call, requests);
    return answer_of(added, plan);
}

}  // namespace lumos::console
