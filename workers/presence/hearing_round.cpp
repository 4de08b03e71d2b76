#include "workers/presence/hearing_round.h"

#include "workers/presence/stored.h"
#include "workers/shared/runtime/ids.h"
#include "workers/shared/runtime/log.h"

#include <boost/json.hpp>

#include <algorithm>
#include <set>
#include <utility>

namespace lumos::presence {
namespace {

constexpr std::size_t kClientEventsMost = 5'000;
// Old rows of connections and nodes go in small steps, now and then.
constexpr std::int64_t kForgetEvery = 60;

}  // namespace

struct HearingRound::State {
    State(sql::PresenceRound& round, const ReadBeat& read_beat) : store(round), beat(read_beat) {}
    sql::PresenceRound& store;
    const ReadBeat& beat;
    sql::HearingRow hearing;
    std::vector<NodeHearing> nodes;  // As this round leaves them.
    NodeHearing beaten;
    bool same_stream = false;
    bool cuts_back = false;
    std::map<sql::ServerName, ServerNews> news;
    std::map<sql::ServerName, AgentReport> reports;
    std::map<std::int64_t, std::string> reported;  // What this round writes of them.
    RoundResult result;
};

struct HearingRound::Server {
    sql::ServerPresenceRow row;
    ServerRecord record;
    ServerNews news;
    std::optional<AgentReport> report;
    bool is_unanswering = false;
};

HearingRound::HearingRound(Heard& heard, const runtime::Clock& clock, Limits limits)
    : heard_(heard),
      clock_(clock),
      limits_(limits) {}

RoundResult HearingRound::run(sql::Connection& connection, const ReadBeat& beat) {
    jobs_.clear();
    deliveries_.clear();
    sql::PresenceRound store(connection);
    State state(store, beat);
    state.hearing = store.lock();
    for (const sql::HeardNodeRow& row : store.nodes()) {
        state.nodes.push_back(node_of_row(row));
    }
    const RoundBeat round_beat{
        .stream_created = beat.read.stream_created,
        .sequence = beat.sequence,
        .age = std::chrono::duration_cast<Duration>(clock_.boot() - beat.sent_at)};
    const StoredHearing stored = hearing_of(state.hearing);
    state.result.verdict = may_write(stored, round_beat, state.nodes, state.hearing.database_now);
    heard_.set_bus_row(state.hearing.bus_stream_created, state.hearing.bus_seq);
    if (state.result.verdict != RoundVerdict::GoesOn) {
        if (state.result.verdict == RoundVerdict::Overtaken) {
            forget(state);  // What the other replica wrote: this one may never be the faster one.
        }
        return state.result;
    }
    state.same_stream = is_same_stream(stored, beat.read.stream_created);
    const auto heard =
        heard_.above(state.same_stream ? state.hearing.beat_seq : 0, beat.read.generation);
    if (!heard) {
        state.result.verdict = RoundVerdict::Stalled;  // Reading broke off since the beat was read.
        return state.result;
    }
    for (const HeardServer& server : *heard) {
        const sql::ServerName name{.account = server.account, .server = server.server};
        state.news[name] = {.carried = server.carried, .newest = server.newest, .events = {}};
        state.reports[name] = server.report;
    }
    advance_hearing(state);
    leave_gone_nodes(state);
    take_news(state);
    take_client_events(state);
    std::vector<Server> servers = load(state);
    for (Server& server : servers) {
        judge_server(state, server);
    }
    write(state, servers);
    request_zones(state, servers);
    state.hearing.agent_stream_created = beat.read.stream_created;
    state.hearing.beat_seq = beat.sequence;
    store.finish(state.hearing);
    store.commit();
    heard_.set_bus_row(state.hearing.bus_stream_created, state.hearing.bus_seq);
    forget(state);
    for (auto& [server, said] : state.reported) {
        reported_[server] = std::move(said);
    }
    state.result.judged = static_cast<std::int64_t>(servers.size());
    return state.result;
}

// What the database holds is kept in memory no longer.
void HearingRound::forget(const State& state) const {
    const sql::HearingRow& row = state.hearing;
    heard_.forget_until(row.beat_seq, state.beat.read.generation);
    heard_.forget_bus_until(row.bus_stream_created, row.bus_seq);
}

// Step 4: the span goes on, or a new one begins.
void HearingRound::advance_hearing(State& state) const {
    const ReadBeat& beat = state.beat;
    const Time database_now = state.hearing.database_now;
    const NodeBeat node_beat{
        .node = beat.node,
        .url = beat.url,
        .heard = beat.read.stored_at,
        .sequence = beat.sequence};
    const Advance step = advance(state.nodes, node_beat, state.same_stream, database_now);
    state.cuts_back = step.cuts_back;
    if (step.cuts_back) {
        state.store.cut_back(node_beat.heard);
        for (NodeHearing& node : state.nodes) {
            node.heard_since = std::min(node.heard_since, node_beat.heard);
            node.heard_until = std::min(node.heard_until, node_beat.heard);
        }
    }
    if (find_node(state.nodes, beat.node) == nullptr) {
        state.nodes.push_back({.node = beat.node, .url = beat.url});
    }
    NodeHearing& node = *std::ranges::find(state.nodes, beat.node, &NodeHearing::node);
    node.url = beat.url;
    if (!step.is_continuous) {
        node.span = state.store.next_span();
        node.span_seq = beat.sequence;
        node.heard_since = node_beat.heard;
        node.gone_at.reset();
        runtime::log_info(
            "hearing_began", {{"node", node.node}, {"span", static_cast<long>(node.span)}});
    }
    node.heard_until = node_beat.heard;
    node.advanced_at = database_now;
    state.store.write_node(row_of_node(node));
    if (!state.same_stream) {
        state.store.begin_stream_anew();
    }
    state.beaten = node;
}

void HearingRound::leave_gone_nodes(State& state) const {
    for (NodeHearing& node : state.nodes) {
        if (!is_gone(node, state.beaten, state.hearing.database_now)) {
            continue;
        }
        node.gone_at = state.beaten.heard_until;
        state.store.write_node(row_of_node(node));
        state.store.leave_node(node.node, row_of_node(state.beaten), std::string(kNodeGone));
        runtime::log_info("node_gone", {{"node", node.node}, {"url", node.url}});
    }
}

void HearingRound::take_news(State& state) {
    if (state.cuts_back) {
        for (auto& [name, news] : state.news) {
            cut_back(news, state.beaten.heard_until);
        }
    }
}

// Step 6: advisories of NATS, on from where the database stands.
void HearingRound::take_client_events(State& state) const {
    const auto read = heard_.bus_events(state.hearing.bus_seq, kClientEventsMost);
    if (!read) {
        return;
    }
    const BusReading reading =
        bus_reading(state.hearing.bus_stream_created, read->stream_created, read->made_after);
    if (reading == BusReading::IsDoubtful) {
        return;  // The reader notices by the row that it is to begin anew.
    }
    auto events = read->events;
    auto read_until = read->read_until;
    if (reading == BusReading::StartsAnew) {
        const auto all = heard_.bus_events(0, kClientEventsMost);
        if (!all || all->stream_created != read->stream_created) {
            return;
        }
        events = all->events;
        read_until = all->read_until;
        state.hearing.bus_stream_created = read->stream_created;
    }
    for (const NamedClientEvent& event : events) {
        state.news[{.account = event.account, .server = event.server}].events.push_back(
            event.event);
    }
    state.hearing.bus_seq = read_until;
}

// Step 7's servers: those that something was learned about, and those that are due.
std::vector<HearingRound::Server> HearingRound::load(State& state) const {
    std::vector<sql::ServerName> names;
    for (const auto& [name, news] : state.news) {
        names.push_back(name);
    }
    std::map<std::int64_t, sql::ServerName> touched;
    for (const auto& [name, id] : state.store.ids(names)) {
        touched.emplace(id, name);
    }
    std::set<std::int64_t> ids;
    for (const auto& [id, name] : touched) {
        ids.insert(id);
    }
    const Seconds interval = limits_.heartbeat_interval;
    for (const std::int64_t id : state.store.due(
             {.beaten = state.beaten.node, .default_interval_seconds = interval.count()})) {
        ids.insert(id);
    }
    const std::vector<std::int64_t> ordered(ids.begin(), ids.end());
    std::vector<Server> servers;
    std::map<std::int64_t, std::size_t> index;
    for (sql::ServerPresenceRow& row : state.store.servers(ordered)) {
        index[row.server_id] = servers.size();
        Server& server = servers.emplace_back();
        server.record.row = presence_of(row);
        server.record.asked_at = row.asked_at;
        if (const auto own = touched.find(row.server_id); own != touched.end()) {
            server.news = std::move(state.news[own->second]);
            if (const auto report = state.reports.find(own->second);
                report != state.reports.end()) {
                server.report = report->second;
            }
        }
        server.row = std::move(row);
    }
    for (const sql::AgentConnectionRow& row : state.store.connections(ordered)) {
        servers[index.at(row.server_id)].record.connections.push_back(connection_of_row(row));
    }
    return servers;
}

void HearingRound::judge_server(State& state, Server& server) {
    presence::take_news(server.record, server.news, state.nodes, state.beaten, limits_);
    const NodeHearing& node = node_of(server.record.row, state.nodes, state.beaten);
    const Surroundings around{
        .node = node,
        .is_heard = is_heard(node, state.hearing.database_now),
        .database_now = state.hearing.database_now};
    const Judgement judged = judge(server.record, around, limits_);
    tell(state, server, judged);
    server.is_unanswering = judged.is_unanswering;
    state.result.another_at_once |= needs_another_look(judged.row, node);
    store(server.row, judged.row);
}

// What changed becomes events and requests of the same transaction.
void HearingRound::tell(State& state, Server& server, const Judgement& judged) {
    const ServerPresence before = presence_of(server.row);
    const NodeHearing& node = node_of(judged.row, state.nodes, state.beaten);
    const Change change{
        .before = before,
        .after = judged.row,
        .silence = judged.row.last_seen ? heard_time_since(node, *judged.row.last_seen)
                                        : Duration::zero()};
    const Alert alert = alert_of(before, judged.row);
    std::optional<std::string> trigger;
    ServerFacts facts{
        .server = server.row.server,
        .name = server.row.name,
        .ipv4 = server.row.ipv4,
        .ipv6 = server.row.ipv6,
        .domains_published = 0,
        .checks = server.report ? server.report->checks : std::vector<schemas::CheckResult>{}};
    const auto record = [&](const char* type, const boost::json::value& data, bool opens) {
        const std::string id = runtime::new_uuid(clock_.now());
        const sql::RecordedEvent recorded = state.store.record(
            {.id = id,
             .account_id = server.row.account_id,
             .source = "presence",
             .type = type,
             .kind = "server",
             .subject = server.row.server,
             .incident = opens ? std::nullopt : server.row.incident,
             .data = boost::json::serialize(data),
             .alert = true});
        deliveries_.insert(
            deliveries_.end(), recorded.deliveries.begin(), recorded.deliveries.end());
        if (opens) {
            server.row.incident = recorded.incident;
        }
        return id;
    };
    if (alert != Alert::None) {
        facts.domains_published = state.store.domains_published(server.row.server_id);
        const bool is_down = alert == Alert::Down;
        trigger = record(
            is_down ? "server_down" : "server_up",
            to_json(status_event(facts, change, alert)),
            is_down);
        runtime::log_info(
            is_down ? "server_went_down" : "server_came_back",
            {{"account", server.row.account},
             {"server", server.row.server},
             {"cause", std::string(to_text(judged.row.cause.value_or(Cause::Heartbeat)))}});
    }
    if (judged.conflict_began) {
        record(
            "identity_conflict", to_json(conflict_event(facts, server.record.connections)), false);
    }
    if (const auto cause = request_of(before, judged.row)) {
        jobs_.push_back(
            {.account = server.row.account,
             .is_zone = false,
             .name = server.row.server,
             .trigger = "server_event",
             .id = state.store.request_server(server.row.server_id, std::string(*cause), trigger),
             .trigger_id = trigger});
    }
}

void HearingRound::write(State& state, std::vector<Server>& servers) {
    std::vector<sql::ServerPresenceRow> rows;
    std::vector<sql::AgentConnectionRow> connections;
    std::vector<sql::AgentConnectionKey> forgotten;
    std::vector<sql::ServerReportRow> reports;
    for (const Server& server : servers) {
        rows.push_back(server.row);
        for (const AgentConnection& connection : server.record.connections) {
            if (connection.is_changed) {
                connections.push_back(row_of_connection(server.row.server_id, connection));
            }
        }
        for (const ConnectionKey& key : server.record.forgotten) {
            forgotten.push_back(
                {.server_id = server.row.server_id,
                 .nats_server = key.nats_server,
                 .client_id = key.client_id});
        }
        if (!server.report) {
            continue;
        }
        // Latencies change with every heartbeat; they are no reason to write.
        auto compared = server.report->checks;
        for (schemas::CheckResult& check : compared) {
            check.latency_ms = 0;
        }
        const std::string said = server.report->version + to_rfc3339(server.report->started_at) +
                                 boost::json::serialize(schemas::to_json(compared));
        const auto written = reported_.find(server.row.server_id);
        if (written == reported_.end() || written->second != said) {
            state.reported[server.row.server_id] = said;
            reports.push_back(
                {.server_id = server.row.server_id,
                 .agent_version = server.report->version,
                 .started_at = server.report->started_at,
                 .checks = boost::json::serialize(schemas::to_json(server.report->checks))});
        }
    }
    state.store.write_servers(rows);
    state.store.write_connections(connections);
    state.store.remove_connections(forgotten);
    state.store.write_reports(reports);
    if (++rounds_ % kForgetEvery == 0) {
        state.store.forget_connections(state.beaten.heard_until);
        state.store.forget_nodes(state.beaten.heard_until);
    }
}

// Step 8, after the servers' rows were written: last_seen is what answers a call.
void HearingRound::request_zones(State& state, const std::vector<Server>& servers) {
    std::vector<std::int64_t> judged;
    std::vector<std::int64_t> silent;
    for (const Server& server : servers) {
        if (server.record.asked_at) {
            judged.push_back(server.row.server_id);
        }
        if (server.is_unanswering) {
            silent.push_back(server.row.server_id);
        }
    }
    if (judged.empty()) {
        return;
    }
    for (const sql::ZoneAsked& zone : state.store.request_answered_zones(judged, silent)) {
        jobs_.push_back(
            {.account = zone.account,
             .is_zone = true,
             .name = zone.zone,
             .trigger = "answer",
             .id = zone.request_id,
             .trigger_id = std::nullopt});
    }
}

}  // namespace lumos::presence
