// Zones: found with the provider's token, and its permission to edit them proven, before they are
// kept.

#include "sql/console_provider_store.h"
#include "workers/console/answers.h"
#include "workers/console/api.h"
#include "workers/console/fields.h"
#include "workers/console/problem.h"
#include "workers/console/provider_access.h"

#include <boost/json.hpp>

#include <algorithm>

namespace lumos::console {
namespace {

namespace store = sql::console;
using http::ServerResponse;

constexpr std::int64_t kDomainsShown = 100;
constexpr std::int64_t kCallsToProve =
    4;  // Find it, twice where its name is no plain one; edit, read.

boost::json::object settings_of(const store::Zone& zone) {
    return {
        {"id", zone.name},
        {"name", zone.name},
        {"provider", or_null(zone.provider)},
        {"zoneId", zone.provider_zone_id}};
}

boost::json::object shown(const store::Zone& zone) {
    auto json = settings_of(zone);
    json["domains"] = zone.domains;
    json["recordsInBatchMax"] = zone.batch_max;
    json["failures"] = zone.failures;
    json["lastError"] = zone.failures > 0 ? or_null(zone.last_error) : boost::json::value(nullptr);
    json["notBefore"] = zone.failures > 0 ? or_null(zone.not_before) : boost::json::value(nullptr);
    json["createdAt"] = to_rfc3339(zone.created_at);
    return json;
}

store::Zone zone_of(store::Work& work, const store::Account& account, const Call& call) {
    auto zone = store::find_zone(work, account.id, call.path("id"));
    if (!zone) {
        throw not_found("zone", call.path("id"));
    }
    return *std::move(zone);
}

// By its id; where it is not named, the only one that there is.
store::Provider provider_for(
    Parts& parts, const Call& call, const std::optional<std::string>& slug) {
    Session work(parts);
    const auto account = account_of(work, call);
    if (slug) {
        auto provider = store::find_provider(work, account.id, *slug);
        if (!provider) {
            throw invalid_field(
                "provider",
                "there is no provider " + slug->substr(0, 80),
                "lumosctl provider list");
        }
        return *std::move(provider);
    }
    auto all = store::providers(work, account.id, {.after = "", .limit = 2});
    if (all.empty()) {
        throw invalid_field(
            "provider",
            "this account has no provider yet",
            "lumosctl provider add cloudflare ID --token-stdin");
    }
    if (all.size() > 1) {
        throw invalid_field(
            "provider", "this account has several providers", "name one: --provider ID");
    }
    return std::move(all.front());
}

ServerResponse list_available(Parts& parts, const Call& call) {
    const auto provider = provider_for(parts, call, call.query("provider"));
    take_calls_or_refuse(parts, provider.id, 1);
    const auto dns = open_provider(parts, provider);
    const auto zones = value_or_refuse(parts, provider.id, dns->zones(kProviderDeadline));
    boost::json::array items;
    for (const auto& zone : zones) {
        const bool added = std::find(provider.zones.begin(), provider.zones.end(), zone.name) !=
                           provider.zones.end();
        items.push_back(boost::json::object{
            {"name", zone.name},
            {"zoneId", zone.id},
            {"provider", provider.slug},
            {"plan",
             zone.plan.empty() ? boost::json::value(nullptr) : boost::json::value(zone.plan)},
            {"mayEdit", zone.may_edit},
            {"added", added}});
    }
    return answer_page(std::move(items), std::nullopt);
}

ServerResponse list_zones(Parts& parts, const Call& call) {
    if (call.query("available") == "true") {
        return list_available(parts, call);
    }
    Session work(parts);
    const auto account = account_of(work, call);
    const auto page = page_of(call);
    boost::json::array items;
    std::string last;
    for (const auto& zone : store::zones(work, account.id, page)) {
        items.push_back(shown(zone));
        last = zone.name;
    }
    const bool full = static_cast<std::int64_t>(items.size()) == page.limit;
    return answer_page(std::move(items), full ? std::optional(last) : std::nullopt);
}

ServerResponse show_zone(Parts& parts, const Call& call) {
    Session work(parts);
    const auto zone = zone_of(work, account_of(work, call), call);
    return answer_with_etag(shown(zone), etag_of(settings_of(zone)));
}

// The zone as the provider knows it, with the permission to edit it proven.
dns::Zone proven_zone(
    Parts& parts,
    const store::Provider& provider,
    const std::string& name,
    const std::optional<std::string>& zone_id) {
    take_calls_or_refuse(parts, provider.id, kCallsToProve);
    const auto dns = open_provider(parts, provider);
    auto zone =
        value_or_refuse(parts, provider.id, dns->zone(zone_id.value_or(name), kProviderDeadline));
    // A token that may only edit records sees an id without its name.
    if (!zone.name.empty() && zone.name != name) {
        throw invalid_field(
            "zoneId", "that id is the zone " + zone.name + ", not " + name, "leave --zone-id out");
    }
    prove_permission(parts, provider.id, *dns, zone.id, name);
    return zone;
}

ServerResponse add_zone(Parts& parts, const Call& call) {
    const Fields fields(call.request.body, {"name", "provider", "zoneId"});
    const auto name = fields.dns_name("name");
    const auto provider = provider_for(parts, call, fields.optional_text("provider"));
    const auto found = proven_zone(parts, provider, name, fields.optional_text("zoneId"));
    Session work(parts);
    const auto account = account_of(work, call);
    store::add_zone(
        work,
        account.id,
        {.name = name,
         .provider_zone_id = found.id,
         .batch_max = found.batch_max,
         .created_at = {},
         .provider_id = provider.id,
         .provider = provider.slug,
         .last_error = std::nullopt,
         .not_before = std::nullopt});
    const auto added = store::find_zone(work, account.id, name).value();
    auto entry = audit_of(call, account.id, "zone.add", name);
    entry.after = text_of(settings_of(added));
    work->audit(entry);
    finish(work, call);
    return answer_with_etag(shown(added), etag_of(settings_of(added)), 201);
}

ServerResponse set_zone(Parts& parts, const Call& call) {
    const Fields fields(call.request.body, {"provider", "zoneId"});
    std::optional<store::Zone> present;
    {
        Session work(parts);
        present = zone_of(work, account_of(work, call), call);
    }
    const auto slug = fields.optional_text("provider");
    const auto provider = provider_for(parts, call, slug ? slug : present->provider);
    const auto found = proven_zone(parts, provider, present->name, fields.optional_text("zoneId"));
    Session work(parts);
    const auto account = account_of(work, call);
    hold_zones_or_refuse(work, {present->id});
    const auto before = zone_of(work, account, call);
    require_match(call, etag_of(settings_of(before)));
    auto after = before;
    after.provider_id = provider.id;
    after.provider = provider.slug;
    after.provider_zone_id = found.id;
    after.batch_max = found.batch_max;
    store::edit_zone(work, after);
    store::forgive_zones(work, {before.id});
    const auto requests = store::ask_for_zones(work, {before.id}, "config_change");
    auto entry = audit_of(call, account.id, "zone.set", before.name);
    entry.before = text_of(settings_of(before));
    entry.after = text_of(settings_of(after));
    work->audit(entry);
    finish(work, call);
    wake(parts, call, requests);
    return answer_with_etag(shown(after), etag_of(settings_of(after)));
}

ServerResponse remove_zone(Parts& parts, const Call& call) {
    Session work(parts);
    const auto account = account_of(work, call);
    const auto zone = zone_of(work, account, call);
    require_match(call, etag_of(settings_of(zone)));
    hold_zones_or_refuse(work, {zone.id});
    auto domains = store::domains_of_zone(work, zone.id, kDomainsShown);
    if (!domains.empty()) {
        const auto first = domains.front();
        auto problem =
            in_use(zone.name + " has the domain " + first, "domains", std::move(domains));
        problem.fix = "lumosctl domain remove " + first;
        throw problem;
    }
    store::remove_zone(work, zone.id);
    auto entry = audit_of(call, account.id, "zone.remove", zone.name);
    entry.before = text_of(settings_of(zone));
    work->audit(entry);
    finish(work, call);
    return answer(boost::json::object{{"removed", true}, {"id", zone.name}});
}

}  // namespace

void add_zone_routes(Api& api) {
    const std::string all = "/api/v1/accounts/{account}/zones";
    api.on("GET", all, Access::Read, list_zones);
    api.on("POST", all, Access::Write, add_zone);
    api.on("GET", all + "/{id}", Access::Read, show_zone);
    api.on("PATCH", all + "/{id}", Access::Write, set_zone);
    api.on("DELETE", all + "/{id}", Access::Write, remove_zone);
}

}  // namespace lumos::console
