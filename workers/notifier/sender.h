#pragma once
// One road to the receivers. Thread-safe: several messages are on their way at once.

#include "sql/delivery_store.h"
#include "workers/notifier/retry_rule.h"

#include <chrono>

namespace lumos::notifier {

class Sender {
public:
    virtual ~Sender() = default;
    // Sends once. What the world does wrong is an Outcome, not an exception.
    [[nodiscard]] virtual Outcome send(const sql::ClaimedMessage& message) = 0;
};

// How long one attempt may take, and how long it is this worker's: sending, a slow goodbye, and
// recording.
inline constexpr std::chrono::seconds kWebhookDeadline{15};
inline constexpr std::chrono::seconds kWebhookSendLimit{30};
inline constexpr std::chrono::seconds kMailDeadline{30};
inline constexpr std::chrono::seconds kMailSendLimit{75};

}  // namespace lumos::notifier
