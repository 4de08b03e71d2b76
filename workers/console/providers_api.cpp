// DNS providers: a token is verified before anything is stored, and never shown again.

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

constexpr std::size_t kTokenBytesMax = 512;

boost::json::object settings_of(const store::Provider& provider) {
    return {{"id", provider.slug}, {"name", provider.name}, {"kind", provider.kind}};
}

boost::json::object shown(const store::Provider& provider) {
    auto json = settings_of(provider);
    json["verifiedAt"] = or_null(provider.verified_at);
    json["expiresOn"] = or_null(provider.expires_on);
    json["blockedUntil"] = or_null(provider.blocked_until);
    json["callsLeft"] = static_cast<std::int64_t>(provider.calls_left);
    json["zones"] = boost::json::value_from(provider.zones);
    json["createdAt"] = to_rfc3339(provider.created_at);
    return json;
}

store::Provider provider_of(store::Work& work, const store::Account& account, const Call& call) {
    auto provider = store::find_provider(work, account.id, call.path("id"));
    if (!provider) {
        throw not_found("provider", call.path("id"));
    }
    return *std::move(provider);
}

runtime::Secret token_of(const Fields& fields) {
    auto text = fields.text("token");
    const auto last = text.find_last_not_of(" \t\r\n");
    text.erase(last == std::string::npos ? 0 : last + 1);
    const bool graphic =
        std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7f; });
    if (text.empty() || text.size() > kTokenBytesMax || !graphic) {
        throw invalid_field(
            "token",
            "this is no API token",
            "paste the token alone, on one line: --token-stdin < FILE");
    }
    return runtime::Secret(std::move(text));
}

// The time at which the token expires, if it says one.
std::optional<Time> verified(
    Parts& parts, std::optional<std::int64_t> provider_id, dns::Provider& provider) {
    const auto state =
        value_or_refuse(parts, provider_id, provider.verify_token(kProviderDeadline));
    if (!state.active) {
        Problem problem(
            ProblemType::ProviderRejected,
            "the token is " + state.status,
            "create a new token at the provider");
        problem.field = "token";
        problem.code = "token_invalid";
        throw problem;
    }
    return state.expires_on ? parse_time(*state.expires_on) : std::nullopt;
}

void store_token(
    Parts& parts,
    store::Work& work,
    std::int64_t provider_id,
    const runtime::Secret& token,
    std::optional<Time> expires_on) {
    const auto sealed = parts.keys.lock()->seal(token, token_context(provider_id));
    store::set_provider_token(work, provider_id, {sealed.key_id, sealed.box}, expires_on);
}

ServerResponse list_providers(Parts& parts, const Call& call) {
    Session work(parts);
    const auto account = account_of(work, call);
    const auto page = page_of(call);
    boost::json::array items;
    std::string last;
    for (const auto& provider : store::providers(work, account.id, page)) {
        items.push_back(shown(provider));
        last = provider.slug;
    }
    const bool full = static_cast<std::int64_t>(items.size()) == page.limit;
    return answer_page(std::move(items), full ? std::optional(last) : std::nullopt);
}

ServerResponse show_provider(Parts& parts, const Call& call) {
    Session work(parts);
    const auto provider = provider_of(work, account_of(work, call), call);
    return answer_with_etag(shown(provider), etag_of(settings_of(provider)));
}

ServerResponse add_provider(Parts& parts, const Call& call) {
    const Fields fields(call.request.body, {"id", "name", "kind", "token"});
    store::NewProvider provider;
    provider.slug = fields.slug("id");
    provider.name = fields.display_name("name", provider.slug);
    provider.kind = fields.text("kind");
    if (provider.kind != "cloudflare") {
        throw invalid_field(
            "kind", "there is no provider kind \"" + provider.kind + "\"", "use cloudflare");
    }
    const auto token = token_of(fields);
    {
        Session work(parts);
        (void)account_of(work, call);
    }
    const auto dns = parts.make_provider(provider.kind, token);
    const auto expires_on = verified(parts, std::nullopt, *dns);
    Session work(parts);
    const auto account = account_of(work, call);
    provider.account_id = account.id;
    const auto id = store::add_provider(work, provider);
    store_token(parts, work, id, token, expires_on);
    const auto added = store::find_provider(work, account.id, provider.slug).value();
    auto entry = audit_of(call, account.id, "provider.add", provider.slug);
    entry.after = text_of(settings_of(added));
    work->audit(entry);
    finish(work, call);
    return answer_with_etag(shown(added), etag_of(settings_of(added)), 201);
}

// The new token is verified, and proven on each zone, before the old one is replaced.
std::optional<Time> prove_new_token(
    Parts& parts,
    const store::Provider& provider,
    const std::vector<store::ServedZone>& zones,
    const runtime::Secret& token) {
    const auto dns = parts.make_provider(provider.kind, token);
    const auto expires_on = verified(parts, std::nullopt, *dns);
    for (const auto& zone : zones) {
        prove_permission(parts, std::nullopt, *dns, zone.provider_zone_id, zone.name);
    }
    return expires_on;
}

std::vector<store::ZoneRequest> replace_token(
    Parts& parts,
    store::Work& work,
    const store::Provider& provider,
    const runtime::Secret& token,
    std::optional<Time> expires_on) {
    store_token(parts, work, provider.id, token, expires_on);
    std::vector<std::int64_t> ids;
    for (const auto& zone : store::zones_of_provider(work, provider.id)) {
        ids.push_back(zone.id);
    }
    store::forgive_zones(work, ids);
    return store::ask_for_zones(work, ids, "config_change");
}

