#include "tests/unit/presence/simulation/presence.h"

#include <algorithm>
#include <utility>

namespace lumos::presence::simulation {
namespace {

constexpr Moment kRoundEvery = 1s;
constexpr Moment kRoundsApart = 50ms;
constexpr std::size_t kAdvisoriesMost = 5'000;

void cut(std::optional<Time>& time, Time heard) {
    if (time) {
        time = std::min(*time, heard);
    }
}

}  // namespace

Replica::Replica(World& world, int id) : world_(world), id_(id) {}

// ---- the process ----

void Replica::start() {
    if (runs_) {
        return;
    }
    runs_ = true;
    ++life_;
    is_busy_ = false;
    break_off();
    bus_generation_ = 0;
    bus_row_.reset();
    plan(world_.events.now() + world_.chance.time(0s, 1s));
}

void Replica::kill() {
    runs_ = false;
    ++life_;
}

void Replica::stop_for(Moment how_long) {
    stopped_until_ = world_.events.now() + how_long;
}

void Replica::lose_database_for(Moment how_long) {
    database_back_at_ = world_.events.now() + how_long;
}

void Replica::read_slowly_for(Moment how_long) {
    slow_until_ = world_.events.now() + how_long;
}

void Replica::stall_next_round_for(Moment how_long) {
    next_round_stalls_ = how_long;
}

// What a stopped process was about to do, it does when it goes on.
void Replica::when_running(int life, std::function<void()> what) {
    if (!runs_ || life != life_) {
        return;
    }
    if (world_.events.now() < stopped_until_) {
        world_.events.at(
            stopped_until_ + world_.chance.time(0ms, 30ms),
            [this, life, what = std::move(what)] { when_running(life, what); });
        return;
    }
    what();
}

void Replica::plan(Moment when) {
    const int this_plan = ++plan_;
    const int life = life_;
    world_.events.at(when, [this, this_plan, life] {
        when_running(life, [this, this_plan] {
            if (this_plan == plan_ && !is_busy_) {
                round();
            }
        });
    });
}

void Replica::wake() {
    is_woken_ = true;
    if (runs_ && !is_busy_) {
        plan(std::max(began_ + kRoundsApart, world_.events.now() + 1ms));
    }
}

void Replica::end_round(bool again_at_once) {
    is_busy_ = false;
    const bool at_once = again_at_once || is_woken_;
    plan(std::max(began_ + (at_once ? kRoundsApart : kRoundEvery), world_.events.now()));
}

void Replica::break_off() {
    view_.clear();
    agent_generation_ = 0;
}

// ---- steps 1 and 2: the beat, and reading until it is seen ----

void Replica::round() {
    Bus& bus = world_.bus;
    began_ = world_.events.now();
    is_busy_ = true;
    is_woken_ = false;
    if (!bus.is_up()) {
        end_round();
        return;
    }
    if (!bus.agent.exists || !bus.advisories.exists) {
        bus.ensure_streams();
        end_round();
        return;
    }
    if (agent_generation_ != bus.agent.generation) {
        view_.clear();
        agent_generation_ = bus.agent.generation;
        agent_read_ = 0;
        snapshot_end_ = bus.agent.log.size();
    }
    look_at_bus_stream();
    Round round{.began = began_, .beat = {}, .stream_created = bus.agent.created};
    round.generation = agent_generation_;
    round.beat = {.node = bus.node(), .url = "u", .sequence = bus.store_beat(id_)};
    round.beat.heard = bus.agent.log.back().stored_at;
    if (!read_until(round.beat.sequence)) {
        break_off();
        end_round();
        return;
    }
    const int life = life_;
    const Moment stalls = std::exchange(next_round_stalls_, 0s);
    if (stalls > 0s) {
        stop_for(stalls);
    }
    world_.events.after(world_.chance.time(1ms, 20ms), [this, life, round] {
        when_running(life, [this, round] { write(round); });
    });
}

bool Replica::read_until(std::int64_t sequence) {
    if (world_.events.now() < slow_until_) {
        return !world_.rules.beat_is_read_back;
    }
    read(static_cast<std::size_t>(sequence));
    return true;
}

void Replica::read(std::size_t end) {
    Bus& bus = world_.bus;
    std::size_t& position = world_.rules.reader_of_its_own ? agent_read_ : world_.shared_read;
    if (!world_.rules.reader_of_its_own && world_.shared_generation != bus.agent.generation) {
        world_.shared_generation = bus.agent.generation;
        position = 0;
    }
    for (; position < end; ++position) {
        const StoredInAgent& message = bus.agent.log[position];
        // What was replaced is gone before a new consumer comes, or at once; else it has been read.
        const bool is_skipped =
            message.replaced_at &&
            (position < snapshot_end_ ||
             (*message.replaced_at - message.stored_at < 20ms && world_.chance.says(0.5)));
        if (message.subject < 0 || is_skipped) {
            continue;
        }
        const SentHeartbeat& sent = message.heartbeat;
        view_.take(
            {.account = "a",
             .server = std::to_string(sent.server),
             .heartbeat =
                 {.sequence = static_cast<std::int64_t>(position) + 1,
                  .stored_at = message.stored_at,
                  .through = sent.through,
                  .session = sent.session,
                  .interval = sent.interval,
                  .said = sent.said},
             .boot_id = sent.boot_id});
    }
}

void Replica::look_at_bus_stream() {
    const Bus& bus = world_.bus;
    if (bus_generation_ != bus.advisories.generation) {
        bus_generation_ = bus.advisories.generation;
        bus_created_ = bus.advisories.created;
        bus_made_after_ = bus_row_;
    }
}

// ---- steps 3 to 9: the transaction ----

void Replica::write(const Round& round) {
    Database& database = world_.database;
    const bool is_reachable = database.is_up && world_.events.now() >= database_back_at_;
    if (!is_reachable || agent_generation_ != round.generation || world_.chance.says(0.01)) {
        end_round();
        return;
    }
    if (world_.chance.says(0.3) && world_.bus.agent.exists && world_.bus.is_up() &&
        world_.bus.agent.generation == agent_generation_ && world_.events.now() >= slow_until_) {
        read(world_.bus.agent.log.size());  // The reader goes on while the round waits.
    }
    RoundVerdict verdict = may_write(
        database.hearing,
        {.stream_created = round.stream_created,
         .sequence = round.beat.sequence,
         .age = world_.events.now() - round.began},
        database.nodes,
        database.clock.now());
    const bool is_overruled =
        (verdict == RoundVerdict::Stalled && !world_.rules.stalled_round_ends) ||
        (verdict == RoundVerdict::OlderStream && !world_.rules.older_stream_ends);
    if (verdict != RoundVerdict::GoesOn && !is_overruled) {
        if (world_.events.now() - round.began > 30s) {
            break_off();  // The consumer is gone by now.
        }
        end_round();
        return;
    }
    end_round(commit(round));
}

bool Replica::commit(const Round& round) {
    Database& database = world_.database;
    const bool same_stream = is_same_stream(database.hearing, round.stream_created);
    const std::int64_t above = same_stream ? database.hearing.beat_seq : 0;
    std::map<int, ServerNews> news = heard_above(above);
    world_.watcher.heard(round.began);
    const bool cuts_back = advance_node(round, same_stream);
    // A copy: what follows may not depend on where the row stands.
    const NodeHearing beaten = *find_node(database.nodes, round.beat.node);
    move_servers(beaten);
    if (!same_stream) {
        begin_stream_anew();
    }
    database.hearing.agent_stream_created = round.stream_created;
    database.hearing.beat_seq = round.beat.sequence;
    if (!world_.rules.one_transaction && world_.chance.says(0.05)) {
        kill();  // Between the two transactions.
        start();
        return false;
    }
    for (auto& [server, one] : news) {
        if (cuts_back) {
            cut_back(one, beaten.heard_until);
        }
    }
    read_advisories(news);
    bool again_at_once = false;
    for (int server = 0; server < static_cast<int>(database.servers.size()); ++server) {
        const auto own = news.find(server);
        again_at_once |= carry(server, own == news.end() ? ServerNews{} : own->second, beaten);
    }
    view_.forget_until(round.beat.sequence);
    world_.watcher.committed();
    return again_at_once;
}

bool Replica::advance_node(const Round& round, bool same_stream) {
    Database& database = world_.database;
    const NodeBeat& beat = round.beat;
    std::vector<NodeHearing> before = database.nodes;
    Time now = database.clock.now();
    for (NodeHearing& node : before) {
        if (!world_.rules.stream_clock_breaks_span && same_stream) {
            node.heard_until = beat.heard;
        }
        if (!world_.rules.database_clock_breaks_span) {
            node.advanced_at = now;
        }
    }
    const Advance step = advance(before, beat, same_stream, now);
    if (find_node(database.nodes, beat.node) == nullptr) {
        database.nodes.push_back({.node = beat.node, .url = beat.url});
    }
    NodeHearing& node = *std::ranges::find(database.nodes, beat.node, &NodeHearing::node);
    if (!step.is_continuous) {
        node.span = ++database.spans;
        node.span_seq = beat.sequence;
        node.heard_since = beat.heard;
        node.gone_at.reset();
    }
    const bool cuts_back = step.cuts_back && world_.rules.later_times_are_cut_back;
    if (cuts_back) {
        cut_all_back(beat.heard);
    }
    node.heard_until = beat.heard;
    node.advanced_at = now;
    for (NodeHearing& other : database.nodes) {
        if (is_gone(other, node, now)) {
            other.gone_at = beat.heard;
        }
    }
    return cuts_back;
}

void Replica::cut_all_back(Time heard) {
    for (NodeHearing& node : world_.database.nodes) {
        node.heard_since = std::min(node.heard_since, heard);
        node.heard_until = std::min(node.heard_until, heard);
        cut(node.gone_at, heard);
    }
    for (ServerRows& server : world_.database.servers) {
        ServerPresence& row = server.row;
        for (std::optional<Time>* time :
             {&row.moved_at,
              &row.last_seen,
              &row.steady_since,
              &row.disconnected_at,
              &row.out_at}) {
            cut(*time, heard);
        }
        for (AgentConnection& connection : server.connections) {
            connection.opened_at = std::min(connection.opened_at, heard);
            cut(connection.heard_since, heard);
            cut(connection.heard_at, heard);
            cut(connection.closed_at, heard);
        }
        for (auto& [domain, asked_at] : server.waiting) {
            asked_at = std::min(asked_at, heard);
        }
    }
}

void Replica::move_servers(const NodeHearing& beaten) {
    Database& database = world_.database;
    for (ServerRows& server : database.servers) {
        for (const NodeHearing& node : database.nodes) {
            if (!node.gone_at) {
                continue;
            }
            close_with_node(server.connections, node.node, beaten.heard_until);
            if (server.row.node == node.node) {
                const std::optional<Time> seen = server.row.last_seen;
                move_to(server.row, beaten);
                if (!world_.rules.moved_have_full_timeout) {
                    server.row.span = beaten.span;
                    server.row.last_seen = seen;
                }
            }
        }
    }
}

void Replica::begin_stream_anew() {
    for (ServerRows& server : world_.database.servers) {
        server.row.last_seq = 0;
        server.row.judged_seq = 0;
    }
}

std::map<int, ServerNews> Replica::heard_above(std::int64_t sequence) const {
    std::map<int, ServerNews> news;
    for (HeardServer& heard : view_.above(sequence)) {
        ServerNews& own = news[std::stoi(heard.server)];
        own.carried = std::move(heard.carried);
        own.newest = heard.newest;
    }
    return news;
}

void Replica::read_advisories(std::map<int, ServerNews>& news) {
    StoredHearing& row = world_.database.hearing;
    const Bus& bus = world_.bus;
    bus_row_ = row.bus_stream_created;
    if (bus_generation_ != bus.advisories.generation || !bus.is_up()) {
        return;
    }
    const BusReading reading = bus_reading(row.bus_stream_created, bus_created_, bus_made_after_);
    if (reading == BusReading::IsDoubtful) {
        bus_generation_ = 0;
        return;
    }
    if (reading == BusReading::StartsAnew) {
        row.bus_stream_created = bus_created_;
        row.bus_seq = 0;
    }
    const Moment until = world_.events.now() - world_.chance.time(0ms, 20ms);
    std::size_t position = static_cast<std::size_t>(row.bus_seq);
    const std::size_t end = std::min(bus.advisories.log.size(), position + kAdvisoriesMost);
    for (; position < end && bus.advisories.log[position].arrived <= until; ++position) {
        const StoredInBus& message = bus.advisories.log[position];
        news[message.server].events.push_back(message.event);
    }
    row.bus_seq = static_cast<std::int64_t>(position);
}

// ---- one server ----

bool Replica::carry(int server, const ServerNews& news, const NodeHearing& beaten) {
    ServerRows& rows = world_.database.servers[static_cast<std::size_t>(server)];
    const std::vector<NodeHearing>& nodes = world_.database.nodes;
    const NodeHearing& present_node = node_of(rows.row, nodes, beaten);
    if (!world_.rules.out_is_latched && rows.row.fitness == Fitness::Out &&
        rows.row.span != present_node.span) {
        rows.row.fitness = Fitness::Unsure;
    }
    std::optional<Time> asked_at;
    for (const auto& [domain, time] : rows.waiting) {
        asked_at = std::min(asked_at.value_or(time), time);
    }
    const bool has_news = news.newest || !news.carried.empty() || !news.events.empty();
    const bool is_unknown_judged = !world_.rules.unknown_is_unsure && !rows.row.last_seen;
    if (!has_news && !is_unknown_judged &&
        !is_due(rows.row, asked_at, present_node, world_.pace.limits)) {
        return false;
    }
    ServerRecord record{.row = rows.row, .connections = rows.connections, .asked_at = asked_at};
    take_with_rules(record, news, beaten);
    const NodeHearing& node = node_of(record.row, nodes, beaten);
    if (is_unknown_judged && !record.row.last_seen) {
        record.row.last_seen = rows.added_at;
        record.row.span = node.span;
    }
    const Judgement judged = judge_with_rules(record, node);
    const ServerPresence before = rows.row;
    rows.row = judged.row;
    rows.connections = std::move(record.connections);
    std::erase_if(rows.connections, [&](const AgentConnection& connection) {
        return connection.closed_at && node.heard_until - *connection.closed_at > 24h;
    });
    world_.watcher.changed(
        {.server = server,
         .before = before,
         .after = rows.row,
         .conflict_began = judged.conflict_began});
    for (auto waiting = rows.waiting.begin(); waiting != rows.waiting.end();) {
        const bool is_answered = rows.row.last_seen && waiting->second < *rows.row.last_seen;
        if (is_answered || judged.is_unanswering) {
            world_.watcher.request_domain(waiting->first);
        }
        waiting = is_answered ? rows.waiting.erase(waiting) : std::next(waiting);
    }
    return needs_another_look(rows.row, node);
}

void Replica::take_with_rules(
    ServerRecord& server, ServerNews news, const NodeHearing& beaten) const {
    const Rules& rules = world_.rules;
    const Limits& limits = world_.pace.limits;
    const std::optional<Time> asked_at = server.asked_at;
    if (!rules.unanswering_begins_anew) {
        server.asked_at.reset();
    }
    for (ClientEvent& event : news.events) {
        if (event.connected && !rules.disconnect_is_final) {
            std::erase_if(server.connections, [&](const AgentConnection& connection) {
                return connection.key == event.key;
            });
        }
        if (!event.connected && !rules.only_some_reasons_count) {
            event.reason = "Client Closed";
        }
    }
    take_news(server, news, world_.database.nodes, beaten, limits);
    if (!rules.connections_are_rows) {
        server.connections.clear();
        for (const ClientEvent& event : news.events) {
            if (!event.connected && closing_counts(event.reason)) {
                server.row.disconnected_at = beaten.heard_until;
            }
        }
    }
    if (!rules.steady_from_the_connection_on) {
        server.is_unsteady = !server.row.steady_since;
    }
    server.asked_at = rules.unanswering_begins_anew ? asked_at : std::nullopt;
}

Judgement Replica::judge_with_rules(ServerRecord server, const NodeHearing& node) const {
    const Rules& rules = world_.rules;
    Limits limits = world_.pace.limits;
    NodeHearing heard = node;
    ServerPresence& row = server.row;
    const std::optional<std::int64_t> client = row.client_id;
    const std::optional<std::string> session = row.session;
    const std::optional<Time> disconnected_at = row.disconnected_at;
    if (!rules.ready_hold) {
        limits.ready_hold = Duration::zero();
    }
    if (!rules.silence_before_goodbye && row.said == Said::Stopping) {
        limits.health_timeout = 24h;
    }
    if (!rules.goodbyes_own_is_excepted && row.said == Said::Stopping) {
        row.client_id = -1;
        row.session.reset();
    }
    if (!rules.disconnect_needs_good_hearing && row.disconnected_at) {
        heard.heard_since = std::min(heard.heard_since, heard.heard_until - 1h);
    }
    if (!rules.disconnect_waits_a_round && row.disconnected_at == node.heard_until) {
        row.disconnected_at = *row.disconnected_at - 1us;
    }

    if (!rules.conflict_needs_both_to_speak) {
        for (AgentConnection& connection : server.connections) {
            connection.heard_at =
                connection.heard_at ? std::optional(node.heard_until + 1us) : std::nullopt;
        }
    }
    const bool is_heard_now = is_heard(node, world_.database.clock.now());
    Judgement judged = judge(
        server,
        {.node = heard, .is_heard = is_heard_now, .database_now = world_.database.clock.now()},
        limits);
    judged.row.client_id = client;
    judged.row.session = session;
    if (judged.row.disconnected_at) {
        judged.row.disconnected_at = disconnected_at;
    }
    if (!rules.conflict_is_unsure && judged.row.conflict && judged.row.fitness != Fitness::Out) {
        judged.row.fitness = Fitness::Out;
        judged.row.out_at = node.heard_until;
    }
    const bool is_only_quiet =
        server.row.fitness == Fitness::Ready && !judged.row.disconnected_at &&
        judged.row.fitness == Fitness::Unsure && judged.row.said == Said::Online &&
        !judged.is_unanswering && judged.row.steady_since == server.row.steady_since;
    if (!rules.quiet_is_unsure && is_only_quiet) {
        judged.row.fitness = Fitness::Ready;
    }
    return judged;
}

}  // namespace lumos::presence::simulation
