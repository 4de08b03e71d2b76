#pragma once
// Alarms of the control plane itself, which several workers see and one tells; and the hearing that
// they are about. Everything throws what sql/error.h says.

#include "schemas/time.h"
#include "sql/event_store.h"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace lumos::sql {

class Connection;

struct HearingNodeRow {
    std::string node;
    std::string url;
    Time heard_until;  // Stream clock.
    Time advanced_at;  // Database clock.
    Seconds span_age{0};
};
struct HearingState {
    std::optional<Time> now;  // Database clock; nothing where there is no node.
    std::vector<HearingNodeRow> nodes;
};
[[nodiscard]] HearingState show_hearing(Connection& connection);

// Raises the alarm with its event, unless it is raised. Nothing: it was.
[[nodiscard]] std::optional<RecordedEvent> raise_alarm(
    Connection& connection, const std::string& name, const NewEvent& event);
// Clears it; the event joins the incident of the one that raised it. Nothing: it was not raised.
[[nodiscard]] std::optional<RecordedEvent> clear_alarm(
    Connection& connection, const std::string& name, NewEvent event);

}  // namespace lumos::sql
