#include "workers/failover/provider_problem.h"

#include <boost/json.hpp>

namespace lumos::failover {
namespace {

namespace json = boost::json;

json::value number_or_null(std::optional<std::int64_t> number) {
    return number ? json::value(*number) : json::value(nullptr);
}

std::optional<std::int64_t> number_at(const json::object& object, const char* key) {
    const auto* value = object.if_contains(key);
    return value != nullptr && value->is_int64() ? std::optional(value->as_int64()) : std::nullopt;
}

std::string text_at(const json::object& object, const char* key) {
    const auto* value = object.if_contains(key);
    return value != nullptr && value->is_string() ? std::string(value->as_string()) : "";
}

}  // namespace

ProviderProblem problem_of(const dns::ProviderError& error) {
    ProviderProblem problem;
    if (!error.reason.empty()) {
        problem.code = error.reason == "rejected" ? "provider_rejected" : error.reason;
    }
    if (error.http_status != 0) {
        problem.http_status = error.http_status;
    }
    if (error.code != 0) {
        problem.provider_code = error.code;
    }
    problem.message = error.message;
    return problem;
}

std::string in_words(const ProviderProblem& problem) {
    std::string said = problem.provider_code ? std::to_string(*problem.provider_code) + " " : "";
    said += problem.message.empty() ? "nothing" : problem.message;
    return "The DNS provider says: " + said + ".";
}

std::string write_problem(const ProviderProblem& problem) {
    return json::serialize(json::object{
        {"reason", problem.code},
        {"httpStatus", number_or_null(problem.http_status)},
        {"code", number_or_null(problem.provider_code)},
        {"message", problem.message}});
}

std::optional<ProviderProblem> read_problem(const std::optional<std::string>& text) {
    if (!text) {
        return std::nullopt;
    }
    const auto value = json::parse(*text);
    if (!value.is_object()) {
        return std::nullopt;
    }
    const auto& object = value.as_object();
    ProviderProblem problem;
    if (const auto reason = text_at(object, "reason"); !reason.empty()) {
        problem.code = reason;
    }
    problem.http_status = number_at(object, "httpStatus");
    problem.provider_code = number_at(object, "code");
    problem.message = text_at(object, "message");
    return problem;
}

}  // namespace lumos::failover
