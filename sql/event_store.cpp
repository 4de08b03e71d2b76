#include "sql/event_store.h"

#include "sql/transaction.h"

namespace lumos::sql {

RecordedEvent record_event(Transaction& transaction, const NewEvent& event) {
    const auto rows = transaction.run(
        queries::events::record,
        {event.id,
         event.account_id,
         event.source,
         event.type,
         event.kind,
         event.subject,
         event.incident,
         event.data,
         event.alert});
    RecordedEvent recorded{
        .sequence = rows.at(0).integer("sequence"),
        .time = rows.at(0).time("time"),
        .incident = rows.at(0).text("incident"),
        .deliveries = {}};
    for (const auto row : rows) {
        if (!row.is_null("delivery")) {
            recorded.deliveries.push_back(
                {row.text("delivery"),
                 row.text("account"),
                 row.text("channel"),
                 event.id,
                 event.type,
                 recorded.incident});
        }
    }
    return recorded;
}

}  // namespace lumos::sql
