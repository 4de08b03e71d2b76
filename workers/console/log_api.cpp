// What happened: deliveries, changes of records, decisions and edits, the newest first.

#include "sql/console_log_store.h"
#include "workers/console/answers.h"
#include "workers/console/api.h"
#include "workers/console/input_rule.h"
#include "workers/console/problem.h"

#include <boost/json.hpp>

#include <algorithm>
#include <array>
#include <charconv>

namespace lumos::console {
namespace {

namespace store = sql::console;
using http::ServerResponse;

// The cursor of these lists is an id; anything else would be an error of the database.
void require_uuid(const std::string& after) {
    const bool form = after.size() == 36 && std::all_of(after.begin(), after.end(), [](char c) {
                          return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || c == '-';
                      });
    if (!after.empty() && !form) {
        throw invalid_field("after", "after must be the \"next\" of the page before");
    }
}

void require_number(const std::string& after) {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(after.data(), after.data() + after.size(), number);
    if (!after.empty() && (error != std::errc() || end != after.data() + after.size())) {
        throw invalid_field("after", "after must be the \"next\" of the page before");
    }
}

std::optional<std::string> next_of(const boost::json::array& items, const store::Page& page) {
    if (static_cast<std::int64_t>(items.size()) < page.limit) {
        return std::nullopt;
    }
    const auto& id = items.back().as_object().at("id");
    return id.is_string() ? std::string(id.as_string()) : std::to_string(id.as_int64());
}

ServerResponse answer_log(boost::json::array items, const store::Page& page) {
    const auto next = next_of(items, page);
    return answer_page(std::move(items), next);
}

ServerResponse list_deliveries(Parts& parts, const Call& call) {
    static constexpr std::array<std::string_view, 4> kStates{
        "pending", "sent", "dead", "superseded"};
    const auto page = page_of(call);
    require_uuid(page.after);
    const auto state = call.query("state");
    if (state && std::find(kStates.begin(), kStates.end(), *state) == kStates.end()) {
        throw invalid_field(
            "state",
            "there is no state " + state->substr(0, 80),
            "use pending, sent, dead or superseded");
    }
    Session work(parts);
    const auto account = account_of(work, call);
    boost::json::array items;
    for (const auto& one : store::deliveries(
             work, account.id, {.state = state, .channel = call.query("channel")}, page)) {
        items.push_back(boost::json::object{
            {"id", one.id},
            {"eventId", one.event_id},
            {"channel", one.channel},
            {"kind", one.kind},
            {"alert", one.alert},
            {"subject", one.subject},
            {"state", one.state},
            {"attempt", one.attempt},
            {"nextAt",
             one.state == "pending" ? boost::json::value(to_rfc3339(one.next_at)) : nullptr},
            {"lastError", or_null(one.last_error)},
            {"sentAt", or_null(one.sent_at)},
            {"sentWith", or_null(one.sent_with)},
            {"createdAt", to_rfc3339(one.created_at)}});
    }
    return answer_log(std::move(items), page);
}

ServerResponse list_changes(Parts& parts, const Call& call) {
    const auto page = page_of(call);
    require_uuid(page.after);
    Session work(parts);
    const auto account = account_of(work, call);
    boost::json::array items;
    for (const auto& one : store::changes(work, account.id, call.query("domain"), page)) {
        items.push_back(boost::json::object{
            {"id", one.id},
            {"domain", one.domain},
            {"kind", one.kind},
            {"state", one.state},
            {"refused", one.refused},
            {"trigger", one.trigger},
            {"fromServerId", or_null(one.from_server)},
            {"fromIp", or_null(one.from_ipv4 ? one.from_ipv4 : one.from_ipv6)},
            {"fromIpv6", or_null(one.from_ipv6)},
            {"toServerId", or_null(one.to_server)},
            {"toIp", or_null(one.to_ipv4 ? one.to_ipv4 : one.to_ipv6)},
            {"toIpv6", or_null(one.to_ipv6)},
            {"ttl", one.ttl},
            {"error", parsed(one.error)},
            {"decidedAt", to_rfc3339(one.decided_at)},
            {"settledAt", or_null(one.settled_at)}});
    }
    return answer_log(std::move(items), page);
}

ServerResponse list_decisions(Parts& parts, const Call& call) {
    const auto page = page_of(call);
    require_number(page.after);
    Session work(parts);
    const auto account = account_of(work, call);
    boost::json::array items;
    for (const auto& one : store::decisions(work, account.id, call.query("domain"), page)) {
        items.push_back(boost::json::object{
            {"id", one.id},
            {"domain", one.domain},
            {"at", to_rfc3339(one.at)},
            {"decision", one.decision},
            {"code", one.code},
            {"message", one.message},
            {"evidence", parsed(one.evidence)}});
    }
    return answer_log(std::move(items), page);
}

ServerResponse list_audit(Parts& parts, const Call& call) {
    const auto page = page_of(call);
    require_number(page.after);
    Session work(parts);
    const auto account = account_of(work, call);
    boost::json::array items;
    for (const auto& one : store::audit_rows(work, account.id, page)) {
        items.push_back(boost::json::object{
            {"id", one.id},
            {"at", to_rfc3339(one.at)},
            {"actor", one.actor},
            {"action", one.action},
            {"subject", one.subject},
            {"before", parsed(one.before)},
            {"after", parsed(one.after)}});
    }
    return answer_log(std::move(items), page);
}

}  // namespace

void add_log_routes(Api& api) {
    const std::string account = "/api/v1/accounts/{account}";
    api.on("GET", account + "/deliveries", Access::Read, list_deliveries);
    api.on("GET", account + "/changes", Access::Read, list_changes);
    api.on("GET", account + "/decisions", Access::Read, list_decisions);
    api.on("GET", account + "/audit", Access::Read, list_audit);
}

}  // namespace lumos::console
