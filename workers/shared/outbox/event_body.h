#pragma once
// How a recorded event looks outside: the one conversion that the bus, webhooks and mails share, so
// that a receiver gets the same bytes' meaning by whichever road. Pure; safe from any thread.

#include "schemas/envelope.h"
#include "sql/stored_event.h"

#include <string>

namespace lumos::outbox {

[[nodiscard]] schemas::Envelope event_envelope(const sql::StoredEvent& event);

// The whole CloudEvents message. Throws std::length_error where it would be larger than
// schemas::kBodyBytesMax, and schemas::InvalidMessage where the row's data is no JSON.
[[nodiscard]] std::string event_body(const sql::StoredEvent& event);

// Where it is published: lumos.event.<account>.<kind>.<subject>.<type>. Throws
// schemas::InvalidMessage on a kind that is none.
[[nodiscard]] std::string event_subject(const sql::StoredEvent& event);

}  // namespace lumos::outbox
