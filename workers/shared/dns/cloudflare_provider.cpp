#include "workers/shared/dns/cloudflare_provider.h"

#include "workers/shared/dns/cloudflare_record.h"
#include "workers/shared/dns/idna.h"
#include "workers/shared/runtime/errors.h"
#include "workers/shared/runtime/ids.h"
#include "workers/shared/runtime/metrics.h"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace lumos::dns {
namespace {

namespace json = boost::json;

constexpr int kZonesPerPage = 50;
constexpr int kZonePagesMax = 200;
constexpr int kRecordsPerPage = 5'000;
constexpr std::size_t kBodyBytesMax =
    32UL * 1024 * 1024;  // 5,000 records with long comments and tags.
constexpr std::chrono::milliseconds kConnectTimeout{3'000};
constexpr std::int64_t kBatchMaxFree = 200;
constexpr std::int64_t kBatchMaxPaid = 3'500;
constexpr const char* kAgent = "lumos-failover/1";

std::string percent_encoded(std::string_view text) {
    std::string out;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        const bool plain = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
                           (byte >= '0' && byte <= '9') || byte == '-' || byte == '.' ||
                           byte == '_' || byte == '~';
        out += plain ? std::string(1, c) : fmt::format("%{:02X}", byte);
    }
    return out;
}

bool is_id(std::string_view text) {
    return text.size() == 32 && std::ranges::all_of(text, [](char c) {
               return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
           });
}

std::string records_path(std::string_view zone_id) {
    return "/zones/" + percent_encoded(zone_id) + "/dns_records";
}

std::string text_at(const json::value& value, std::initializer_list<std::string_view> path) {
    const json::value* at = &value;
    for (const std::string_view key : path) {
        at = at->is_object() ? at->get_object().if_contains(key) : nullptr;
        if (at == nullptr) {
            return {};
        }
    }
    return at->is_string() ? std::string(at->get_string()) : std::string();
}

bool may_edit_by_listing(const json::value& zone) {
    const json::value* permissions =
        zone.is_object() ? zone.get_object().if_contains("permissions") : nullptr;
    return permissions != nullptr && permissions->is_array() &&
           std::ranges::find(permissions->get_array(), json::value("#dns_records:edit")) !=
               permissions->get_array().end();
}

std::optional<Zone> read_zone(const json::value& value) {
    const std::string plan = text_at(value, {"plan", "legacy_id"});
    const bool paid = plan == "pro" || plan == "business" || plan == "enterprise";
    Zone zone{
        .id = text_at(value, {"id"}),
        .name = to_a_labels(text_at(value, {"name"})),
        .plan = plan,
        .batch_max = paid ? kBatchMaxPaid : kBatchMaxFree,
        .may_edit = may_edit_by_listing(value)};
    return zone.id.empty() || zone.name.empty() ? std::nullopt : std::optional(zone);
}

// A zone that is added meanwhile moves others to the next page, where they are seen again.
void add_zones(const json::array& items, std::vector<Zone>& found) {
    for (const json::value& item : items) {
        auto zone = read_zone(item);
        if (zone && std::ranges::find(found, zone->id, &Zone::id) == found.end()) {
            found.push_back(std::move(*zone));
        }
    }
}

template <typename T>
Answer<T> failed(int status, std::string message, std::string reason) {
    return Answer<T>{
        std::nullopt,
        ProviderError{status, 0, std::move(message), std::move(reason)},
        std::nullopt};
}

template <typename T>
Answer<T> not_understood(const std::string& what) {
    return failed<T>(200, "the answer holds no " + what, "provider_unreachable");
}

bool is_only_create(const std::vector<RecordEdit>& edits) {
    return edits.size() == 1 && edits.front().kind == RecordEdit::Kind::Create;
}

void measure(
    const std::string& method, const CloudflareReply& reply, std::chrono::duration<double> took) {
    static const std::vector<double> kBounds{0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 8};
    const std::string outcome = reply.ok() ? "ok" : reply.error().reason;
    runtime::metrics::Histogram(
        "lumos_provider_call_seconds",
        "Calls of DNS providers, by method and outcome",
        kBounds,
        {{"provider", "cloudflare"}, {"method", method}, {"outcome", outcome}})
        .observe(took.count());
}

// A batch is all or nothing: beside another edit, "exists already" means that the other was not
// made either.
bool exists_already(const CloudflareReply& reply) {
    return reply.error().code == 81058 || reply.error().code == 81057;
}

}  // namespace

