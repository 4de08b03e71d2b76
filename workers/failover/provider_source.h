#pragma once
// Where a zone's provider comes from: its token is decrypted for each check and forgotten after it.

#include "sql/zone_store.h"
#include "workers/shared/dns/provider.h"
#include "workers/shared/runtime/guarded.h"
#include "workers/shared/runtime/secret_box.h"

#include <memory>
#include <string>

namespace lumos::failover {

class ProviderSource {
public:
    virtual ~ProviderSource() = default;
    // Throws runtime::Permanent where the token cannot be decrypted. Thread-safe.
    [[nodiscard]] virtual std::unique_ptr<dns::Provider> open(const sql::ProviderRow& row) = 0;
};

class SealedProviders final : public ProviderSource {
public:
    // The client outlives it.
    SealedProviders(const std::string& key_file, std::string cloudflare_url, http::Client& client);
    [[nodiscard]] std::unique_ptr<dns::Provider> open(const sql::ProviderRow& row) override;
    // Reads the key ring again; throws runtime::UsageError and keeps the old one.
    void reload();

private:
    std::string key_file_;
    std::string cloudflare_url_;
    http::Client& client_;
    runtime::Guarded<runtime::KeyRing> keys_;
};

}  // namespace lumos::failover
