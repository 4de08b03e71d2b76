#pragma once
// The streams, asked on one link: for consumers that hold one. For bus/ only.

#include "bus/link.h"
#include "bus/streams.h"

namespace lumos::bus {

StreamState ensure_stream(Link& link, std::string_view name);
[[nodiscard]] StreamState stream_state(Link& link, std::string_view name);

}  // namespace lumos::bus
