#include "workers/shared/dns/provider.h"

#include "workers/shared/dns/cloudflare_provider.h"
#include "workers/shared/runtime/errors.h"

#include <utility>

namespace lumos::dns {

std::unique_ptr<Provider> make_provider(
    std::string_view kind,
    const std::string& base_url,
    runtime::Secret token,
    http::Client& client) {
    if (kind == "cloudflare") {
        return std::make_unique<CloudflareProvider>(base_url, std::move(token), client);
    }
    throw runtime::Permanent(
        "no DNS provider of kind \"" + std::string(kind) + "\" is built in; there is: cloudflare");
}

}  // namespace lumos::dns