CloudflareProvider::CloudflareProvider(
    const std::string& base_url, runtime::Secret token, http::Client& client)
    : base_url_(base_url),
      token_(std::move(token)),
      client_(client) {
    while (base_url_.ends_with('/')) {
        base_url_.pop_back();
    }
}

CloudflareProvider::Until CloudflareProvider::until(Millis deadline) const {
    return clock_.steady() + deadline;
}

// Anything else would be another header, or none that a server reads.
bool CloudflareProvider::can_be_sent() const {
    const std::string& text = token_.reveal();
    return !text.empty() && std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7F; });
}

CloudflareReply CloudflareProvider::call(
    const std::string& method, const std::string& path, const std::string& body, Until until) {
    const auto started = clock_.steady();
    const auto left = std::chrono::duration_cast<Millis>(until - started);
    http::Response response;
    if (!can_be_sent()) {
        response.status = 401;
        response.body =
            R"({"success":false,"errors":[{"code":0,"message":"the token is empty or no token"}]})";
    } else if (left <= Millis(0)) {
        response.failure = http::Failure::Timeout;
        response.error = "the time for this call was over before it began";
    } else {
        http::Request request;
        request.method = method;
        request.url = base_url_ + path;
        request.headers = {
            {"Authorization", "Bearer " + token_.reveal()},
            {"Accept", "application/json"},
            {"User-Agent", kAgent}};
        if (!body.empty()) {
            request.headers.emplace("Content-Type", "application/json");
        }
        request.body = body;
        request.deadline = left;
        request.connect_timeout = std::min(left, kConnectTimeout);
        request.body_bytes_max = kBodyBytesMax;
        request.keep_alive = true;
        response = client_.send(request);
    }
    CloudflareReply reply(response, token_.reveal(), clock_.now());
    measure(method, reply, clock_.steady() - started);
    return reply;
}

Answer<TokenState> CloudflareProvider::verify_at(const std::string& path, Until until) {
    const CloudflareReply reply = call("GET", path, "", until);
    if (!reply.ok()) {
        return reply.as_error<TokenState>();
    }
    if (reply.result() == nullptr || text_at(*reply.result(), {"status"}).empty()) {
        return not_understood<TokenState>("status of a token");
    }
    TokenState state;
    state.status = text_at(*reply.result(), {"status"});
    state.active = state.status == "active";
    const std::string expires_on = text_at(*reply.result(), {"expires_on"});
    state.expires_on = expires_on.empty() ? std::nullopt : std::optional(expires_on);
    return {state, {}, std::nullopt};
}

// A token that belongs to an account is unknown among the users'; the account's id stands in its
// zones.
Answer<TokenState> CloudflareProvider::verify_account_token(Until until) {
    const CloudflareReply reply =
        call("GET", fmt::format("/zones?page=1&per_page={}", kZonesPerPage), "", until);
    const json::value* zones = reply.ok() ? reply.result() : nullptr;
    if (zones == nullptr || !zones->is_array() || zones->get_array().empty()) {
        return reply.as_error<TokenState>();
    }
    const std::string account = text_at(zones->get_array().front(), {"account", "id"});
    if (account.empty()) {
        return not_understood<TokenState>("account of a zone");
    }
    return verify_at("/accounts/" + percent_encoded(account) + "/tokens/verify", until);
}

