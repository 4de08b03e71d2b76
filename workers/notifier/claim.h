#pragma once
// Claiming a channel's due deliveries by the rule that says which go together.

#include "sql/delivery_store.h"

#include <cstdint>
#include <vector>

namespace lumos::notifier {

// At most `messages_max` messages, each to be sent and recorded within its send limit. Throws what
// sql/error.h names.
[[nodiscard]] std::vector<sql::ClaimedMessage> claim_messages(
    sql::DeliveryStore& store, std::int64_t channel_id, std::size_t messages_max);

[[nodiscard]] std::chrono::milliseconds send_limit(const std::string& channel_kind);

}  // namespace lumos::notifier
