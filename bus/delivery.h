#pragma once
// What JetStream says about a message in the subject that acknowledges it. Pure; safe from any
// thread.

#include "bus/consumer.h"
#include "bus/inbox.h"

#include <optional>
#include <string>
#include <string_view>

namespace lumos::bus {

struct Delivery {
    StreamMessage message;
    std::string ack_subject;
};

// "$JS.ACK.<stream>.<consumer>.<delivered>.<stream sequence>.<consumer
// sequence>.<nanoseconds>.<pending>", and the longer form of NATS 2.14 with domain and account in
// front. Nothing where it is neither.
[[nodiscard]] std::optional<Delivery> read_delivery(Incoming&& incoming);

}  // namespace lumos::bus