Answer<TokenState> CloudflareProvider::verify_token(Millis deadline) {
    const Until end = until(deadline);
    Answer<TokenState> of_user = verify_at("/user/tokens/verify", end);
    if (of_user.ok() || of_user.error.reason != "token_invalid" || !can_be_sent()) {
        return of_user;
    }
    Answer<TokenState> of_account = verify_account_token(end);
    return of_account.ok() ? of_account : of_user;
}

Answer<std::vector<Zone>> CloudflareProvider::zones_until(const std::string& filter, Until until) {
    std::vector<Zone> found;
    for (int page = 1; page <= kZonePagesMax; ++page) {
        const CloudflareReply reply = call(
            "GET",
            fmt::format("/zones?page={}&per_page={}{}", page, kZonesPerPage, filter),
            "",
            until);
        if (!reply.ok()) {
            return reply.as_error<std::vector<Zone>>();
        }
        if (reply.result() == nullptr || !reply.result()->is_array()) {
            return not_understood<std::vector<Zone>>("list of zones");
        }
        const json::array& items = reply.result()->get_array();
        add_zones(items, found);
        if (items.empty() || reply.info("total_pages").value_or(page + 1) <= page) {
            return {std::move(found), {}, std::nullopt};
        }
    }
    return failed<std::vector<Zone>>(
        200,
        fmt::format("the token sees more than {} zones", kZonePagesMax * kZonesPerPage),
        "rejected");
}

Answer<std::vector<Zone>> CloudflareProvider::zones(Millis deadline) {
    return zones_until("", until(deadline));
}

Answer<Zone> CloudflareProvider::zone(std::string_view name_or_id, Millis deadline) {
    const Until end = until(deadline);
    return is_id(name_or_id) ? zone_by_id(std::string(name_or_id), end)
                             : zone_by_name(to_a_labels(name_or_id), end);
}

Answer<Zone> CloudflareProvider::zone_by_id(const std::string& id, Until until) {
    const CloudflareReply reply = call("GET", "/zones/" + id, "", until);
    if (reply.ok()) {
        auto zone = reply.result() == nullptr ? std::nullopt : read_zone(*reply.result());
        return zone ? Answer<Zone>{std::move(zone), {}, std::nullopt}
                    : not_understood<Zone>("zone");
    }
    if (reply.error().reason != "token_permission") {
        return reply.as_error<Zone>();
    }
    // A token for records only may not see the zone itself. Whoever named the zone's id can do
    // without.
    const CloudflareReply records = call("GET", records_path(id) + "?page=1&per_page=1", "", until);
    if (!records.ok()) {
        return reply.as_error<Zone>();
    }
    Zone zone;
    zone.id = id;
    return {std::move(zone), {}, std::nullopt};
}

Answer<Zone> CloudflareProvider::zone_by_name(const std::string& name, Until until) {
    auto listed = zones_until("&name=" + percent_encoded(name), until);
    const auto pick = [&]() -> std::optional<Zone> {
        const auto found = std::ranges::find(*listed.value, name, &Zone::name);
        return found == listed.value->end() ? std::nullopt : std::optional(*found);
    };
    if (!listed.ok()) {
        return {std::nullopt, listed.error, listed.retry_after};
    }
    auto zone = pick();
    // Zones are listed under their Unicode names; how the filter takes an A-label is not
    // documented.
    if (!zone && name.find("xn--") != std::string::npos) {
        listed = zones_until("", until);
        if (!listed.ok()) {
            return {std::nullopt, listed.error, listed.retry_after};
        }
        zone = pick();
    }
    return zone ? Answer<Zone>{std::move(zone), {}, std::nullopt}
                : failed<Zone>(200, "the token sees no zone " + name, "zone_unknown");
}

