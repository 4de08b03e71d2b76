#include "workers/failover/provider_source.h"

#include "workers/shared/http/client.h"

namespace lumos::failover {

SealedProviders::SealedProviders(
    const std::string& key_file, std::string cloudflare_url, http::Client& client)
    : key_file_(key_file),
      cloudflare_url_(std::move(cloudflare_url)),
      client_(client),
      keys_(runtime::KeyRing::from_file(key_file)) {}

std::unique_ptr<dns::Provider> SealedProviders::open(const sql::ProviderRow& row) {
    const auto context = "providers/" + std::to_string(row.id) + "/token";
    auto token = keys_.lock()->open({row.token_key, row.token_box}, context);
    return dns::make_provider(row.kind, cloudflare_url_, std::move(token), client_);
}

void SealedProviders::reload() {
    auto ring = runtime::KeyRing::from_file(key_file_);
    *keys_.lock() = std::move(ring);
}

}  // namespace lumos::failover
