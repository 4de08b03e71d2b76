#include "workers/console/domains_view.h"

#include "workers/console/answers.h"

#include <boost/json.hpp>

namespace lumos::console {
namespace {

boost::json::value change_of(const sql::console::Domain& domain) {
    if (!domain.change) {
        return nullptr;
    }
    const auto& change = *domain.change;
    return boost::json::object{
        {"id", change.id},
        {"kind", change.kind},
        {"toServerId", or_null(change.to_server)},
        {"toIp", or_null(change.to_ipv4 ? change.to_ipv4 : change.to_ipv6)},
        {"decidedAt", to_rfc3339(change.decided_at)},
        {"refused", change.refused},
        {"error", parsed(change.error)}};
}

boost::json::value decision_of(const sql::console::Domain& domain) {
    if (!domain.decision) {
        return nullptr;
    }
    return boost::json::object{
        {"decision", domain.decision->decision},
        {"code", domain.decision->code},
        {"message", domain.decision->message},
        {"at", to_rfc3339(domain.decision->at)}};
}

}  // namespace

boost::json::object settings_of(const sql::console::Domain& domain) {
    return {
        {"domain", domain.name},
        {"zone", domain.zone},
        {"servers", boost::json::value_from(domain.servers)},
        {"ttl", domain.ttl},
        {"failoverTtl", domain.failover_ttl}};
}

boost::json::object shown(const sql::console::Domain& domain) {
    auto json = settings_of(domain);
    json["primaryServerId"] = domain.servers.empty() ? boost::json::value(nullptr)
                                                     : boost::json::value(domain.servers.front());
    json["provider"] = or_null(domain.provider);
    json["failoverStatus"] = domain.failover_status;
    json["publishedServerId"] = or_null(domain.published_server);
    json["publishedIp"] =
        or_null(domain.published_ipv4 ? domain.published_ipv4 : domain.published_ipv6);
    json["publishedIpv6"] = or_null(domain.published_ipv6);
    json["proxied"] = domain.proxied;
    json["epoch"] = domain.epoch;
    json["since"] = to_rfc3339(domain.published_at);
    json["failedOverAt"] = or_null(domain.failed_over_at);
    json["pendingChange"] = change_of(domain);
    json["decision"] = decision_of(domain);
    json["holdCode"] = or_null(domain.hold_code);
    json["holdSince"] = or_null(domain.hold_since);
    json["doubtUntil"] = or_null(domain.doubt_until);
    json["retryAt"] = or_null(domain.retry_at);
    json["notOurs"] = or_null(domain.not_ours);
    json["lastError"] = parsed(domain.last_error);
    json["failback"] = "auto";
    return json;
}

}  // namespace lumos::console
