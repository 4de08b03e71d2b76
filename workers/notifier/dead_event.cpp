#include "workers/notifier/dead_event.h"

#include "schemas/event_messages.h"

#include <boost/json.hpp>

namespace lumos::notifier {

sql::NewEvent dead_event(const sql::BuriedDelivery& delivery, const std::string& id) {
    const schemas::DeliveryDeadEvent data{
        .channel_id = delivery.channel,
        .event_id = delivery.event_id,
        .alert = delivery.alert,
        .attempts = delivery.attempt,
        .last_error = delivery.last_error};
    return {
        .id = id,
        .account_id = delivery.account_id,
        .source = "notifier",
        .type = "delivery_dead",
        .kind = "channel",
        .subject = delivery.channel,
        .incident = delivery.incident,
        .data = boost::json::serialize(schemas::to_json(data)),
        .alert = false};
}

sql::BuriedDelivery as_buried(
    const sql::ClaimedDelivery& delivery,
    const sql::DeliveryChannel& channel,
    const std::string& error) {
    return {
        .id = delivery.id,
        .event_id = delivery.event.id,
        .account_id = delivery.account_id,
        .channel = channel.slug,
        .alert = delivery.event.type,
        .attempt = delivery.attempt,
        .incident = delivery.event.incident,
        .last_error = error};
}

}  // namespace lumos::notifier
