#pragma once
// Recording an event: the event, its outbox row and its deliveries are rows of the caller's
// transaction.

#include "schemas/time.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace lumos::sql {

class Transaction;

struct NewEvent {
    std::string id;                          // UUIDv7, made by the caller.
    std::optional<std::int64_t> account_id;  // Nothing: of the control plane.
    std::string source;                      // "presence"
    std::string type;                        // "server_down"
    std::string kind;                        // server | domain | channel | provider | control
    std::string subject;
    std::optional<std::string> incident;  // Nothing: the event opens one, under its own id.
    std::string data;                     // JSON text.
    bool alert = false;                   // Makes deliveries for the channels that select it.
};

struct NewDelivery {
    std::string id;
    std::string account;  // Slugs.
    std::string channel;
    std::string event_id;
    std::string alert;
    std::string incident;
};

struct RecordedEvent {
    std::int64_t sequence = 0;
    Time time;
    std::string incident;
    std::vector<NewDelivery>
        deliveries;  // For the notify jobs that are published after the commit.
};

// Events of the control plane (no account) are delivered to the channels of every account that
// select them.
RecordedEvent record_event(Transaction& transaction, const NewEvent& event);

}  // namespace lumos::sql
