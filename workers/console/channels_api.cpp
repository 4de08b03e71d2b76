// Notification channels. A webhook's secret is made here, kept encrypted, and shown once.

#include "schemas/event_messages.h"
#include "sql/console_channel_store.h"
#include "workers/console/answers.h"
#include "workers/console/api.h"
#include "workers/console/fields.h"
#include "workers/console/input_rule.h"
#include "workers/console/problem.h"
#include "workers/console/test_delivery.h"
#include "workers/console/webhook_target.h"

#include <boost/json.hpp>
#include <sodium.h>

#include <array>

namespace lumos::console {
namespace {

namespace store = sql::console;
using http::ServerResponse;

boost::json::object settings_of(const store::Channel& channel) {
    return {
        {"id", channel.slug},
        {"name", channel.name},
        {"kind", channel.kind},
        {"target", channel.target},
        {"alerts", list_or_null(channel.alerts)},
        {"enabled", !channel.disabled_at}};
}

boost::json::object shown(const store::Channel& channel) {
    auto json = settings_of(channel);
    json["disabledAt"] = or_null(channel.disabled_at);
    json["disabledWhy"] = or_null(channel.disabled_why);
    json["createdAt"] = to_rfc3339(channel.created_at);
    return json;
}

store::Channel channel_of(store::Work& work, const store::Account& account, const Call& call) {
    auto channel = store::find_channel(work, account.id, call.path("id"));
    if (!channel) {
        throw not_found("channel", call.path("id"));
    }
    return *std::move(channel);
}

// Standard Webhooks' form: the key is what stands behind the prefix, decoded.
runtime::Secret new_webhook_secret() {
    std::array<unsigned char, 32> key{};
    randombytes_buf(key.data(), key.size());
    constexpr int kForm = sodium_base64_VARIANT_ORIGINAL;
    std::array<char, sodium_base64_ENCODED_LEN(32, kForm)> text{};
    sodium_bin2base64(text.data(), text.size(), key.data(), key.size(), kForm);
    return runtime::Secret("whsec_" + std::string(text.data()));
}

void require_target(Parts& parts, const std::string& kind, const std::string& target) {
    if (kind == "webhook") {
        require_webhook_target(parts, target);
    } else if (const auto mistake = email_mistake(target)) {
        throw invalid_field("target", mistake->detail, mistake->fix);
    }
}

std::optional<std::vector<std::string>> alerts_of(
    const Fields& fields, const std::optional<std::vector<std::string>>& otherwise) {
    if (!fields.has("alerts")) {
        return otherwise;
    }
    auto alerts = fields.optional_texts("alerts");
    if (!alerts) {
        return std::nullopt;
    }
    if (alerts->empty()) {
        throw invalid_field("alerts", "no alert is chosen", "name some, or leave it out for all");
    }
    for (const auto& alert : *alerts) {
        if (const auto mistake = alert_mistake(alert, schemas::alert_names())) {
            throw invalid_field("alerts", mistake->detail, mistake->fix);
        }
    }
    return alerts;
}

ServerResponse list_channels(Parts& parts, const Call& call) {
    Session work(parts);
    const auto account = account_of(work, call);
    const auto page = page_of(call);
    boost::json::array items;
    std::string last;
    for (const auto& channel : store::channels(work, account.id, page)) {
        items.push_back(shown(channel));
        last = channel.slug;
    }
    const bool full = static_cast<std::int64_t>(items.size()) == page.limit;
    return answer_page(std::move(items), full ? std::optional(last) : std::nullopt);
}

ServerResponse show_channel(Parts& parts, const Call& call) {
    Session work(parts);
    const auto channel = channel_of(work, account_of(work, call), call);
    return answer_with_etag(shown(channel), etag_of(settings_of(channel)));
}

store::Channel wished_channel(const Fields& fields) {
    store::Channel channel;
    channel.slug = fields.slug("id");
    channel.name = fields.display_name("name", channel.slug);
    channel.kind = fields.text("kind");
    if (channel.kind != "email" && channel.kind != "webhook") {
        throw invalid_field(
            "kind",
            "there is no channel kind \"" + channel.kind.substr(0, 80) + "\"",
            "use email or webhook");
    }
    channel.target = fields.text("target");
    channel.alerts = alerts_of(fields, std::nullopt);
    return channel;
}

ServerResponse add_channel(Parts& parts, const Call& call) {
    const Fields fields(call.request.body, {"id", "name", "kind", "target", "alerts"});
    const auto channel = wished_channel(fields);
    require_account(call, call.path("account"));
    require_target(parts, channel.kind, channel.target);
    Session work(parts);
    const auto account = account_of(work, call);
    const auto id = store::add_channel(work, account.id, channel);
    std::optional<std::string> secret_shown;
    if (channel.kind == "webhook") {
        const auto secret = new_webhook_secret();
        const auto sealed =
            parts.keys.lock()->seal(secret, "channels/" + std::to_string(id) + "/secret");
        store::set_channel_secret(work, id, {sealed.key_id, sealed.box});
        secret_shown = call.dry_run ? std::nullopt : std::optional(secret.reveal());
    }
    const auto added = store::find_channel(work, account.id, channel.slug).value();
    auto entry = audit_of(call, account.id, "channel.add", channel.slug);
    entry.after = text_of(settings_of(added));
    work->audit(entry);
    finish(work, call);
    auto json = shown(added);
    json["secret"] = or_null(secret_shown);
    return answer_with_etag(json, etag_of(settings_of(added)), 201);
}

ServerResponse set_channel(Parts& parts, const Call& call) {
    const Fields fields(call.request.body, {"name", "target", "alerts", "enabled"});
    if (const auto target = fields.optional_text("target")) {
        std::string kind;
        {
            Session work(parts);
            kind = channel_of(work, account_of(work, call), call).kind;
        }
        require_target(parts, kind, *target);
    }
    Session work(parts);
    const auto account = account_of(work, call);
    const auto before = store::hold_channel(work, account.id, call.path("id"));
    if (!before) {
        throw not_found("channel", call.path("id"));
    }
    require_match(call, etag_of(settings_of(*before)));
    auto wanted = *before;
    wanted.name = fields.display_name("name", before->name);
    wanted.target = fields.optional_text("target").value_or(before->target);
    wanted.alerts = alerts_of(fields, before->alerts);
    if (fields.boolean("enabled", !before->disabled_at)) {
        wanted.disabled_at = std::nullopt;
    } else if (!wanted.disabled_at) {
        wanted.disabled_at = parts.clock.now();
    }
    store::edit_channel(work, wanted);
    const auto after = store::find_channel(work, account.id, before->slug).value();
    auto entry = audit_of(call, account.id, "channel.set", before->slug);
    entry.before = text_of(settings_of(*before));
    entry.after = text_of(settings_of(after));
    work->audit(entry);
    finish(work, call);
    return answer_with_etag(shown(after), etag_of(settings_of(after)));
}

ServerResponse remove_channel(Parts& parts, const Call& call) {
    Session work(parts);
    const auto account = account_of(work, call);
    const auto channel = store::hold_channel(work, account.id, call.path("id"));
    if (!channel) {
        throw not_found("channel", call.path("id"));
    }
    require_match(call, etag_of(settings_of(*channel)));
    store::remove_channel(work, channel->id);
    auto entry = audit_of(call, account.id, "channel.remove", channel->slug);
    entry.before = text_of(settings_of(*channel));
    work->audit(entry);
    finish(work, call);
    return answer(boost::json::object{{"removed", true}, {"id", channel->slug}});
}

}  // namespace

void add_channel_routes(Api& api) {
    const std::string all = "/api/v1/accounts/{account}/channels";
    api.on("GET", all, Access::Read, list_channels);
    api.on("POST", all, Access::Write, add_channel);
    api.on("GET", all + "/{id}", Access::Read, show_channel);
    api.on("PATCH", all + "/{id}", Access::Write, set_channel);
    api.on("DELETE", all + "/{id}", Access::Write, remove_channel);
    api.on("POST", all + "/{id}/test", Access::Write, test_channel);
}

}  // namespace lumos::console
