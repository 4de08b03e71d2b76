#pragma once
// Messages of the two streams as values. Who speaks is taken from the subject, which NATS lets only
// that server publish, and from the identity that NATS proved; never from the body. Pure; safe from
// any thread.

#include "bus/consumer.h"
#include "workers/presence/heard.h"
#include "workers/presence/heartbeat_view.h"

#include <optional>

namespace lumos::presence {

struct ReadHeartbeat {
    HeardHeartbeat heartbeat;
    bool answers_a_call = false;
};
// Nothing where it is no heartbeat, or one that our agents do not send.
[[nodiscard]] std::optional<ReadHeartbeat> heartbeat_of(const bus::StreamMessage& message);

// Nothing where it is no advisory of an agent.
[[nodiscard]] std::optional<NamedClientEvent> client_event_of(const bus::StreamMessage& message);

}  // namespace lumos::presence