Answer<bool> CloudflareProvider::may_edit(std::string_view zone_id, Millis deadline) {
    const Until end = until(deadline);
    const std::string nobody = runtime::random_hex(16);
    const CloudflareReply reply =
        call("PATCH", records_path(zone_id) + "/" + nobody, R"({"content":"192.0.2.1"})", end);
    const std::string& reason = reply.error().reason;
    if (reason == "token_permission") {
        const CloudflareReply reading =
            call("GET", records_path(zone_id) + "?page=1&per_page=1", "", end);
        return reading.ok() ? Answer<bool>{false, reply.error(), std::nullopt}
                            : reply.as_error<bool>();
    }
    // Only the service behind the gateway complains about a record.
    const bool asked_the_service = reply.ok() || (reply.definite_no() && reason == "rejected" &&
                                                  reply.error().http_status != 403);
    return asked_the_service ? Answer<bool>{true, {}, std::nullopt} : reply.as_error<bool>();
}

Answer<std::vector<Record>> CloudflareProvider::records_of(
    std::string_view zone_id, std::string_view name, Millis deadline) {
    const std::string wanted = to_a_labels(name);
    const CloudflareReply reply = call(
        "GET",
        fmt::format(
            "{}?name.exact={}&per_page={}",
            records_path(zone_id),
            percent_encoded(wanted),
            kRecordsPerPage),
        "",
        until(deadline));
    if (!reply.ok()) {
        return reply.as_error<std::vector<Record>>();
    }
    auto records = read_records(reply.result());
    if (!records) {
        return not_understood<std::vector<Record>>("list of records");
    }
    if (reply.info("total_pages").value_or(1) > 1) {
        return failed<std::vector<Record>>(
            200, "more records of " + wanted + " than fit a page", "rejected");
    }
    std::erase_if(*records, [&](const Record& record) { return record.name != wanted; });
    return {std::move(records), {}, std::nullopt};
}

Answer<RecordPage> CloudflareProvider::records_page(
    std::string_view zone_id, int page, Millis deadline) {
    const CloudflareReply reply = call(
        "GET",
        fmt::format("{}?page={}&per_page={}", records_path(zone_id), page, kRecordsPerPage),
        "",
        until(deadline));
    if (!reply.ok()) {
        return reply.as_error<RecordPage>();
    }
    auto records = read_records(reply.result());
    if (!records) {
        return not_understood<RecordPage>("list of records");
    }
    RecordPage found{.records = std::move(*records), .more = false, .next_page = 0};
    const auto pages = reply.info("total_pages");
    found.more =
        pages ? *pages > page : found.records.size() >= static_cast<std::size_t>(kRecordsPerPage);
    found.next_page = found.more ? page + 1 : 0;
    return {std::move(found), {}, std::nullopt};
}

WriteResult CloudflareProvider::write(
    std::string_view zone_id, const std::vector<RecordEdit>& edits, Millis deadline) {
    runtime::ensure(!edits.empty(), "a write has something to write");
    const bool single = edits.size() == 1 && edits.front().kind == RecordEdit::Kind::Update;
    const RecordEdit& first = edits.front();
    const CloudflareReply reply =
        single ? call(
                     "PATCH",
                     records_path(zone_id) + "/" + percent_encoded(first.before.id),
                     patch_body(first),
                     until(deadline))
               : call("POST", records_path(zone_id) + "/batch", batch_body(edits), until(deadline));
    if (!reply.ok()) {
        if (reply.definite_no() && is_only_create(edits) && exists_already(reply)) {
            return {Verdict::Applied, {}, std::nullopt};
        }
        return {
            reply.definite_no() ? Verdict::Refused : Verdict::Unknown,
            reply.error(),
            reply.retry_after()};
    }
    const auto different =
        single ? patch_difference(first, reply.result()) : batch_difference(edits, reply.result());
    if (!different) {
        return {Verdict::Applied, {}, std::nullopt};
    }
    return {
        Verdict::Unknown,
        ProviderError{
            200,
            0,
            clean_text("the answer differs from the request: " + *different, token_.reveal()),
            "rejected"},
        std::nullopt};
}

}  // namespace lumos::dns
