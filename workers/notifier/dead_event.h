#pragma once
// The event that says that a delivery was given up, so that somebody hears of it by another road.
// Pure.

#include "sql/delivery_store.h"
#include "sql/event_store.h"

#include <string>

namespace lumos::notifier {

// id: the new event's.
[[nodiscard]] sql::NewEvent dead_event(const sql::BuriedDelivery& delivery, const std::string& id);
[[nodiscard]] sql::BuriedDelivery as_buried(
    const sql::ClaimedDelivery& delivery,
    const sql::DeliveryChannel& channel,
    const std::string& error);

}  // namespace lumos::notifier
