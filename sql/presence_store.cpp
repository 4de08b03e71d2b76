#include "sql/presence_store.h"

#include "sql/transaction.h"

#include <chrono>
#include <functional>

namespace lumos::sql {
namespace {

// Presence never waits for a row that is held across a provider call, so its limits are short.
constexpr Transaction::Limits kLimits{
    .lock_wait = std::chrono::milliseconds{500},
    .statement = std::chrono::milliseconds{2'000},
    .idle = std::chrono::milliseconds{5'000}};

// One column of many rows as an array parameter.
template <typename Row, typename Value>
Param column(const std::vector<Row>& rows, Value Row::*member) {
    std::vector<std::optional<std::string>> texts;
    texts.reserve(rows.size());
    for (const Row& row : rows) {
        texts.push_back(Param(row.*member).text());
    }
    return texts;
}

ServerPresenceRow server_of(const Row& row) {
    ServerPresenceRow server;
    server.server_id = row.integer("server_id");
    server.account_id = row.integer("account_id");
    server.account = row.text("account");
    server.server = row.text("server");
    server.name = row.text("name");
    server.ipv4 = row.optional_text("ipv4");
    server.ipv6 = row.optional_text("ipv6");
    server.asked_at = row.optional_time("asked_at");
    server.node = row.optional_text("node");
    server.span = row.optional_integer("span");
    server.moved_at = row.optional_time("moved_at");
    server.last_seq = row.integer("last_seq");
    server.last_seen = row.optional_time("last_seen");
    server.client_id = row.optional_integer("client_id");
    server.session = row.optional_text("session");
    server.interval_seconds = row.optional_number("interval_seconds");
    server.said = row.optional_text("said");
    server.status = row.text("status");
    server.cause = row.optional_text("cause");
    server.judged_seq = row.integer("judged_seq");
    server.status_since = row.time("status_since");
    server.steady_since = row.optional_time("steady_since");
    server.disconnected_at = row.optional_time("disconnected_at");
    server.disconnect_reason = row.optional_text("disconnect_reason");
    server.fitness = row.text("fitness");
    server.fitness_since = row.time("fitness_since");
    server.out_at = row.optional_time("out_at");
    server.conflict = row.boolean("conflict");
    server.transition = row.integer("transition");
    server.incident = row.optional_text("incident");
    return server;
}

AgentConnectionRow connection_of(const Row& row) {
    return {
        .server_id = row.integer("server_id"),
        .nats_server = row.text("nats_server"),
        .client_id = row.integer("client_id"),
        .session = row.optional_text("session"),
        .boot_id = row.optional_text("boot_id"),
        .opened_at = row.time("opened_at"),
        .heard_since = row.optional_time("heard_since"),
        .heard_at = row.optional_time("heard_at"),
        .closed_at = row.optional_time("closed_at"),
        .reason = row.optional_text("reason"),
        .counts = row.boolean("counts")};
}

}  // namespace

PresenceRound::PresenceRound(Connection& connection)
    : transaction_(std::make_unique<Transaction>(connection, kLimits)) {}
PresenceRound::~PresenceRound() = default;

HearingRow PresenceRound::lock() {
    const Row row = transaction_->run(queries::hearing::lock).only();
    return {
        .agent_stream_created = row.optional_time("agent_stream_created"),
        .beat_seq = row.integer("beat_seq"),
        .bus_stream_created = row.optional_time("bus_stream_created"),
        .bus_seq = row.integer("bus_seq"),
        .database_now = row.time("database_now")};
}

std::vector<HeardNodeRow> PresenceRound::nodes() {
    std::vector<HeardNodeRow> nodes;
    for (const Row row : transaction_->run(queries::heard_nodes::all)) {
        nodes.push_back(
            {.node = row.text("node"),
             .url = row.text("url"),
             .span = row.integer("span"),
             .span_seq = row.integer("span_seq"),
             .heard_since = row.time("heard_since"),
             .heard_until = row.time("heard_until"),
             .advanced_at = row.time("advanced_at"),
             .gone_at = row.optional_time("gone_at")});
    }
    return nodes;
}

std::int64_t PresenceRound::next_span() {
    return transaction_->run(queries::hearing::next_span).only().integer("span");
}

void PresenceRound::write_node(const HeardNodeRow& node) {
    transaction_->run(
        queries::heard_nodes::write,
        {node.node,
         node.url,
         node.span,
         node.span_seq,
         node.heard_since,
         node.heard_until,
         node.advanced_at,
         node.gone_at});
}

void PresenceRound::finish(const HearingRow& hearing) {
    transaction_->run(
        queries::hearing::finish,
        {hearing.agent_stream_created,
         hearing.beat_seq,
         hearing.bus_stream_created,
         hearing.bus_seq});
}

void PresenceRound::cut_back(Time heard) {
    transaction_->run(queries::hearing::cut_back, {heard});
}

void PresenceRound::begin_stream_anew() {
    transaction_->run(queries::server_presence::begin_stream_anew);
}

void PresenceRound::leave_node(
    const std::string& gone, const HeardNodeRow& to, const std::string& reason) {
    transaction_->run(
        queries::server_presence::leave_node, {gone, to.node, to.heard_until, reason});
}

std::vector<std::pair<ServerName, std::int64_t>> PresenceRound::ids(
    const std::vector<ServerName>& names) {
    std::vector<std::pair<ServerName, std::int64_t>> found;
    if (names.empty()) {
        return found;
    }
    const Rows rows = transaction_->run(
        queries::server_presence::ids_of_names,
        {column(names, &ServerName::account), column(names, &ServerName::server)});
    for (const Row row : rows) {
        found.emplace_back(
            ServerName{.account = row.text("account"), .server = row.text("server")},
            row.integer("id"));
    }
    return found;
}

std::vector<std::int64_t> PresenceRound::due(const DueLimits& limits) {
    std::vector<std::int64_t> found;
    const Rows rows = transaction_->run(
        queries::server_presence::due, {limits.beaten, limits.default_interval_seconds});
    for (const Row row : rows) {
        found.push_back(row.integer("server_id"));
    }
    return found;
}

std::vector<ServerPresenceRow> PresenceRound::servers(const std::vector<std::int64_t>& ids) {
    std::vector<ServerPresenceRow> found;
    for (const Row row : transaction_->run(queries::server_presence::read_for_judgement, {ids})) {
        found.push_back(server_of(row));
    }
    return found;
}

std::vector<AgentConnectionRow> PresenceRound::connections(const std::vector<std::int64_t>& ids) {
    std::vector<AgentConnectionRow> found;
    for (const Row row : transaction_->run(queries::agent_connections::of_servers, {ids})) {
        found.push_back(connection_of(row));
    }
    return found;
}

void PresenceRound::write_servers(const std::vector<ServerPresenceRow>& rows) {
    if (rows.empty()) {
        return;
    }
    using R = ServerPresenceRow;
    transaction_->run(
        queries::server_presence::write,
        {column(rows, &R::server_id),
         column(rows, &R::node),
         column(rows, &R::span),
         column(rows, &R::moved_at),
         column(rows, &R::last_seq),
         column(rows, &R::last_seen),
         column(rows, &R::client_id),
         column(rows, &R::session),
         column(rows, &R::interval_seconds),
         column(rows, &R::said),
         column(rows, &R::status),
         column(rows, &R::cause),
         column(rows, &R::judged_seq),
         column(rows, &R::status_since),
         column(rows, &R::steady_since),
         column(rows, &R::disconnected_at),
         column(rows, &R::disconnect_reason),
         column(rows, &R::fitness),
         column(rows, &R::fitness_since),
         column(rows, &R::out_at),
         column(rows, &R::conflict),
         column(rows, &R::transition),
         column(rows, &R::incident)});
}

void PresenceRound::write_connections(const std::vector<AgentConnectionRow>& rows) {
    if (rows.empty()) {
        return;
    }
    using R = AgentConnectionRow;
    transaction_->run(
        queries::agent_connections::write,
        {column(rows, &R::server_id),
         column(rows, &R::nats_server),
         column(rows, &R::client_id),
         column(rows, &R::session),
         column(rows, &R::boot_id),
         column(rows, &R::opened_at),
         column(rows, &R::heard_since),
         column(rows, &R::heard_at),
         column(rows, &R::closed_at),
         column(rows, &R::reason),
         column(rows, &R::counts)});
}

void PresenceRound::remove_connections(const std::vector<AgentConnectionKey>& keys) {
    if (keys.empty()) {
        return;
    }
    using K = AgentConnectionKey;
    transaction_->run(
        queries::agent_connections::remove,
        {column(keys, &K::server_id), column(keys, &K::nats_server), column(keys, &K::client_id)});
}

void PresenceRound::write_reports(const std::vector<ServerReportRow>& rows) {
    if (rows.empty()) {
        return;
    }
    using R = ServerReportRow;
    transaction_->run(
        queries::server_reports::write,
        {column(rows, &R::server_id),
         column(rows, &R::agent_version),
         column(rows, &R::started_at),
         column(rows, &R::checks)});
}

void PresenceRound::forget_connections(Time heard_until) {
    transaction_->run(queries::agent_connections::forget, {heard_until});
}

void PresenceRound::forget_nodes(Time heard_until) {
    transaction_->run(queries::heard_nodes::forget, {heard_until});
}

std::int64_t PresenceRound::domains_published(std::int64_t server_id) {
    return transaction_->run(queries::domains::count_published, {server_id})
        .only()
        .integer("domains");
}

std::vector<ZoneAsked> PresenceRound::request_answered_zones(
    const std::vector<std::int64_t>& judged, const std::vector<std::int64_t>& silent) {
    std::vector<ZoneAsked> zones;
    for (const Row row :
         transaction_->run(queries::waiting_for::request_answered, {judged, silent})) {
        zones.push_back(
            {.request_id = row.text("request_id"),
             .account = row.text("account"),
             .zone = row.text("zone")});
    }
    return zones;
}

std::string PresenceRound::request_server(
    std::int64_t server_id,
    const std::string& cause,
    const std::optional<std::string>& trigger_id) {
    return transaction_
        ->run(queries::check_requests::ask_for_server, {server_id, cause, trigger_id})
        .only()
        .text("id");
}

RecordedEvent PresenceRound::record(const NewEvent& event) {
    return record_event(*transaction_, event);
}

void PresenceRound::commit() {
    transaction_->commit();
}

std::vector<ServerCount> count_servers(Connection& connection) {
    Transaction transaction(connection, kLimits);
    std::vector<ServerCount> counts;
    for (const Row row : transaction.run(queries::server_presence::count)) {
        counts.push_back(
            {.status = row.text("status"),
             .fitness = row.text("fitness"),
             .servers = row.integer("servers")});
    }
    return counts;
}

}  // namespace lumos::sql
