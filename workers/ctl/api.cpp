#include "workers/ctl/api.h"

#include "workers/ctl/session.h"
#include "workers/shared/http/client.h"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <chrono>

namespace lumos::ctl {
namespace {

namespace json = boost::json;

// Longer than the console's own longest work: a provider call for each of its limits.
constexpr std::chrono::milliseconds kDeadline{60'000};
constexpr std::chrono::milliseconds kConnectTimeout{5'000};

Exit exit_of(int http_status) {
    if (http_status == 404) {
        return Exit::NotFound;
    }
    return http_status >= 400 && http_status < 500 ? Exit::Refused : Exit::Failed;
}

std::string text_in(const json::value& problem, const char* field) {
    const json::object* object = problem.if_object();
    const json::value* value = object == nullptr ? nullptr : object->if_contains(field);
    return value != nullptr && value->is_string() ? std::string(value->as_string()) : "";
}

// "field: detail; fix", with what there is of it.
std::string explained(const json::value& problem, int http_status) {
    std::string text = text_in(problem, "detail");
    if (text.empty()) {
        text = text_in(problem, "title");
    }
    if (text.empty()) {
        text = fmt::format("the console answered HTTP {}", http_status);
    }
    if (const std::string field = text_in(problem, "field"); !field.empty()) {
        text = field + ": " + text;
    }
    if (const std::string fix = text_in(problem, "fix"); !fix.empty()) {
        text += "; " + fix;
    }
    return text;
}

}  // namespace

Api::Api(std::string url, runtime::Secret token)
    : url_(std::move(url)),
      token_(std::move(token)),
      client_(std::make_unique<http::CurlClient>()) {
    while (url_.ends_with('/')) {
        url_.pop_back();
    }
}

Api::~Api() = default;

json::value Api::get(const std::string& path) {
    return call("GET", path, "");
}

json::value Api::post(const std::string& path, const json::value& body) {
    return call("POST", path, json::serialize(body));
}

json::value Api::patch(const std::string& path, const json::value& body) {
    return call("PATCH", path, json::serialize(body));
}

json::value Api::remove(const std::string& path) {
    return call("DELETE", path, "");
}

json::value Api::call(const std::string& method, const std::string& path, const std::string& body) {
    http::Request request;
    request.method = method;
    request.url = url_ + path;
    request.body = body;
    request.deadline = kDeadline;
    request.connect_timeout = kConnectTimeout;
    request.keep_alive = true;
    request.headers.emplace("Authorization", "Bearer " + token_.reveal());
    if (!body.empty()) {
        request.headers.emplace("Content-Type", "application/json");
    }
    const http::Response response = client_->send(request);
    if (!response.answered()) {
        throw CommandFailed(
            Exit::Unreachable,
            fmt::format(
                "cannot reach {}: {}. Is lumos-console running? LUMOS_API_URL",
                url_,
                response.error));
    }
    json::error_code broken;
    json::value answer = response.body.empty() ? json::value() : json::parse(response.body, broken);
    if (response.status >= 200 && response.status < 300) {
        if (broken) {
            throw CommandFailed(
                Exit::Failed, url_ + " answered something that is no JSON; is it the console?");
        }
        return answer;
    }
    if (response.status == 401) {
        throw CommandFailed(
            Exit::Refused,
            explained(broken ? json::value() : answer, 401) +
                ". Set LUMOS_API_TOKEN or LUMOS_API_TOKEN_FILE");
    }
    throw CommandFailed(
        exit_of(response.status), explained(broken ? json::value() : answer, response.status));
}

std::string percent_encoded(const std::string& text) {
    std::string encoded;
    for (const char c : text) {
        const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                              (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' ||
                              c == '~';
        encoded +=
            is_plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
    return encoded;
}

}  // namespace lumos::ctl
