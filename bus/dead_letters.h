#pragma once
// Messages that nobody can deal with, kept in the DEAD stream for people. For bus/ only.

#include "bus/consumer.h"
#include "bus/link.h"

#include <string>

namespace lumos::bus {

struct Burial {
    std::string stream;
    std::string consumer;
    std::string why;
};

// JSON: consumer, stream, subject, sequence, deliveries, storedAt, why, body (as text, its first 16
// KiB).
[[nodiscard]] std::string dead_letter(const Burial& burial, const StreamMessage& message);

// Under lumos.dead.<consumer>.<the subject without "lumos.">. Makes the stream where it is missing.
// Throws what publishing throws.
void publish_dead_letter(Link& link, const Burial& burial, const StreamMessage& message);

}  // namespace lumos::bus
