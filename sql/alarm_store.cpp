#include "sql/alarm_store.h"

#include "sql/transaction.h"

namespace lumos::sql {

HearingState show_hearing(Connection& connection) {
    Transaction transaction(connection);
    HearingState state;
    for (const auto row : transaction.run(queries::heard_nodes::show_hearing)) {
        state.now = row.time("now");
        state.nodes.push_back(
            {.node = row.text("node"),
             .url = row.text("url"),
             .heard_until = row.time("heard_until"),
             .advanced_at = row.time("advanced_at"),
             .span_age = Seconds(row.number("span_age"))});
    }
    transaction.commit();
    return state;
}

std::optional<RecordedEvent> raise_alarm(
    Connection& connection, const std::string& name, const NewEvent& event) {
    Transaction transaction(connection);
    if (transaction.run(queries::alarms::raise, {name, event.id}).empty()) {
        return std::nullopt;
    }
    auto recorded = record_event(transaction, event);
    transaction.commit();
    return recorded;
}

std::optional<RecordedEvent> clear_alarm(
    Connection& connection, const std::string& name, NewEvent event) {
    Transaction transaction(connection);
    const auto rows = transaction.run(queries::alarms::clear, {name});
    if (rows.empty()) {
        return std::nullopt;
    }
    event.incident = rows.only().text("event_id");
    auto recorded = record_event(transaction, event);
    transaction.commit();
    return recorded;
}

}  // namespace lumos::sql
