#pragma once
// How a wake-up looks on the bus. Pure; safe from any thread.

#include "schemas/time.h"
#include "sql/event_store.h"
#include "workers/shared/outbox/outbox.h"

#include <string>

namespace lumos::outbox {

struct JobMessage {
    std::string id;  // Differs for each cause: a work queue swallows an id that it has seen lately.
    std::string subject;
    std::string body;
};

// source: "/lumos/presence". now: the machine's clock, for people.
[[nodiscard]] JobMessage check_message(const CheckJob& job, const std::string& source, Time now);
[[nodiscard]] JobMessage notify_message(
    const sql::NewDelivery& delivery, const std::string& source, Time now);

}  // namespace lumos::outbox
