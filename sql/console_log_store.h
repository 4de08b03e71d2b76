#pragma once
// What happened, for people: events, deliveries, changes of records, decisions, edits. See
// sql/console_work.h for transactions and errors.

#include "schemas/time.h"
#include "sql/console_work.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace lumos::sql::console {

struct Event {
    std::string id;
    std::int64_t sequence = 0;
    std::string source;
    std::string type;
    std::string kind;
    std::string subject;
    std::string incident;
    Time time;
    std::string data;  // JSON
};

struct EventFilter {
    std::optional<std::int64_t> account_id;  // Nothing: the control plane's own.
    std::int64_t after = 0;                  // The sequence of the event read last.
    std::optional<std::string> type;
    std::optional<std::string> kind;
    std::optional<std::string> subject;
    std::optional<Time> since;
    std::int64_t limit = 100;
};
// In the order of the cursor: an event that commits late is never stepped over.
[[nodiscard]] std::vector<Event> events_after(Work& work, const EventFilter& filter);
[[nodiscard]] std::optional<Event> find_event(
    Work& work, std::optional<std::int64_t> account_id, const std::string& id);

struct Delivery {
    std::string id;
    std::string event_id;
    std::string channel;
    std::string kind;
    std::string alert;
    std::string subject;
    std::string state;
    std::int64_t attempt = 0;
    Time next_at;
    std::optional<std::string> last_error;
    std::optional<Time> sent_at;
    std::optional<std::string> sent_with;
    Time created_at;
};
struct DeliveryFilter {
    std::optional<std::string> state;
    std::optional<std::string> channel;
};
// Lists of the log run from the newest; `after` is the id read last.
[[nodiscard]] std::vector<Delivery> deliveries(
    Work& work, std::int64_t account_id, const DeliveryFilter& filter, const Page& page);

struct Change {
    std::string id;
    std::string domain;
    std::string kind;
    std::string state;
    bool refused = false;
    std::string trigger;
    std::optional<std::string> error;  // JSON
    Time decided_at;
    std::optional<Time> settled_at;
    std::int64_t ttl = 0;
    std::optional<std::string> from_server, from_ipv4, from_ipv6;
    std::optional<std::string> to_server, to_ipv4, to_ipv6;
};
[[nodiscard]] std::vector<Change> changes(
    Work& work,
    std::int64_t account_id,
    const std::optional<std::string>& domain,
    const Page& page);

struct Decision {
    std::int64_t id = 0;
    std::string domain;
    Time at;
    std::string decision;
    std::string code;
    std::string message;
    std::string evidence;  // JSON
};
[[nodiscard]] std::vector<Decision> decisions(
    Work& work,
    std::int64_t account_id,
    const std::optional<std::string>& domain,
    const Page& page);

struct AuditRow {
    std::int64_t id = 0;
    Time at;
    std::string actor;
    std::string action;
    std::string subject;
    std::optional<std::string> before;  // JSON
    std::optional<std::string> after;
};
[[nodiscard]] std::vector<AuditRow> audit_rows(
    Work& work, std::int64_t account_id, const Page& page);

// After commits may have been lost: no event gets the number of a lost one that a reader knows.
void skip_event_numbers(Work& work);

}  // namespace lumos::sql::console
