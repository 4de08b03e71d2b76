// Credentials of the bus, anew and taken back: of a server's agent, and of processes.

#include "sql/console_revocation_store.h"
#include "sql/console_server_store.h"
#include "workers/console/answers.h"
#include "workers/console/api.h"
#include "workers/console/credentials.h"
#include "workers/console/fields.h"
#include "workers/console/problem.h"
#include "workers/console/revoker.h"
#include "workers/console/server_events.h"
#include "workers/console/servers_view.h"
#include "workers/shared/outbox/outbox.h"

#include <boost/json.hpp>

namespace lumos::console {
namespace {

namespace store = sql::console;
using http::ServerResponse;
using std::chrono::seconds;

constexpr seconds kOverlap{600};
constexpr seconds kOverlapMax{7 * 24 * 3600};

store::Server held_server(store::Work& work, const store::Account& account, const Call& call) {
    auto server = store::hold_server(work, account.id, call.path("id"));
    if (!server) {
        throw not_found("server", call.path("id"));
    }
    return *std::move(server);
}

std::string holder_of(const store::Account& account, const store::Server& server) {
    return account.slug + "." + server.slug;
}

ServerResponse rotate_server(Parts& parts, const Call& call) {
    const Fields fields(call.request.body, {"overlapSeconds"});
    const auto overlap = overlap_of(fields);
    auto& revoker = require_revoker(parts);
    Session work(parts);
    const auto account = account_of(work, call);
    const auto server = held_server(work, account, call);
    const auto minted =
        bus::mint_agent(account.slug, server.slug, require_signing_key(parts), parts.clock.now());
    const auto previous = store::key_of_server(work, server.id);
    std::optional<Time> until;
    if (previous) {
        until = store::revoke_key(work, *previous, holder_of(account, server), overlap);
    }
    store::set_key_of_server(work, server.id, minted.public_key);
    work->audit(audit_of(call, account.id, "server.rotate", server.slug));
    finish(work, call);
    const bool is_over =
        !call.dry_run && previous && overlap.count() == 0 && revoker.apply(kApplyAtMost);
    auto json = shown(server);
    json["credentials"] =
        call.dry_run ? boost::json::value(nullptr) : boost::json::value(minted.text);
    json["previousUntil"] = or_null(until);
    json["previousRevoked"] = is_over;
    return answer(json);
}

ServerResponse revoke_server(Parts& parts, const Call& call) {
    const Fields fields(call.request.body, {});
    auto& revoker = require_revoker(parts);
    Session work(parts);
    const auto account = account_of(work, call);
    const auto server = held_server(work, account, call);
    revoke_credentials(work, account, server);
    work->audit(audit_of(call, account.id, "server.revoke", server.slug));
    record_server_edit(
        parts, work, call, {.account_id = account.id, .before = server, .after = std::nullopt});
    finish(work, call);
    parts.outbox.wake();
    const bool is_revoked = !call.dry_run && revoker.apply(kApplyAtMost);
    return answer(boost::json::object{{"id", server.slug}, {"revoked", is_revoked}});
}

ServerResponse revoke_process(Parts& parts, const Call& call) {
    const Fields fields(call.request.body, {"publicKey", "holder", "overlapSeconds"});
    const auto key = fields.text("publicKey");
    const auto overlap = overlap_of(fields);
    auto& revoker = require_revoker(parts);
    if (!bus::is_user_key(key)) {
        throw invalid_field(
            "publicKey", "that is no user's key", "it begins with U and has 56 characters");
    }
    const auto holder = fields.slug("holder");
    Session work(parts);
    const auto until = store::revoke_key(work, key, holder, overlap);
    work->audit(audit_of(call, std::nullopt, "bus.revoke", holder));
    finish(work, call);
    const bool is_over = !call.dry_run && overlap.count() == 0 && revoker.apply(kApplyAtMost);
    return answer(boost::json::object{
        {"holder", holder},
        {"publicKey", key},
        {"until", to_rfc3339(until)},
        {"revoked", is_over}});
}

}  // namespace

seconds overlap_of(const Fields& fields) {
    const auto given = fields.optional_integer("overlapSeconds");
    if (given && (*given < 0 || *given > kOverlapMax.count())) {
        throw invalid_field(
            "overlapSeconds", "the old credentials stay good for 0 s to 7 days", "600");
    }
    return given ? seconds(*given) : kOverlap;
}

Revoker& require_revoker(const Parts& parts) {
    if (parts.revoker == nullptr) {
        throw Problem(
            ProblemType::Unavailable,
            "this console cannot take credentials back",
            "set LUMOS_BUS_REVOKER_KEY_FILE to revoker.key of lumosctl bus init");
    }
    return *parts.revoker;
}

const bus::SigningKey& require_signing_key(const Parts& parts) {
    if (!parts.signing_key) {
        throw Problem(
            ProblemType::Unavailable,
            "this console cannot mint credentials",
            "set LUMOS_BUS_SIGNING_KEY_FILE to signing.key of lumosctl bus init");
    }
    return *parts.signing_key;
}

void revoke_credentials(
    store::Work& work, const store::Account& account, const store::Server& server) {
    const auto holder = holder_of(account, server);
    store::hasten_revocations(work, holder);
    if (const auto key = store::key_of_server(work, server.id)) {
        (void)store::revoke_key(work, *key, holder, seconds(0));
        store::set_key_of_server(work, server.id, std::nullopt);
    }
}

void add_credentials_routes(Api& api) {
    const std::string server = "/api/v1/accounts/{account}/servers/{id}";
    api.on("POST", server + "/rotate", Access::Write, rotate_server);
    api.on("POST", server + "/revoke", Access::Write, revoke_server);
    api.on("POST", "/api/v1/bus/revocations", Access::Admin, revoke_process);
}

}  // namespace lumos::console
