#include "workers/presence/stored.h"

#include "workers/shared/runtime/errors.h"

namespace lumos::presence {
namespace {

template <typename Value>
Value known(const std::optional<Value>& value) {
    runtime::ensure(value.has_value(), "the schema's checks allow only words that we know");
    return *value;
}

template <typename Value, typename Read>
std::optional<Value> maybe(const std::optional<std::string>& text, Read read) {
    return text ? std::optional<Value>(known(read(*text))) : std::nullopt;
}

template <typename Value>
std::optional<std::string> text_of(const std::optional<Value>& value) {
    return value ? std::optional<std::string>(to_text(*value)) : std::nullopt;
}

}  // namespace

StoredHearing hearing_of(const sql::HearingRow& row) {
    return {
        .agent_stream_created = row.agent_stream_created,
        .beat_seq = row.beat_seq,
        .bus_stream_created = row.bus_stream_created,
        .bus_seq = row.bus_seq};
}

NodeHearing node_of_row(const sql::HeardNodeRow& row) {
    return {
        .node = row.node,
        .url = row.url,
        .span = row.span,
        .span_seq = row.span_seq,
        .heard_since = row.heard_since,
        .heard_until = row.heard_until,
        .advanced_at = row.advanced_at,
        .gone_at = row.gone_at};
}

sql::HeardNodeRow row_of_node(const NodeHearing& node) {
    return {
        .node = node.node,
        .url = node.url,
        .span = node.span,
        .span_seq = node.span_seq,
        .heard_since = node.heard_since,
        .heard_until = node.heard_until,
        .advanced_at = node.advanced_at,
        .gone_at = node.gone_at};
}

ServerPresence presence_of(const sql::ServerPresenceRow& row) {
    ServerPresence presence;
    presence.node = row.node;
    presence.span = row.span;
    presence.moved_at = row.moved_at;
    presence.last_seq = row.last_seq;
    presence.last_seen = row.last_seen;
    presence.client_id = row.client_id;
    presence.session = row.session;
    if (row.interval_seconds) {
        presence.interval = std::chrono::duration_cast<Duration>(Seconds(*row.interval_seconds));
    }
    presence.said = maybe<Said>(row.said, said_of);
    presence.status = known(status_of(row.status));
    presence.cause = maybe<Cause>(row.cause, cause_of);
    presence.judged_seq = row.judged_seq;
    presence.status_since = row.status_since;
    presence.steady_since = row.steady_since;
    presence.disconnected_at = row.disconnected_at;
    presence.disconnect_reason = row.disconnect_reason;
    presence.fitness = known(fitness_of(row.fitness));
    presence.fitness_since = row.fitness_since;
    presence.out_at = row.out_at;
    presence.conflict = row.conflict;
    presence.transition = row.transition;
    return presence;
}

void store(sql::ServerPresenceRow& row, const ServerPresence& presence) {
    row.node = presence.node;
    row.span = presence.span;
    row.moved_at = presence.moved_at;
    row.last_seq = presence.last_seq;
    row.last_seen = presence.last_seen;
    row.client_id = presence.client_id;
    row.session = presence.session;
    row.interval_seconds =
        presence.interval ? std::optional(Seconds(*presence.interval).count()) : std::nullopt;
    row.said = text_of(presence.said);
    row.status = to_text(presence.status);
    row.cause = text_of(presence.cause);
    row.judged_seq = presence.judged_seq;
    row.status_since = presence.status_since;
    row.steady_since = presence.steady_since;
    row.disconnected_at = presence.disconnected_at;
    row.disconnect_reason = presence.disconnect_reason;
    row.fitness = to_text(presence.fitness);
    row.fitness_since = presence.fitness_since;
    row.out_at = presence.out_at;
    row.conflict = presence.conflict;
    row.transition = presence.transition;
}

AgentConnection connection_of_row(const sql::AgentConnectionRow& row) {
    return {
        .key = {.nats_server = row.nats_server, .client_id = row.client_id},
        .session = row.session,
        .boot_id = row.boot_id,
        .opened_at = row.opened_at,
        .heard_since = row.heard_since,
        .heard_at = row.heard_at,
        .closed_at = row.closed_at,
        .reason = row.reason,
        .counts = row.counts,
        .is_changed = false};
}

sql::AgentConnectionRow row_of_connection(
    std::int64_t server_id, const AgentConnection& connection) {
    return {
        .server_id = server_id,
        .nats_server = connection.key.nats_server,
        .client_id = connection.key.client_id,
        .session = connection.session,
        .boot_id = connection.boot_id,
        .opened_at = connection.opened_at,
        .heard_since = connection.heard_since,
        .heard_at = connection.heard_at,
        .closed_at = connection.closed_at,
        .reason = connection.reason,
        .counts = connection.counts};
}

}  // namespace lumos::presence
