#include "workers/console/call.h"

#include "sql/error.h"
#include "workers/console/problem.h"
#include "workers/shared/outbox/outbox.h"

#include <charconv>

namespace lumos::console {
namespace {

constexpr std::int64_t kLimitUsual = 100;
constexpr std::int64_t kLimitMax = 500;

std::int64_t limit_of(const Call& call) {
    const auto text = call.query("limit");
    if (!text) {
        return kLimitUsual;
    }
    std::int64_t limit = 0;
    const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), limit);
    if (error != std::errc() || end != text->data() + text->size() || limit < 1 ||
        limit > kLimitMax) {
        throw invalid_field("limit", "limit must be a number from 1 to 500");
    }
    return limit;
}

}  // namespace

std::string Call::path(const std::string& name) const {
    const auto found = request.captures.find(name);
    return found == request.captures.end() ? std::string() : found->second;
}

std::optional<std::string> Call::query(const std::string& name) const {
    const auto found = request.query.find(name);
    return found == request.query.end() || found->second.empty() ? std::nullopt
                                                                 : std::optional(found->second);
}

std::optional<std::string> Call::header(std::string_view name) const {
    return http::find_header(request.headers, name);
}

void require_account(const Call& call, const std::string& slug) {
    if (!call.caller.is_admin() && call.caller.account != slug) {
        throw not_found("account", slug);
    }
}

sql::console::Account account_of(sql::console::Work& work, const Call& call) {
    const auto slug = call.path("account");
    require_account(call, slug);
    auto account = sql::console::find_account(work, slug);
    if (!account) {
        throw not_found("account", slug);
    }
    return *std::move(account);
}

sql::console::Page page_of(const Call& call) {
    return {.after = call.query("after").value_or(""), .limit = limit_of(call)};
}

void hold_zones_or_refuse(sql::console::Work& work, const std::vector<std::int64_t>& zone_ids) {
    try {
        sql::console::hold_zones(work, zone_ids);
    } catch (const sql::Busy&) {
        Problem problem = conflict("a switch is in progress, try again", "repeat in a few seconds");
        problem.retry_after_seconds = 5;
        throw problem;
    }
}

void wake(Parts& parts, const Call& call, const std::vector<sql::console::ZoneRequest>& requests) {
    if (call.dry_run) {
        return;
    }
    for (const auto& request : requests) {
        parts.outbox.check(
            {.account = request.account,
             .is_zone = true,
             .name = request.zone,
             .trigger = "config_change",
             .id = request.request_id,
             .trigger_id = std::nullopt});
    }
}

void finish(sql::console::Work& work, const Call& call) {
    if (!call.dry_run) {
        work.commit();
    }
}

sql::console::AuditEntry audit_of(
    const Call& call,
    std::optional<std::int64_t> account_id,
    std::string action,
    std::string subject) {
    return {
        .account_id = account_id,
        .actor = call.caller.name,
        .action = std::move(action),
        .subject = std::move(subject),
        .before = std::nullopt,
        .after = std::nullopt};
}

void require_match(const Call& call, const std::string& etag) {
    const auto wanted = call.header("If-Match");
    if (!wanted || *wanted == "*" || *wanted == etag) {
        return;
    }
    Problem problem = conflict(
        "it was changed since you read it", "read it again, then repeat with its new ETag");
    problem.status = 412;
    throw problem;
}

}  // namespace lumos::console
