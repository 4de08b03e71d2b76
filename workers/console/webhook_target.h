#pragma once
// Whether a webhook may go where it is asked to: resolved now, and again at every attempt later.

#include "workers/console/parts.h"

#include <string>

namespace lumos::console {

// Throws a Problem that names the field "target": no URL, not resolved, an address that is not
// reachable for tenants, or plain http to anything but an address that the operator allowed.
void require_webhook_target(Parts& parts, const std::string& url);

}  // namespace lumos::console
