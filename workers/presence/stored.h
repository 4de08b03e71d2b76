#pragma once
// Rows of the store as values of the rules, and back. Pure; safe from any thread.

#include "sql/presence_store.h"
#include "workers/presence/connection_rule.h"
#include "workers/presence/hearing_rule.h"
#include "workers/presence/judgement_rule.h"

namespace lumos::presence {

[[nodiscard]] StoredHearing hearing_of(const sql::HearingRow& row);
[[nodiscard]] NodeHearing node_of_row(const sql::HeardNodeRow& row);
[[nodiscard]] sql::HeardNodeRow row_of_node(const NodeHearing& node);
[[nodiscard]] ServerPresence presence_of(const sql::ServerPresenceRow& row);
// Everything that presence writes; the server's own facts in `row` stay.
void store(sql::ServerPresenceRow& row, const ServerPresence& presence);
[[nodiscard]] AgentConnection connection_of_row(const sql::AgentConnectionRow& row);
[[nodiscard]] sql::AgentConnectionRow row_of_connection(
    std::int64_t server_id, const AgentConnection& connection);

}  // namespace lumos::presence
