#pragma once
// Durable pull consumers of the stream EVENT, one for each subscriber: what a subscriber reads its
// account's events through, and the only thing of the stream that it can reach. Made and removed
// for it, because whoever may make a consumer may make any. Thread-safe. Everything throws
// BusUnavailable, BusRefused; nothing waits longer than its limit.

#include "bus/connection.h"
#include "schemas/time.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lumos::bus {

// The consumer's name: "sub_acme_billing".
[[nodiscard]] std::string subscriber_consumer(
    std::string_view account, std::string_view subscriber);

struct NewSubscriberConsumer {
    std::string account;  // Its events are what the consumer gives.
    std::string subscriber;
    // With what EVENT took from then on; nothing: with all that it has.
    std::optional<Time> from = {};
};
// In the place of the one that may be there: whatever was acknowledged, it begins anew.
void make_subscriber_consumer(Connection& connection, const NewSubscriberConsumer& wanted);
// Also where there is none.
void remove_subscriber_consumer(Connection& connection, const std::string& consumer);
// The names of all that are there. Makes the stream where it is missing.
[[nodiscard]] std::vector<std::string> subscriber_consumers(Connection& connection);

struct SubscriberConsumerState {
    std::uint64_t pending = 0;         // Not delivered yet.
    std::uint64_t unacknowledged = 0;  // Delivered, and may come again.
    bool is_waited_for = false;        // Somebody asks for messages right now.
};
// Nothing where there is none.
[[nodiscard]] std::optional<SubscriberConsumerState> subscriber_consumer_state(
    Connection& connection, const std::string& consumer);

}  // namespace lumos::bus
