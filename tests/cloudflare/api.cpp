#include "tests/cloudflare/api.h"

#include "tests/cloudflare/change.h"
#include "tests/cloudflare/listing.h"
#include "workers/shared/runtime/ids.h"

#include <fmt/format.h>

#include <algorithm>

namespace lumos::simulator {
namespace {

namespace json = boost::json;

std::vector<std::string> segments_of(const std::string& path) {
    std::vector<std::string> segments;
    for (std::size_t start = 1; start <= path.size();) {
        const std::size_t slash = std::min(path.find('/', start), path.size());
        segments.push_back(path.substr(start, slash - start));
        start = slash + 1;
    }
    if (!segments.empty() && segments.back().empty()) {
        segments.pop_back();
    }
    return segments;
}

bool is_id(const std::string& text) {
    return text.size() == 32 &&
           std::ranges::all_of(text, [](unsigned char c) { return std::isxdigit(c) != 0; });
}

json::value parsed_body(const HttpRequest& request) {
    json::error_code failed;
    json::value body = json::parse(request.body, failed);
    if (failed) {
        throw ApiError(400, 9207, "Request body is invalid.");
    }
    return body;
}

[[noreturn]] void refuse_route(const std::string& path) {
    throw ApiError(
        400,
        7003,
        fmt::format(
            "Could not route to {}{}, perhaps your object identifier is invalid?",
            kApiPrefix,
            path));
}

[[noreturn]] void refuse_method(const std::string& method) {
    throw ApiError(405, 7001, fmt::format("Method {} not available for that URI.", method));
}

[[noreturn]] void refuse_permission() {
    throw ApiError(403, 10000, "Authentication error", Complainer::Gateway);
}

HttpReply rate_limited(const Switches& switches, std::chrono::seconds wait) {
    HttpReply reply;
    if (switches.rate_limit_body == "html") {
        reply = HttpReply{
            .status = 429, .content_type = "text/html", .headers = {}, .body = "<html>429</html>"};
    } else if (switches.rate_limit_body == "10100") {
        reply = refusal(ApiError(
            429,
            10100,
            "More than 1200 requests per 300 seconds reached. Please wait and consider throttling "
            "your request speed"));
    } else if (switches.rate_limit_body == "10429") {
        reply = refusal(ApiError(
            429, 10429, "Rate limited. Please wait and consider throttling your request speed"));
    } else {
        reply =
            refusal(ApiError(429, 971, "Please wait and consider throttling your request speed"));
    }
    reply.headers.emplace_back("retry-after", std::to_string(wait.count()));
    return reply;
}

}  // namespace

// One request on its way.
struct Api::Call {
    const HttpRequest& request;
    std::string path;
    std::vector<std::string> segments;
    Switches switches;
    std::chrono::milliseconds stale;
    Token token;
    std::size_t remaining = 0;
    std::optional<std::chrono::seconds> retry_after;
    bool changed = false;
};

Api::Api(
    Store& store, std::vector<Token> tokens, RateLimit::Limits limits, const runtime::Clock& clock)
    : store_(store),
      clock_(clock),
      tokens_(std::move(tokens)),
      rate_limit_(limits) {}

Switches Api::switches() const {
    return *switches_.lock();
}

void Api::set(const std::string& name, const std::string& value) {
    set_switch(*switches_.lock(), name, value);
}

void Api::set_tokens(std::vector<Token> tokens) {
    *tokens_.lock() = std::move(tokens);
}

Api::Outcome Api::handle(
    const HttpRequest& request, const std::string& path, std::chrono::milliseconds stale) {
    Call call{request, path, segments_of(path), switches(), stale, {}, 0, std::nullopt, false};
    HttpReply reply;
    try {
        call.token = authenticated(request, path);
        require_budget(call);
        reply = call.retry_after ? rate_limited(call.switches, *call.retry_after) : dispatch(call);
    } catch (const ApiError& error) {
        reply = refusal(error);
    } catch (const std::exception& problem) {
        reply =
            refusal(ApiError(500, 1000, std::string("the simulator failed: ") + problem.what()));
    }
    add_headers(reply, call);
    return {std::move(reply), call.token.name, call.changed};
}

Token Api::authenticated(const HttpRequest& request, const std::string& path) const {
    const std::string header = request.header("authorization");
    if (header.empty()) {
        throw ApiError(
            400,
            9106,
            "Missing X-Auth-Key, X-Auth-Email or Authorization headers",
            Complainer::Gateway);
    }
    constexpr std::string_view bearer = "Bearer ";
    const std::string text = header.starts_with(bearer) ? header.substr(bearer.size()) : "";
    return known_token(text, path);
}

Token Api::known_token(const std::string& text, const std::string& path) const {
    const auto tokens = *tokens_.lock();
    const auto found = std::ranges::find(tokens, text, &Token::text);
    if (found != tokens.end()) {
        if (found->barred_address) {
            throw ApiError(
                403,
                9109,
                "Cannot use the access token from location: 203.0.113.9",
                Complainer::Gateway);
        }
        return *found;
    }
    if (!has_token_shape(text)) {
        throw ApiError(400, 6111, "Invalid format for Authorization header", Complainer::Headers);
    }
    if (tokens.empty()) {
        Token anybody;
        anybody.text = text;
        anybody.may_edit = true;
        return anybody;
    }
    const Switches now = switches();
    if (path == "/user/tokens/verify" || path.ends_with("/tokens/verify")) {
        throw ApiError(static_cast<int>(now.verify_bad_token_status), 1000, "Invalid API Token");
    }
    if (path == "/zones") {
        throw ApiError(static_cast<int>(now.zones_bad_token_status), 9109, "Invalid access token");
    }
    throw ApiError(401, 10000, "Authentication error", Complainer::Gateway);
}

void Api::require_budget(Call& call) {
    const auto decision = rate_limit_.count(call.token.user, clock_.steady());
    call.remaining = decision.remaining;
    call.retry_after = decision.retry_after;
}

HttpReply Api::dispatch(Call& call) {
    const auto& at = call.segments;
    const bool verifies = at.size() >= 3 && at[at.size() - 2] == "tokens" && at.back() == "verify";
    if (verifies && (at[0] == "user" || at[0] == "accounts")) {
        return verify(call);
    }
    if (call.token.status != "active") {
        throw ApiError(401, 10000, "Authentication error", Complainer::Gateway);
    }
    if (at.size() == 1 && at[0] == "zones") {
        return zones(call);
    }
    if (at.size() < 2 || at[0] != "zones" || !is_id(at[1])) {
        refuse_route(call.path);
    }
    return zone(call);
}

HttpReply Api::verify(const Call& call) const {
    if (call.request.method != "GET") {
        refuse_method(call.request.method);
    }
    const bool for_account = call.segments[0] == "accounts";
    if (for_account != call.token.of_account) {
        throw ApiError(
            static_cast<int>(call.switches.verify_bad_token_status), 1000, "Invalid API Token");
    }
    json::object result{{"id", "ed17574386854bf78a67040be0a770b0"}, {"status", call.token.status}};
    if (!call.token.expires_on.empty()) {
        result["expires_on"] = call.token.expires_on;
    }
    return json_reply(
        200,
        json::object{
            {"result", std::move(result)},
            {"success", true},
            {"errors", json::array()},
            {"messages",
             json::array{json::object{
                 {"code", 10000},
                 {"message", "This API Token is valid and active"},
                 {"type", nullptr}}}}});
}

HttpReply Api::zones(const Call& call) const {
    if (call.request.method != "GET") {
        refuse_method(call.request.method);
    }
    if (!call.token.may_list || !call.switches.edit_lists_zones) {
        throw ApiError(
            403,
            0,
            "Actor 'com.cloudflare.api.token.ed17574386854bf78a67040be0a770b0' requires permission "
            "'com.cloudflare.api.account.zone.list' to list zones");
    }
    std::vector<ListedZone> listed;
    for (const ZoneInfo& zone : store_.zones()) {
        if (call.token.sees(zone)) {
            listed.push_back({zone, call.token.may_edit});
        }
    }
    return list_zones(std::move(listed), call.request, call.switches);
}

ZoneInfo Api::visible_zone(const Call& call, const std::string& id) const {
    const auto found = store_.zone(id);
    if (!found || !call.token.sees(*found)) {
        refuse_permission();
    }
    return *found;
}

HttpReply Api::zone(Call& call) {
    const auto& at = call.segments;
    const ZoneInfo zone = visible_zone(call, at[1]);
    if (at.size() == 2) {
        if (call.request.method != "GET") {
            refuse_method(call.request.method);
        }
        if (!call.token.may_list) {
            refuse_permission();
        }
        return success(to_json(zone, call.token.may_edit));
    }
    if (at[2] != "dns_records" || at.size() > 4) {
        refuse_route(call.path);
    }
    if (call.request.method != "GET" && !call.token.may_edit) {
        refuse_permission();
    }
    return at.size() == 3 ? records(call, zone) : record(call, zone, at[3]);
}

HttpReply Api::records(Call& call, const ZoneInfo& zone) {
    if (call.request.method == "GET") {
        return list_records(*store_.records(zone.id, call.stale), call.request);
    }
    if (call.request.method != "POST") {
        refuse_method(call.request.method);
    }
    const json::value body = parsed_body(call.request);
    return change(call, zone, [&](Records& all, const ChangeContext& context) {
        return create(all, body, context);
    });
}

HttpReply Api::record(Call& call, const ZoneInfo& zone, const std::string& id) {
    const std::string& method = call.request.method;
    if (id == "batch" && method == "POST") {
        const json::value body = parsed_body(call.request);
        return change(call, zone, [&](Records& all, const ChangeContext& context) {
            return batch(all, body, context);
        });
    }
    if (id == "export" && method == "GET") {
        return export_records(*store_.records(zone.id, call.stale), zone);
    }
    if (!is_id(id)) {
        refuse_route(call.path);
    }
    if (method == "GET") {
        const auto all = store_.records(zone.id, call.stale);
        const auto found = all->find(id);
        if (found == all->end()) {
            throw ApiError(404, 81044, "Record does not exist.");
        }
        return success(to_json(found->second));
    }
    if (method == "DELETE") {
        return change(call, zone, [&](Records& all, const ChangeContext&) {
            return json::value(json::object{{"id", remove(all, id).at("id")}});
        });
    }
    if (method != "PUT" && method != "PATCH") {
        refuse_method(method);
    }
    const json::value body = parsed_body(call.request);
    return change(call, zone, [&](Records& all, const ChangeContext& context) {
        return method == "PUT" ? overwrite(all, id, body, context) : edit(all, id, body, context);
    });
}

HttpReply Api::change(Call& call, const ZoneInfo& zone, const Store::Change& change) {
    json::value shown = store_.change(zone.id, call.switches, change);
    call.changed = true;
    return success(std::move(shown));
}

void Api::add_headers(HttpReply& reply, const Call& call) const {
    const RateLimit::Limits limits = rate_limit_.limits();
    reply.headers.insert(
        reply.headers.end(),
        {{"CF-Ray", runtime::random_hex(8) + "-SIM"},
         {"CF-Cache-Status", "DYNAMIC"},
         {"Server", "cloudflare"},
         {"cf-auditlog-id", runtime::new_uuid(clock_.now())}});
    if (call.switches.rate_limit_headers && limits.requests > 0) {
        const bool listing = call.path == "/zones";
        const std::string policy = listing ? "list_zones" : "default";
        const std::size_t shown =
            call.switches.rate_limit_counts ? call.remaining : limits.requests - 1;
        reply.headers.emplace_back("Ratelimit", fmt::format("\"{}\";r={};t=1", policy, shown));
        reply.headers.emplace_back(
            "Ratelimit-Policy",
            fmt::format("\"{}\";q={};w={}", policy, limits.requests, limits.window.count()));
    }
}

}  // namespace lumos::simulator
