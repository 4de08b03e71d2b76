// Accounts: made and removed by administrators; the rest of the API stands below one of them.

#include "sql/console_account_store.h"
#include "sql/console_channel_store.h"
#include "sql/console_subscriber_store.h"
#include "workers/console/answers.h"
#include "workers/console/api.h"
#include "workers/console/fields.h"
#include "workers/console/input_rule.h"
#include "workers/console/problem.h"
#include "workers/shared/runtime/words_rule.h"

#include <boost/json.hpp>

#include <algorithm>

namespace lumos::console {
namespace {

namespace store = sql::console;
using http::ServerResponse;

boost::json::object settings_of(const store::Account& account) {
    return {{"id", account.slug}, {"name", account.name}, {"plan", account.plan.name}};
}

boost::json::object shown(const store::Account& account) {
    auto json = settings_of(account);
    json["serversMax"] =
        account.plan.servers_max ? boost::json::value(*account.plan.servers_max) : nullptr;
    json["failover"] = account.plan.failover;
    json["servers"] = account.servers;
    json["domains"] = account.domains;
    json["createdAt"] = to_rfc3339(account.created_at);
    return json;
}

std::string plan_of(const Fields& fields, store::Work& work, const std::string& otherwise) {
    const auto given = fields.optional_text("plan");
    if (!given) {
        return otherwise;
    }
    std::vector<std::string> names;
    for (const auto& plan : store::plans(work)) {
        names.push_back(plan.name);
    }
    if (std::find(names.begin(), names.end(), *given) != names.end()) {
        return *given;
    }
    const auto meant = runtime::nearest(*given, names);
    throw invalid_field(
        "plan",
        "there is no plan \"" + given->substr(0, 80) + "\"",
        meant ? "did you mean " + *meant + "?" : "choose free, pro or enterprise");
}

ServerResponse list_accounts(Parts& parts, const Call& call) {
    Session work(parts);
    const auto page = page_of(call);
    boost::json::array items;
    std::string last;
    for (const auto& account : store::accounts(work, call.caller.account_id, page)) {
        items.push_back(shown(account));
        last = account.slug;
    }
    const bool full = static_cast<std::int64_t>(items.size()) == page.limit;
    return answer_page(std::move(items), full ? std::optional(last) : std::nullopt);
}

ServerResponse show_account(Parts& parts, const Call& call) {
    Session work(parts);
    const auto account = account_of(work, call);
    return answer_with_etag(shown(account), etag_of(settings_of(account)));
}

ServerResponse create_account(Parts& parts, const Call& call) {
    const Fields fields(call.request.body, {"id", "name", "plan", "email"});
    const auto slug = fields.slug("id");
    const auto email = fields.text("email");
    if (const auto mistake = email_mistake(email)) {
        throw invalid_field("email", mistake->detail, mistake->fix);
    }
    Session work(parts);
    const auto plan = plan_of(fields, work, "free");
    const auto id = store::add_account(work, slug, fields.display_name("name", slug), plan);
    store::add_channel(
        work,
        id,
        {.slug = "owner",
         .name = "Owner",
         .kind = "email",
         .target = email,
         .alerts = std::nullopt,
         .disabled_at = std::nullopt,
         .disabled_why = std::nullopt,
         .created_at = {}});
    const auto account = store::find_account(work, slug).value();
    auto entry = audit_of(call, id, "account.create", slug);
    entry.after = text_of(settings_of(account));
    work->audit(entry);
    finish(work, call);
    return answer_with_etag(shown(account), etag_of(settings_of(account)), 201);
}

ServerResponse set_account(Parts& parts, const Call& call) {
    const Fields fields(call.request.body, {"name", "plan"});
    Session work(parts);
    store::hold_account(work, account_of(work, call).id);
    const auto before = account_of(work, call);
    require_match(call, etag_of(settings_of(before)));
    const auto plan = plan_of(fields, work, before.plan.name);
    if (plan != before.plan.name && !call.caller.is_admin()) {
        throw Problem(
            ProblemType::Forbidden,
            "only an administrator changes a plan",
            "ask whoever runs this installation");
    }
    store::edit_account(work, before.id, fields.display_name("name", before.name), plan);
    std::vector<store::ZoneRequest> requests;
    if (plan != before.plan.name) {
        requests =
            store::ask_for_zones(work, store::zones_of_account(work, before.id), "config_change");
    }
    const auto after = account_of(work, call);
    auto entry = audit_of(call, before.id, "account.set", before.slug);
    entry.before = text_of(settings_of(before));
    entry.after = text_of(settings_of(after));
    work->audit(entry);
    finish(work, call);
    wake(parts, call, requests);
    return answer_with_etag(shown(after), etag_of(settings_of(after)));
}

ServerResponse remove_account(Parts& parts, const Call& call) {
    Session work(parts);
    store::hold_account(work, account_of(work, call).id);
    const auto account = account_of(work, call);
    require_match(call, etag_of(settings_of(account)));
    if (account.servers > 0 || account.domains > 0) {
        throw in_use(
            account.slug + " still has " + std::to_string(account.domains) + " domains and " +
                std::to_string(account.servers) + " servers",
            "",
            {});
    }
    auto entry = audit_of(call, std::nullopt, "account.remove", account.slug);
    entry.before = text_of(settings_of(account));
    store::revoke_subscribers(work, account.id, account.slug);
    store::remove_account(work, account.id);
    work->audit(entry);
    finish(work, call);
    return answer(boost::json::object{{"removed", true}, {"id", account.slug}});
}

}  // namespace

void add_account_routes(Api& api) {
    api.on("GET", "/api/v1/accounts", Access::Read, list_accounts);
    api.on("POST", "/api/v1/accounts", Access::Admin, create_account);
    api.on("GET", "/api/v1/accounts/{account}", Access::Read, show_account);
    api.on("PATCH", "/api/v1/accounts/{account}", Access::Write, set_account);
    api.on("DELETE", "/api/v1/accounts/{account}", Access::Admin, remove_account);
}

}  // namespace lumos::console
