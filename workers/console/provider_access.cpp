#include "workers/console/provider_access.h"

#include "sql/connection.h"
#include "workers/console/problem.h"

#include <cmath>

namespace lumos::console {
namespace {

namespace store = sql::console;

constexpr std::chrono::seconds kBlockedUsually{300};

Problem rejected(const dns::ProviderError& error, std::string field, std::string fix) {
    std::string detail = "the DNS provider says";
    if (error.code != 0) {
        detail += " " + std::to_string(error.code);
    }
    Problem problem(ProblemType::ProviderRejected, detail + ": " + error.message, std::move(fix));
    problem.field = std::move(field);
    problem.code = error.reason;
    return problem;
}

Problem rate_limited(const std::string& detail, std::chrono::seconds wait) {
    Problem problem(
        ProblemType::RateLimited, detail, "try again in " + std::to_string(wait.count()) + " s");
    problem.retry_after_seconds = wait.count();
    problem.code = "rate_limited";
    return problem;
}

}  // namespace

std::string token_context(std::int64_t provider_id) {
    return "providers/" + std::to_string(provider_id) + "/token";
}

std::unique_ptr<dns::Provider> open_provider(Parts& parts, const store::Provider& provider) {
    auto token = parts.keys.lock()->open(
        {provider.token.key_id, provider.token.box}, token_context(provider.id));
    return parts.make_provider(provider.kind, std::move(token));
}

void take_calls_or_refuse(Parts& parts, std::int64_t provider_id, std::int64_t calls) {
    const auto lease = parts.database.lease();
    if (const auto wait = store::take_calls(*lease, provider_id, calls)) {
        throw rate_limited(
            "the calls of this token are kept for switches for now",
            std::chrono::seconds(std::llround(std::ceil(wait->count()))));
    }
}

void refuse_for(
    Parts& parts,
    std::optional<std::int64_t> provider_id,
    const dns::ProviderError& error,
    const std::optional<std::chrono::seconds>& retry_after) {
    if (error.reason == "rate_limited") {
        const auto wait = retry_after.value_or(kBlockedUsually);
        if (provider_id) {
            const auto lease = parts.database.lease();
            store::block_provider(*lease, *provider_id, Seconds(wait));
        }
        throw rate_limited("the DNS provider says: " + error.message, wait);
    }
    if (error.reason == "token_invalid") {
        throw rejected(
            error,
            "token",
            "create a new token at the provider: lumosctl provider set ID --token-stdin");
    }
    if (error.reason == "token_permission") {
        throw rejected(error, "token", "grant the token Zone:DNS:Edit for this zone");
    }
    if (error.reason == "zone_unknown") {
        throw rejected(
            error,
            "zone",
            "look at lumosctl zone list --available; a token that may not list zones needs "
            "--zone-id");
    }
    if (error.reason == "provider_unreachable") {
        Problem problem(
            ProblemType::Unavailable,
            "the DNS provider does not answer: " + error.message,
            "try again in a moment");
        problem.code = error.reason;
        throw problem;
    }
    throw rejected(error, "", "");
}

void prove_permission(
    Parts& parts,
    std::optional<std::int64_t> provider_id,
    dns::Provider& provider,
    const std::string& zone_id,
    const std::string& zone_name) {
    if (value_or_refuse(parts, provider_id, provider.may_edit(zone_id, kProviderDeadline))) {
        return;
    }
    Problem problem(
        ProblemType::ProviderRejected,
        "the token may read " + zone_name + " but not edit its records",
        "grant the token Zone:DNS:Edit for " + zone_name);
    problem.field = "token";
    problem.code = "token_permission";
    throw problem;
}

}  // namespace lumos::console
