#include "workers/console/problem.h"

#include <boost/json.hpp>

#include <array>
#include <utility>

namespace lumos::console {
namespace {

struct Known {
    ProblemType type;
    int status;
    std::string_view name;
    std::string_view title;
};

constexpr std::array<Known, 10> kKnown{{
    {ProblemType::InvalidField, 422, "invalid-field", "A field is not valid"},
    {ProblemType::PlanLimit, 403, "plan-limit", "The plan does not include this"},
    {ProblemType::Conflict, 409, "conflict", "This does not fit what is there"},
    {ProblemType::InUse, 409, "in-use", "It is still used"},
    {ProblemType::NotFound, 404, "not-found", "There is no such thing"},
    {ProblemType::Unauthorized, 401, "unauthorized", "A valid token is needed"},
    {ProblemType::Forbidden, 403, "forbidden", "This token may not do that"},
    {ProblemType::ProviderRejected, 422, "provider-rejected", "The DNS provider said no"},
    {ProblemType::RateLimited, 429, "rate-limited", "Too many requests for now"},
    {ProblemType::Unavailable, 503, "unavailable", "Not possible at the moment"},
}};

const Known& known(ProblemType type) {
    for (const auto& one : kKnown) {
        if (one.type == type) {
            return one;
        }
    }
    return kKnown.back();
}

boost::json::value or_null(const std::string& text) {
    return text.empty() ? boost::json::value(nullptr) : boost::json::value(text);
}

}  // namespace

std::string_view to_string(ProblemType type) {
    return known(type).name;
}

Problem::Problem(ProblemType type_of_it, const std::string& detail_of_it, std::string fix_of_it)
    : std::runtime_error(detail_of_it),
      type(type_of_it),
      status(known(type_of_it).status),
      detail(detail_of_it),
      fix(std::move(fix_of_it)) {}

Problem invalid_field(std::string field, const std::string& detail, std::string fix) {
    Problem problem(ProblemType::InvalidField, detail, std::move(fix));
    problem.field = std::move(field);
    return problem;
}

Problem not_found(const std::string& what, const std::string& name) {
    return {ProblemType::NotFound, "there is no " + what + " " + name};
}

Problem conflict(const std::string& detail, std::string fix) {
    return {ProblemType::Conflict, detail, std::move(fix)};
}

Problem in_use(const std::string& detail, std::string list_name, std::vector<std::string> list) {
    Problem problem(ProblemType::InUse, detail);
    problem.list_name = std::move(list_name);
    problem.list = std::move(list);
    return problem;
}

Problem problem_of_constraint(const std::string& constraint) {
    struct Meaning {
        std::string_view constraint;
        std::string_view detail;
    };
    static constexpr std::array<Meaning, 14> kMeanings{{
        {"accounts_slug_unique", "there is an account with that id already"},
        {"servers_slug_unique", "there is a server with that id already"},
        {"providers_slug_unique", "there is a provider with that id already"},
        {"channels_slug_unique", "there is a channel with that id already"},
        {"tokens_slug_unique", "there is a token with that name already"},
        {"subscribers_slug_unique", "there is a subscriber with that id already"},
        {"zones_name_unique", "this account has that zone already"},
        {"domains_name_unique", "that name is already managed"},
        {"zones_provider", "a zone uses it"},
        {"domains_zone", "a domain uses it"},
        {"domains_published_server", "a domain is published there"},
        {"domain_servers_server", "a domain uses it"},
        {"servers_has_address", "a server needs an IPv4 or an IPv6 address"},
        {"accounts_plan_known", "there is no such plan"},
    }};
    for (const auto& meaning : kMeanings) {
        if (meaning.constraint == constraint) {
            return conflict(std::string(meaning.detail));
        }
    }
    return conflict("the database refused it: " + constraint);
}

http::ServerResponse to_response(const Problem& problem) {
    const auto& kind = known(problem.type);
    boost::json::object body{
        {"type", "urn:lumos:problem:" + std::string(kind.name)},
        {"title", kind.title},
        {"status", problem.status},
        {"field", or_null(problem.field)},
        {"detail", problem.detail},
        {"fix", or_null(problem.fix)}};
    if (!problem.code.empty()) {
        body["code"] = problem.code;
    }
    if (!problem.list_name.empty()) {
        body[problem.list_name] = boost::json::value_from(problem.list);
    }
    http::ServerResponse response;
    response.status = problem.status;
    response.content_type = "application/problem+json";
    response.body = boost::json::serialize(body);
    if (problem.retry_after_seconds) {
        response.headers.emplace("Retry-After", std::to_string(*problem.retry_after_seconds));
    }
    if (problem.type == ProblemType::Unauthorized) {
        response.headers.emplace("WWW-Authenticate", "Bearer");
    }
    return response;
}

}  // namespace lumos::console
