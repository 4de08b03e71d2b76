// Shield servers: their agents' credentials are minted here, and shown once.

#include "sql/console_server_store.h"
#include "sql/error.h"
#include "workers/console/answers.h"
#include "workers/console/api.h"
#include "workers/console/credentials.h"
#include "workers/console/fields.h"
#include "workers/console/plan_limits.h"
#include "workers/console/problem.h"
#include "workers/console/server_events.h"
#include "workers/console/servers_view.h"
#include "workers/shared/outbox/outbox.h"

#include <boost/json.hpp>

namespace lumos::console {
namespace {

namespace store = sql::console;
using http::ServerResponse;

constexpr std::int64_t kDomainsShown = 100;

store::Server server_of(store::Work& work, const store::Account& account, const Call& call) {
    auto server = store::find_server(work, account.id, call.path("id"));
    if (!server) {
        throw not_found("server", call.path("id"));
    }
    return *std::move(server);
}

std::optional<std::string> region_of(
    const Fields& fields, const std::optional<std::string>& otherwise) {
    if (!fields.has("region")) {
        return otherwise;
    }
    return fields.optional_text("region") ? std::optional(fields.display_name("region", ""))
                                          : std::nullopt;
}

// What to paste on the server.
std::string install_text(const Parts& parts, const std::string& slug) {
    return "On the server, with lumos-agent installed:\n"
           "  install -d /etc/lumos\n"
           "  install -m 0600 " +
           slug +
           ".creds /etc/lumos/agent.creds\n"
           "  printf 'nats_url = \"" +
           parts.nats_url +
           "\"\\nchecks = [\"tcp://127.0.0.1:443\"]\\n' > /etc/lumos/agent.toml\n"
           "  systemctl enable --now lumos-agent\n"
           "Then here: lumosctl wait server " +
           slug + " --for online\n";
}

ServerResponse list_servers(Parts& parts, const Call& call) {
    Session work(parts);
    const auto account = account_of(work, call);
    const auto page = page_of(call);
    boost::json::array items;
    std::string last;
    for (const auto& server : store::servers(work, account.id, page)) {
        items.push_back(shown(server));
        last = server.slug;
    }
    const bool full = static_cast<std::int64_t>(items.size()) == page.limit;
    return answer_page(std::move(items), full ? std::optional(last) : std::nullopt);
}

ServerResponse show_server(Parts& parts, const Call& call) {
    Session work(parts);
    const auto server = server_of(work, account_of(work, call), call);
    return answer_with_etag(shown(server), etag_of(settings_of(server)));
}

ServerResponse add_server(Parts& parts, const Call& call) {
    const Fields fields(call.request.body, {"id", "name", "ipv4", "ipv6", "region"});
    store::NewServer server;
    server.slug = fields.slug("id");
    server.name = fields.display_name("name", server.slug);
    server.ipv4 = fields.ipv4("ipv4");
    server.ipv6 = fields.ipv6("ipv6");
    server.region = region_of(fields, std::nullopt);
    if (!server.ipv4 && !server.ipv6) {
        throw invalid_field("ipv4", "a server needs an address", "--ipv4 203.0.113.10");
    }
    const auto& signing_key = require_signing_key(parts);
    Session work(parts);
    const auto account = account_of(work, call);
    store::hold_account(work, account.id);
    require_room_for_server(work, account, store::count_servers(work, account.id) + 1);
    const auto minted = bus::mint_agent(account.slug, server.slug, signing_key, parts.clock.now());
    server.account_id = account.id;
    server.public_key = minted.public_key;
    store::add_server(work, server);
    const auto added = store::find_server(work, account.id, server.slug).value();
    auto entry = audit_of(call, account.id, "server.add", server.slug);
    entry.after = text_of(settings_of(added));
    work->audit(entry);
    record_server_edit(
        parts, work, call, {.account_id = account.id, .before = std::nullopt, .after = added});
    finish(work, call);
    parts.outbox.wake();
    auto json = shown(added);
    json["credentials"] =
        call.dry_run ? boost::json::value(nullptr) : boost::json::value(minted.text);
    json["install"] = install_text(parts, server.slug);
    return answer_with_etag(json, etag_of(settings_of(added)), 201);
}

// The zones are held before the server's row: a switch that is under way reads that row.
std::vector<store::ZoneRequest> ask_for_new_address(store::Work& work, std::int64_t server_id) {
    const auto zones = store::zones_of_server(work, server_id);
    hold_zones_or_refuse(work, zones);
    return store::ask_for_zones(work, zones, "config_change");
}

ServerResponse set_server(Parts& parts, const Call& call) {
    const Fields fields(call.request.body, {"name", "ipv4", "ipv6", "region"});
    Session work(parts);
    const auto account = account_of(work, call);
    const auto present = server_of(work, account, call);
    store::Server after = present;
    after.name = fields.display_name("name", present.name);
    after.ipv4 = fields.ipv4("ipv4", present.ipv4);
    after.ipv6 = fields.ipv6("ipv6", present.ipv6);
    after.region = region_of(fields, present.region);
    std::vector<store::ZoneRequest> requests;
    if (after.ipv4 != present.ipv4 || after.ipv6 != present.ipv6) {
        requests = ask_for_new_address(work, present.id);
    }
    if (!after.ipv4 && !requests.empty()) {
        throw invalid_field(
            "ipv4",
            "domains use this server, and their A records need an IPv4 address",
            "give the new one");
    }
    const auto before = store::hold_server(work, account.id, present.slug);
    if (!before || etag_of(settings_of(*before)) != etag_of(settings_of(present))) {
        throw conflict("somebody else is editing " + present.slug, "look at it, then try again");
    }
    require_match(call, etag_of(settings_of(*before)));
    store::edit_server(work, after);
    auto entry = audit_of(call, account.id, "server.set", present.slug);
    entry.before = text_of(settings_of(*before));
    entry.after = text_of(settings_of(after));
    work->audit(entry);
    record_server_edit(
        parts, work, call, {.account_id = account.id, .before = *before, .after = after});
    finish(work, call);
    parts.outbox.wake();
    wake(parts, call, requests);
    auto json = shown(after);
    auto zones = boost::json::array();
    for (const auto& request : requests) {
        zones.emplace_back(request.zone);
    }
    json["zonesAsked"] = std::move(zones);
    return answer_with_etag(json, etag_of(settings_of(after)));
}

ServerResponse remove_server(Parts& parts, const Call& call) {
    Session work(parts);
    const auto account = account_of(work, call);
    const auto server = store::hold_server(work, account.id, call.path("id"));
    if (!server) {
        throw not_found("server", call.path("id"));
    }
    require_match(call, etag_of(settings_of(*server)));
    auto domains = store::domains_using(work, server->id, kDomainsShown);
    if (!domains.empty()) {
        const auto first = domains.front();
        auto problem = in_use(
            server->slug + " is used by " + first + (domains.size() > 1 ? " and others" : ""),
            "domains",
            std::move(domains));
        problem.fix = "take it out of them first: lumosctl domain set " + first + " --servers …";
        throw problem;
    }
    revoke_credentials(work, account, *server);
    store::remove_server(work, server->id);
    auto entry = audit_of(call, account.id, "server.remove", server->slug);
    entry.before = text_of(settings_of(*server));
    work->audit(entry);
    record_server_edit(
        parts, work, call, {.account_id = account.id, .before = *server, .after = std::nullopt});
    finish(work, call);
    parts.outbox.wake();
    return answer(boost::json::object{{"removed", true}, {"id", server->slug}});
}

}  // namespace

void add_server_routes(Api& api) {
    const std::string all = "/api/v1/accounts/{account}/servers";
    api.on("GET", all, Access::Read, list_servers);
    api.on("POST", all, Access::Write, add_server);
    api.on("GET", all + "/{id}", Access::Read, show_server);
    api.on("PATCH", all + "/{id}", Access::Write, set_server);
    api.on("DELETE", all + "/{id}", Access::Write, remove_server);
}

}  // namespace lumos::console
