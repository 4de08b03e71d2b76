#include "workers/console/webhook_target.h"

#include "workers/console/input_rule.h"
#include "workers/console/problem.h"

#include <algorithm>
#include <vector>

namespace lumos::console {
namespace {

// Nothing is sent: every address is refused after it has been written down.
std::vector<std::string> addresses_of(Parts& parts, const std::string& url) {
    std::vector<std::string> addresses;
    http::Request request;
    request.url = url;
    request.deadline = std::chrono::seconds(5);
    request.may_connect = [&](std::string_view address) {
        addresses.emplace_back(address);
        return false;
    };
    const auto response = parts.client.send(request);
    if (addresses.empty()) {
        throw invalid_field("target", "the host of this URL cannot be found: " + response.error);
    }
    return addresses;
}

}  // namespace

void require_webhook_target(Parts& parts, const std::string& url) {
    const auto read = read_webhook_url(url);
    if (!read) {
        throw invalid_field(
            "target",
            "this is no URL that a webhook can be sent to",
            "write it like https://hooks.acme.example/lumos");
    }
    const http::AddressGuard public_only({});
    const auto addresses = addresses_of(parts, url);
    for (const auto& address : addresses) {
        if (!parts.guard.allows(address)) {
            throw invalid_field(
                "target",
                (read->host == address ? address + ","
                                       : read->host + " is " + address + ", an address") +
                    " which webhooks may not reach",
                "use a public address; the operator may allow a range: LUMOS_WEBHOOK_ALLOW");
        }
        if (!read->https && public_only.allows(address)) {
            throw invalid_field(
                "target", "a webhook goes over https", "https://" + url.substr(7, 200));
        }
    }
}

}  // namespace lumos::console