ServerResponse set_provider(Parts& parts, const Call& call) {
    const Fields fields(call.request.body, {"name", "token"});
    const auto token = fields.has("token") ? std::optional(token_of(fields)) : std::nullopt;
    std::optional<Time> expires_on;
    if (token) {
        std::optional<store::Provider> provider;
        std::vector<store::ServedZone> zones;
        {
            Session work(parts);
            provider = provider_of(work, account_of(work, call), call);
            zones = store::zones_of_provider(work, provider->id);
        }
        expires_on = prove_new_token(parts, *provider, zones, *token);
    }
    Session work(parts);
    const auto account = account_of(work, call);
    const auto before = store::hold_provider(work, account.id, call.path("id"));
    if (!before) {
        throw not_found("provider", call.path("id"));
    }
    require_match(call, etag_of(settings_of(*before)));
    store::rename_provider(work, before->id, fields.display_name("name", before->name));
    std::vector<store::ZoneRequest> requests;
    if (token) {
        requests = replace_token(parts, work, *before, *token, expires_on);
    }
    const auto after = store::find_provider(work, account.id, before->slug).value();
    auto entry =
        audit_of(call, account.id, token ? "provider.set_token" : "provider.set", before->slug);
    entry.before = text_of(settings_of(*before));
    entry.after = text_of(settings_of(after));
    work->audit(entry);
    finish(work, call);
    wake(parts, call, requests);
    return answer_with_etag(shown(after), etag_of(settings_of(after)));
}

boost::json::object zone_permission(
    const store::ServedZone& zone, const dns::Answer<bool>& answer) {
    const bool may = answer.ok() && *answer.value;
    std::string error;
    if (!answer.ok()) {
        error = answer.error.message;
    } else if (!may) {
        error = "the token may not edit records of this zone";
    }
    return {
        {"zone", zone.name},
        {"mayEdit", may},
        {"code",
         may ? boost::json::value(nullptr)
             : boost::json::value(answer.ok() ? "token_permission" : answer.error.reason)},
        {"error", may ? boost::json::value(nullptr) : boost::json::value(error)}};
}

// Says of each part whether it is well; a token that fails is an answer here, no problem.
ServerResponse verify_provider(Parts& parts, const Call& call) {
    const Fields fields(call.request.body, {});
    std::optional<store::Provider> provider;
    std::vector<store::ServedZone> zones;
    {
        Session work(parts);
        provider = provider_of(work, account_of(work, call), call);
        zones = store::zones_of_provider(work, provider->id);
    }
    take_calls_or_refuse(parts, provider->id, 1 + static_cast<std::int64_t>(zones.size()));
    const auto dns = open_provider(parts, *provider);
    const auto token = dns->verify_token(kProviderDeadline);
    const bool active = token.ok() && token.value->active;
    bool all_well = active;
    boost::json::array permissions;
    for (const auto& zone : zones) {
        auto answer = dns->may_edit(zone.provider_zone_id, kProviderDeadline);
        all_well = all_well && answer.ok() && *answer.value;
        permissions.push_back(zone_permission(zone, answer));
    }
    if (active && !call.dry_run) {
        Session work(parts);
        store::set_provider_verified(
            work,
            provider->id,
            token.value->expires_on ? parse_time(*token.value->expires_on) : std::nullopt);
        work->commit();
    }
    return answer(boost::json::object{
        {"id", provider->slug},
        {"ok", all_well},
        {"active", active},
        {"status", token.ok() ? boost::json::value(token.value->status) : nullptr},
        {"code",
         active ? boost::json::value(nullptr)
                : boost::json::value(token.ok() ? "token_invalid" : token.error.reason)},
        {"error",
         token.ok() ? boost::json::value(nullptr) : boost::json::value(token.error.message)},
        {"expiresOn", token.ok() ? or_null(token.value->expires_on) : boost::json::value(nullptr)},
        {"zones", std::move(permissions)}});
}

ServerResponse remove_provider(Parts& parts, const Call& call) {
    Session work(parts);
    const auto account = account_of(work, call);
    const auto provider = store::hold_provider(work, account.id, call.path("id"));
    if (!provider) {
        throw not_found("provider", call.path("id"));
    }
    require_match(call, etag_of(settings_of(*provider)));
    if (!provider->zones.empty()) {
        throw in_use(
            provider->slug + " serves " + provider->zones.front(), "zones", provider->zones);
    }
    store::remove_provider(work, provider->id);
    auto entry = audit_of(call, account.id, "provider.remove", provider->slug);
    entry.before = text_of(settings_of(*provider));
    work->audit(entry);
    finish(work, call);
    return answer(boost::json::object{{"removed", true}, {"id", provider->slug}});
}

}  // namespace

void add_provider_routes(Api& api) {
    const std::string all = "/api/v1/accounts/{account}/providers";
    api.on("GET", all, Access::Read, list_providers);
    api.on("POST", all, Access::Write, add_provider);
    api.on("GET", all + "/{id}", Access::Read, show_provider);
    api.on("PATCH", all + "/{id}", Access::Write, set_provider);
    api.on("DELETE", all + "/{id}", Access::Write, remove_provider);
    api.on("POST", all + "/{id}/verify", Access::Write, verify_provider);
}

}  // namespace lumos::console
