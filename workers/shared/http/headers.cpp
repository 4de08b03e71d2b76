#include "workers/shared/http/client.h"

#include <strings.h>

#include <algorithm>

namespace lumos::http {

std::optional<std::string> find_header(const Headers& headers, std::string_view name) {
    const auto found = std::find_if(headers.begin(), headers.end(), [&](const auto& header) {
        return header.first.size() == name.size() &&
               strncasecmp(header.first.data(), name.data(), name.size()) == 0;
    });
    return found == headers.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace lumos::http
