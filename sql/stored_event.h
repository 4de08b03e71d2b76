#pragma once
// An event as its row says it: what the outbox publishes, a webhook's body carries, a mail is
// written from and the API shows. A plain value.

#include "schemas/time.h"

#include <cstdint>
#include <optional>
#include <string>

namespace lumos::sql {

class Row;

struct StoredEvent {
    std::string id;
    std::int64_t sequence = 0;
    std::optional<std::string> account;  // Slug; nothing: of the control plane.
    std::string source;                  // "presence"
    std::string type;                    // "server_down"
    std::string kind;                    // server | domain | channel | provider | control
    std::string subject;
    std::string incident;
    Time time;
    std::string data;  // JSON text.
};

// From a row with columns of these names (id is event_id, time is event_time, data is text), so
// that each query that joins events gives the same value.
[[nodiscard]] StoredEvent read_stored_event(const Row& row);

}  // namespace lumos::sql
