// Subscribers: credentials with which any NATS client reads the account's events, live and through
// a consumer that is kept for it.

#include "sql/console_revocation_store.h"
#include "sql/console_subscriber_store.h"
#include "workers/console/answers.h"
#include "workers/console/api.h"
#include "workers/console/credentials.h"
#include "workers/console/fields.h"
#include "workers/console/problem.h"
#include "workers/console/revoker.h"
#include "workers/console/subscriber_keeper.h"

#include <boost/json.hpp>

namespace lumos::console {
namespace {

namespace store = sql::console;
using http::ServerResponse;

constexpr std::int64_t kSubscribersMax = 100;
// As long as EVENT keeps anything.
constexpr std::int64_t kSecondsBackMax = 7LL * 24 * 3600;

boost::json::object settings_of(const store::Subscriber& subscriber) {
    return {
        {"id", subscriber.slug},
        {"startsAt", or_null(subscriber.starts_at)},
        {"revoked", !subscriber.public_key.has_value()}};
}

boost::json::object shown(const store::Account& account, const store::Subscriber& subscriber) {
    const auto name = bus::subscriber_name(account.slug, subscriber.slug);
    auto json = settings_of(subscriber);
    json["createdAt"] = to_rfc3339(subscriber.created_at);
    json["stream"] = "EVENT";
    json["consumer"] = bus::subscriber_consumer(account.slug, subscriber.slug);
    json["subjects"] = "lumos.event." + account.slug + ".>";
    json["inboxPrefix"] = bus::inbox_prefix(name);
    json["ready"] = subscriber.is_made;
    return json;
}

store::Subscriber held_subscriber(
    store::Work& work, const store::Account& account, const Call& call) {
    auto subscriber = store::hold_subscriber(work, account.id, call.path("id"));
    if (!subscriber) {
        throw not_found("subscriber", call.path("id"));
    }
    return *std::move(subscriber);
}

// Of EVENT as it is; nothing: from its beginning.
std::optional<std::int64_t> seconds_back_of(
    const Fields& fields, std::optional<std::int64_t> otherwise) {
    const bool all = fields.boolean("all", false);
    const auto given = fields.optional_integer("sinceSeconds");
    if (all && given) {
        throw invalid_field("all", "choose all or sinceSeconds, not both");
    }
    if (given && (*given < 0 || *given > kSecondsBackMax)) {
        throw invalid_field(
            "sinceSeconds",
            "the bus keeps events for 7 days",
            "0 to 604800; GET …/events has all of them");
    }
    return all ? std::nullopt : given ? given : otherwise;
}

bus::Credentials mint(
    const Parts& parts, const store::Account& account, const std::string& subscriber) {
    const auto& key = require_signing_key(parts);
    if (!key.subscribers) {
        throw Problem(
            ProblemType::Unavailable,
            "the signing key of this console mints agents only",
            "its file needs the line subscribers: that lumosctl bus init writes");
    }
    return bus::mint_subscriber(account.slug, subscriber, key, parts.clock.now());
}

bool apply(const Parts& parts, const Call& call) {
    return !call.dry_run && parts.subscribers != nullptr && parts.subscribers->apply(kApplyAtMost);
}

ServerResponse list_subscribers(Parts& parts, const Call& call) {
    Session work(parts);
    const auto account = account_of(work, call);
    const auto page = page_of(call);
    boost::json::array items;
    std::string last;
    for (const auto& subscriber : store::subscribers(work, account.id, page)) {
        items.push_back(shown(account, subscriber));
        last = subscriber.slug;
    }
    const bool full = static_cast<std::int64_t>(items.size()) == page.limit;
    return answer_page(std::move(items), full ? std::optional(last) : std::nullopt);
}

ServerResponse show_subscriber(Parts& parts, const Call& call) {
    boost::json::object json;
    std::string etag;
    std::string account_slug;
    {
        Session work(parts);
        const auto account = account_of(work, call);
        const auto subscriber = store::find_subscriber(work, account.id, call.path("id"));
        if (!subscriber) {
            throw not_found("subscriber", call.path("id"));
        }
        json = shown(account, *subscriber);
        etag = etag_of(settings_of(*subscriber));
        account_slug = account.slug;
    }
    const auto state = parts.subscribers == nullptr
                           ? std::nullopt
                           : parts.subscribers->state_of(account_slug, call.path("id"));
    json["connected"] = state ? boost::json::value(state->is_waited_for) : nullptr;
    json["pending"] = state ? boost::json::value(state->pending) : nullptr;
    json["unacknowledged"] = state ? boost::json::value(state->unacknowledged) : nullptr;
    return answer_with_etag(json, etag);
}

ServerResponse add_subscriber(Parts& parts, const Call& call) {
    const Fields fields(call.request.body, {"id", "sinceSeconds", "all"});
    const auto slug = fields.slug("id");
    const auto seconds_back = seconds_back_of(fields, 0);
    Session work(parts);
    const auto account = account_of(work, call);
    store::hold_account(work, account.id);
    if (store::count_subscribers(work, account.id) >= kSubscribersMax) {
        throw conflict(
            account.slug + " has 100 subscribers, which is the most",
            "remove one that nobody uses any more");
    }
    const auto minted = mint(parts, account, slug);
    store::add_subscriber(
        work,
        {.account_id = account.id,
         .slug = slug,
         .public_key = minted.public_key,
         .seconds_back = seconds_back});
    auto added = store::find_subscriber(work, account.id, slug).value();
    auto entry = audit_of(call, account.id, "subscriber.add", slug);
    entry.after = text_of(settings_of(added));
    work->audit(entry);
    finish(work, call);
    added.is_made = apply(parts, call);
    auto json = shown(account, added);
    json["credentials"] =
        call.dry_run ? boost::json::value(nullptr) : boost::json::value(minted.text);
    json["natsUrl"] = parts.nats_url;
    return answer_with_etag(json, etag_of(settings_of(added)), 201);
}

ServerResponse rewind_subscriber(Parts& parts, const Call& call) {
    const Fields fields(call.request.body, {"sinceSeconds", "all"});
    const auto seconds_back = seconds_back_of(fields, -1);
    if (seconds_back && *seconds_back < 0) {
        throw invalid_field("sinceSeconds", "say how far back", "sinceSeconds or all");
    }
    Session work(parts);
    const auto account = account_of(work, call);
    const auto before = held_subscriber(work, account, call);
    store::rewind_subscriber(work, before.id, seconds_back);
    auto after = store::find_subscriber(work, account.id, before.slug).value();
    auto entry = audit_of(call, account.id, "subscriber.rewind", before.slug);
    entry.before = text_of(settings_of(before));
    entry.after = text_of(settings_of(after));
    work->audit(entry);
    finish(work, call);
    after.is_made = apply(parts, call);
    return answer(shown(account, after));
}

ServerResponse rotate_subscriber(Parts& parts, const Call& call) {
    const Fields fields(call.request.body, {"overlapSeconds"});
    const auto overlap = overlap_of(fields);
    auto& revoker = require_revoker(parts);
    Session work(parts);
    const auto account = account_of(work, call);
    const auto before = held_subscriber(work, account, call);
    const auto minted = mint(parts, account, before.slug);
    std::optional<Time> until;
    if (before.public_key) {
        until = store::revoke_key(
            work, *before.public_key, bus::subscriber_name(account.slug, before.slug), overlap);
    }
    store::set_key_of_subscriber(work, before.id, minted.public_key);
    const auto after = store::find_subscriber(work, account.id, before.slug).value();
    work->audit(audit_of(call, account.id, "subscriber.rotate", before.slug));
    finish(work, call);
    const bool is_over =
        !call.dry_run && before.public_key && overlap.count() == 0 && revoker.apply(kApplyAtMost);
    auto json = shown(account, after);
    json["credentials"] =
        call.dry_run ? boost::json::value(nullptr) : boost::json::value(minted.text);
    json["previousUntil"] = or_null(until);
    json["previousRevoked"] = is_over;
    return answer(json);
}

// All of its credentials end now, also what an overlap had left.
void end_credentials(
    store::Work& work, const store::Account& account, const store::Subscriber& subscriber) {
    const auto holder = bus::subscriber_name(account.slug, subscriber.slug);
    store::hasten_revocations(work, holder);
    if (subscriber.public_key) {
        (void)store::revoke_key(work, *subscriber.public_key, holder, std::chrono::seconds(0));
    }
}

ServerResponse revoke_subscriber(Parts& parts, const Call& call) {
    const Fields fields(call.request.body, {});
    auto& revoker = require_revoker(parts);
    Session work(parts);
    const auto account = account_of(work, call);
    const auto subscriber = held_subscriber(work, account, call);
    end_credentials(work, account, subscriber);
    store::set_key_of_subscriber(work, subscriber.id, std::nullopt);
    work->audit(audit_of(call, account.id, "subscriber.revoke", subscriber.slug));
    finish(work, call);
    const bool is_revoked = !call.dry_run && revoker.apply(kApplyAtMost);
    return answer(boost::json::object{{"id", subscriber.slug}, {"revoked", is_revoked}});
}

ServerResponse remove_subscriber(Parts& parts, const Call& call) {
    Session work(parts);
    const auto account = account_of(work, call);
    const auto subscriber = held_subscriber(work, account, call);
    require_match(call, etag_of(settings_of(subscriber)));
    end_credentials(work, account, subscriber);
    store::remove_subscriber(work, subscriber.id);
    auto entry = audit_of(call, account.id, "subscriber.remove", subscriber.slug);
    entry.before = text_of(settings_of(subscriber));
    work->audit(entry);
    finish(work, call);
    if (!call.dry_run && parts.revoker != nullptr) {
        (void)parts.revoker->apply(kApplyAtMost);
    }
    (void)apply(parts, call);
    return answer(boost::json::object{{"removed", true}, {"id", subscriber.slug}});
}

}  // namespace

void add_subscriber_routes(Api& api) {
    const std::string all = "/api/v1/accounts/{account}/subscribers";
    api.on("GET", all, Access::Read, list_subscribers);
    api.on("POST", all, Access::Write, add_subscriber);
    api.on("GET", all + "/{id}", Access::Read, show_subscriber);
    api.on("DELETE", all + "/{id}", Access::Write, remove_subscriber);
    api.on("POST", all + "/{id}/rewind", Access::Write, rewind_subscriber);
    api.on("POST", all + "/{id}/rotate", Access::Write, rotate_subscriber);
    api.on("POST", all + "/{id}/revoke", Access::Write, revoke_subscriber);
}

}  // namespace lumos::console
