#pragma once
// Standard Webhooks 1.0.0: what proves to a receiver that a body is ours. Pure; safe from any
// thread.

#include "workers/shared/runtime/secret.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace lumos::notifier {

// The webhook-signature header: "v1,<base64 of HMAC-SHA256 over id.timestamp.body>", one for each
// of the secrets (parted by blanks: while one is replaced, the old and the new). Nothing where one
// is not whsec_ and base64, or the id holds a full stop.
[[nodiscard]] std::optional<std::string> sign_webhook(
    const runtime::Secret& secrets,
    std::string_view id,
    std::int64_t unix_seconds,
    std::string_view body);

}  // namespace lumos::notifier
