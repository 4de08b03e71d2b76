#pragma once
// Cloudflare's v4 API. Sends nothing twice: whoever asked decides again, on fresh data.
// Thread-safe; every call ends by its deadline, all its pages included. The token stands in the
// Authorization header and nowhere else.

#include "workers/shared/dns/cloudflare_reply.h"
#include "workers/shared/dns/provider.h"
#include "workers/shared/http/client.h"
#include "workers/shared/runtime/clock.h"
#include "workers/shared/runtime/secret.h"

#include <string>
#include <string_view>
#include <vector>

namespace lumos::dns {

class CloudflareProvider final : public Provider {
public:
    // base_url: "https://api.cloudflare.com/client/v4".
    CloudflareProvider(const std::string& base_url, runtime::Secret token, http::Client& client);

    [[nodiscard]] Answer<TokenState> verify_token(Millis deadline) override;
    [[nodiscard]] Answer<std::vector<Zone>> zones(Millis deadline) override;
    [[nodiscard]] Answer<Zone> zone(std::string_view name_or_id, Millis deadline) override;
    // PATCHes a record that does not exist, under a random id: the gateway refuses (403) whoever
    // may not edit, and whoever may is told that there is no such record (404). Nothing can be
    // changed by it, and an empty zone will do. One call where the token may edit, two where it may
    // not.
    [[nodiscard]] Answer<bool> may_edit(std::string_view zone_id, Millis deadline) override;
    [[nodiscard]] Answer<std::vector<Record>> records_of(
        std::string_view zone_id, std::string_view name, Millis deadline) override;
    [[nodiscard]] Answer<RecordPage> records_page(
        std::string_view zone_id, int page, Millis deadline) override;
    [[nodiscard]] WriteResult write(
        std::string_view zone_id, const std::vector<RecordEdit>& edits, Millis deadline) override;

private:
    using Until = runtime::SteadyTime;

    [[nodiscard]] Until until(Millis deadline) const;
    [[nodiscard]] CloudflareReply call(
        const std::string& method, const std::string& path, const std::string& body, Until until);
    [[nodiscard]] Answer<std::vector<Zone>> zones_until(const std::string& filter, Until until);
    [[nodiscard]] Answer<Zone> zone_by_id(const std::string& id, Until until);
    [[nodiscard]] Answer<Zone> zone_by_name(const std::string& name, Until until);
    [[nodiscard]] Answer<TokenState> verify_at(const std::string& path, Until until);
    [[nodiscard]] Answer<TokenState> verify_account_token(Until until);
    [[nodiscard]] bool can_be_sent() const;

    std::string base_url_;
    runtime::Secret token_;
    http::Client& client_;
    runtime::SystemClock clock_;
};

}  // namespace lumos::dns
