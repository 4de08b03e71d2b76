#pragma once
// A real delivery to one channel, and what became of it within ten seconds.

#include "workers/console/call.h"
#include "workers/console/parts.h"
#include "workers/shared/http/server.h"

namespace lumos::console {

[[nodiscard]] http::ServerResponse test_channel(Parts& parts, const Call& call);

}  // namespace lumos::console
