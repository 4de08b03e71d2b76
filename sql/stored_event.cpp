#include "sql/stored_event.h"

#include "sql/transaction.h"

namespace lumos::sql {

StoredEvent read_stored_event(const Row& row) {
    StoredEvent event;
    event.id = row.text("event_id");
    event.sequence = row.integer("sequence");
    event.account = row.optional_text("account");
    event.source = row.text("source");
    event.type = row.text("type");
    event.kind = row.text("kind");
    event.subject = row.text("subject");
    event.incident = row.text("incident");
    event.time = row.time("event_time");
    event.data = row.text("data");
    return event;
}

}  // namespace lumos::sql
