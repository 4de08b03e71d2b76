// API tokens of an account: shown once, kept as a hash.

#include "sql/console_token_store.h"
#include "workers/console/answers.h"
#include "workers/console/api.h"
#include "workers/console/fields.h"
#include "workers/console/problem.h"
#include "workers/shared/runtime/api_token.h"

#include <boost/json.hpp>

namespace lumos::console {
namespace {

namespace store = sql::console;
using http::ServerResponse;

boost::json::object settings_of(const store::Token& token) {
    return {
        {"id", token.slug},
        {"readOnly", token.read_only},
        {"expiresAt", or_null(token.expires_at)}};
}

boost::json::object shown(const store::Token& token) {
    auto json = settings_of(token);
    json["createdAt"] = to_rfc3339(token.created_at);
    json["lastUsedAt"] = or_null(token.last_used_at);
    return json;
}

store::Token token_of(store::Work& work, const store::Account& account, const Call& call) {
    auto token = store::find_token(work, account.id, call.path("id"));
    if (!token) {
        throw not_found("token", call.path("id"));
    }
    return *std::move(token);
}

std::optional<Time> expiry_of(const Fields& fields, const std::optional<Time>& otherwise) {
    if (!fields.has("expiresAt")) {
        return otherwise;
    }
    const auto text = fields.optional_text("expiresAt");
    const auto time = text ? parse_time(*text) : std::nullopt;
    if (text && !time) {
        throw invalid_field("expiresAt", "this is no time", "write it like 2027-01-31T00:00:00Z");
    }
    return time;
}

ServerResponse list_tokens(Parts& parts, const Call& call) {
    Session work(parts);
    const auto account = account_of(work, call);
    const auto page = page_of(call);
    boost::json::array items;
    std::string last;
    for (const auto& token : store::tokens(work, account.id, page)) {
        items.push_back(shown(token));
        last = token.slug;
    }
    const bool full = static_cast<std::int64_t>(items.size()) == page.limit;
    return answer_page(std::move(items), full ? std::optional(last) : std::nullopt);
}

ServerResponse show_token(Parts& parts, const Call& call) {
    Session work(parts);
    const auto token = token_of(work, account_of(work, call), call);
    return answer_with_etag(shown(token), etag_of(settings_of(token)));
}

ServerResponse create_token(Parts& parts, const Call& call) {
    const Fields fields(call.request.body, {"id", "readOnly", "expiresAt"});
    const auto slug = fields.slug("id");
    const auto text = runtime::new_api_token();
    Session work(parts);
    const auto account = account_of(work, call);
    store::add_token(
        work,
        {.account_id = account.id,
         .slug = slug,
         .hash = runtime::hash_of_api_token(text.reveal()),
         .read_only = fields.boolean("readOnly", false),
         .expires_at = expiry_of(fields, std::nullopt)});
    const auto added = store::find_token(work, account.id, slug).value();
    auto entry = audit_of(call, account.id, "token.create", slug);
    entry.after = text_of(settings_of(added));
    work->audit(entry);
    finish(work, call);
    auto json = shown(added);
    json["token"] = call.dry_run ? boost::json::value(nullptr) : boost::json::value(text.reveal());
    return answer_with_etag(json, etag_of(settings_of(added)), 201);
}

ServerResponse set_token(Parts& parts, const Call& call) {
    const Fields fields(call.request.body, {"readOnly", "expiresAt"});
    Session work(parts);
    const auto account = account_of(work, call);
    store::hold_account(work, account.id);
    const auto before = token_of(work, account, call);
    require_match(call, etag_of(settings_of(before)));
    store::edit_token(
        work,
        before.id,
        fields.boolean("readOnly", before.read_only),
        expiry_of(fields, before.expires_at));
    const auto after = token_of(work, account, call);
    auto entry = audit_of(call, account.id, "token.set", before.slug);
    entry.before = text_of(settings_of(before));
    entry.after = text_of(settings_of(after));
    work->audit(entry);
    finish(work, call);
    return answer_with_etag(shown(after), etag_of(settings_of(after)));
}

ServerResponse revoke_token(Parts& parts, const Call& call) {
    Session work(parts);
    const auto account = account_of(work, call);
    const auto token = token_of(work, account, call);
    require_match(call, etag_of(settings_of(token)));
    store::remove_token(work, token.id);
    auto entry = audit_of(call, account.id, "token.revoke", token.slug);
    entry.before = text_of(settings_of(token));
    work->audit(entry);
    finish(work, call);
    return answer(boost::json::object{{"removed", true}, {"id", token.slug}});
}

}  // namespace

void add_token_routes(Api& api) {
    const std::string all = "/api/v1/accounts/{account}/tokens";
    api.on("GET", all, Access::Read, list_tokens);
    api.on("POST", all, Access::Write, create_token);
    api.on("GET", all + "/{id}", Access::Read, show_token);
    api.on("PATCH", all + "/{id}", Access::Write, set_token);
    api.on("DELETE", all + "/{id}", Access::Write, revoke_token);
}

}  // namespace lumos::console
