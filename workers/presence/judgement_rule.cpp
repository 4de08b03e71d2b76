#include "workers/presence/judgement_rule.h"

#include <algorithm>
#include <array>
#include <utility>

namespace lumos::presence {
namespace {

constexpr Duration kGoodHearingMin = std::chrono::seconds{5};

bool is_down(Status status) {
    return status == Status::Offline || status == Status::Error;
}

bool has_said_goodbye(const ServerPresence& row) {
    return row.said == Said::Stopping || row.said == Said::Restarting;
}

bool is_closed(const ServerRecord& server) {
    const ServerPresence& row = server.row;
    std::optional<ConnectionKey> through = server.through;
    if (!through && row.node && row.client_id) {
        through = ConnectionKey{*row.node, *row.client_id};
    }
    if (!through) {
        return false;  // It names no connection, so nothing says that it is closed.
    }
    const AgentConnection* connection = find_connection(server.connections, *through);
    return connection != nullptr && connection->closed_at;
}

bool is_good(const NodeHearing& node, Duration interval) {
    return node.heard_until - node.heard_since >= std::max(2 * interval, kGoodHearingMin);
}

Duration silence_of(const ServerPresence& row, const NodeHearing& node) {
    return silence(node, {.span = row.span, .last_seen = row.last_seen, .moved_at = row.moved_at});
}

// What the table looks at.
struct Sight {
    const ServerPresence& row;
    const Connections& connections;
    const NodeHearing& node;
    const Limits& limits;
    bool counts = false;  // This round's heartbeat.
};

// A goodbye speaks for all connections of its process.
bool is_goodbyes_own(const ServerPresence& row, const AgentConnection& connection) {
    const bool is_the_one =
        row.client_id == connection.key.client_id && row.node == connection.key.nats_server;
    const bool is_of_the_process = row.session && row.session == connection.session;
    return has_said_goodbye(row) && (is_the_one || is_of_the_process);
}

bool is_live_beside_goodbye(const Sight& sight, const AgentConnection& connection) {
    return !is_goodbyes_own(sight.row, connection) &&
           is_live(connection, sight.node, interval_of(sight.row, sight.limits));
}

// Nobody but the goodbye's own connections speaks for the server.
bool is_unspoken_for(const Sight& sight) {
    return std::ranges::none_of(sight.connections, [&](const AgentConnection& connection) {
        return is_live_beside_goodbye(sight, connection);
    });
}

// Another process has spoken and is there still: the goodbye came late, or one of two went.
bool is_overtaken(const Sight& sight) {
    return std::ranges::any_of(sight.connections, [&](const AgentConnection& connection) {
        return connection.heard_at && is_live_beside_goodbye(sight, connection);
    });
}

bool has_grace_passed(const Sight& sight) {
    const ServerPresence& row = sight.row;
    const NodeHearing& node = sight.node;
    const Time left_at = row.disconnected_at ? *row.disconnected_at : *row.last_seen;
    if (node.heard_until < std::max(left_at, node.heard_since) + sight.limits.disconnect_grace) {
        return false;
    }
    if (row.disconnected_at && node.heard_until <= *row.disconnected_at) {
        return false;
    }
    return is_unspoken_for(sight);
}

// The table's answer; what it leaves as it was is absent.
struct Verdict {
    std::optional<Status> status = std::nullopt;
    Cause cause = Cause::Heartbeat;
    std::optional<Fitness> fitness = std::nullopt;
};

Verdict out_after_grace(bool has_passed, std::optional<Status> status, Cause cause) {
    return {
        .status = status,
        .cause = cause,
        .fitness = has_passed ? std::optional(Fitness::Out) : std::nullopt};
}

Verdict of_disconnect(const Sight& sight) {
    const ServerPresence& row = sight.row;
    const bool by_an_earlier_round = *row.disconnected_at < sight.node.heard_until;
    const bool is_good_hearing = is_good(sight.node, interval_of(row, sight.limits));
    // Whoever has connected again speaks at once, or is not live for long: until then nothing is
    // said.
    if (!by_an_earlier_round || !is_good_hearing || !is_unspoken_for(sight)) {
        return {};
    }
    const bool has_passed = has_grace_passed(sight);
    const bool is_told = row.said != Said::Restarting || has_passed;
    return out_after_grace(
        has_passed, is_told ? std::optional(Status::Offline) : std::nullopt, Cause::Disconnect);
}

Verdict of_heartbeat(const Sight& sight) {
    const ServerPresence& row = sight.row;
    if (row.said == Said::Error) {
        return {.status = Status::Error, .cause = Cause::LocalCheck, .fitness = Fitness::Out};
    }
    if (row.said != Said::Online) {
        return {};
    }
    const bool is_steady = *row.last_seen - *row.steady_since >= sight.limits.ready_hold;
    return {
        .status = Status::Online,
        .cause = Cause::Heartbeat,
        .fitness = is_steady ? Fitness::Ready : Fitness::Unsure};
}

// The table of docs/presence.md: the first row that matches. Its first two rows are the caller's.
Verdict look_up(const Sight& sight) {
    const ServerPresence& row = sight.row;
    if (silence_of(row, sight.node) > timeout_of(row, sight.limits)) {
        return {.status = Status::Offline, .cause = Cause::Silence, .fitness = Fitness::Out};
    }
    if (row.conflict) {
        // Out is latched: only a heartbeat that counts ends it.
        const bool stays_out = row.fitness == Fitness::Out && !sight.counts;
        return {.fitness = stays_out ? std::nullopt : std::optional(Fitness::Unsure)};
    }
    if (row.said == Said::Stopping && !is_overtaken(sight)) {
        return out_after_grace(has_grace_passed(sight), Status::Offline, Cause::Stopping);
    }
    if (row.disconnected_at) {
        return of_disconnect(sight);
    }
    return sight.counts ? of_heartbeat(sight) : Verdict{};
}

bool has_not_answered(
    const ServerPresence& row, const std::optional<Time>& asked_at, const NodeHearing& node) {
    return asked_at && *asked_at >= *row.last_seen &&
           heard_time_since(node, *asked_at) > kAnswerWithin;
}

bool is_quiet(const Sight& sight) {
    return silence_of(sight.row, sight.node) > 3 * interval_of(sight.row, sight.limits);
}

void enter(ServerPresence& row, Fitness fitness, const Surroundings& around) {
    if (row.fitness == fitness) {
        return;
    }
    row.fitness = fitness;
    row.fitness_since = around.database_now;
    if (fitness == Fitness::Out) {
        row.out_at = around.node.heard_until;
    }
}

void enter(ServerPresence& row, Status status, Cause cause, const Surroundings& around) {
    if (row.status == status) {
        return;
    }
    row.status = status;
    row.cause = cause;
    row.status_since = around.database_now;
    row.transition += 1;
}

template <typename Value, std::size_t N>
std::string_view text_in(
    const std::array<std::pair<Value, std::string_view>, N>& table, Value value) {
    return std::ranges::find(table, value, &std::pair<Value, std::string_view>::first)->second;
}

template <typename Value, std::size_t N>
std::optional<Value> value_in(
    const std::array<std::pair<Value, std::string_view>, N>& table, std::string_view text) {
    const auto found = std::ranges::find(table, text, &std::pair<Value, std::string_view>::second);
    return found == table.end() ? std::nullopt : std::optional(found->first);
}

using namespace std::string_view_literals;
constexpr std::array kStatuses{
    std::pair{Status::Unknown, "unknown"sv},
    std::pair{Status::Online, "online"sv},
    std::pair{Status::Offline, "offline"sv},
    std::pair{Status::Error, "error"sv}};
constexpr std::array kFitnesses{
    std::pair{Fitness::Ready, "ready"sv},
    std::pair{Fitness::Unsure, "unsure"sv},
    std::pair{Fitness::Out, "out"sv}};
constexpr std::array kSayings{
    std::pair{Said::Online, "online"sv},
    std::pair{Said::Error, "error"sv},
    std::pair{Said::Stopping, "stopping"sv},
    std::pair{Said::Restarting, "restarting"sv}};
constexpr std::array kCauses{
    std::pair{Cause::Heartbeat, "heartbeat"sv},
    std::pair{Cause::Disconnect, "disconnect"sv},
    std::pair{Cause::Stopping, "stopping"sv},
    std::pair{Cause::Silence, "silence"sv},
    std::pair{Cause::LocalCheck, "local_check"sv}};

}  // namespace

Duration interval_of(const ServerPresence& row, const Limits& limits) {
    return std::clamp(row.interval.value_or(limits.heartbeat_interval), kIntervalMin, kIntervalMax);
}

Duration timeout_of(const ServerPresence& row, const Limits& limits) {
    return std::max(limits.health_timeout, 4 * interval_of(row, limits));
}

void take_heartbeat(
    ServerRecord& server,
    const NewHeartbeat& heartbeat,
    const NodeHearing& node,
    const Limits& limits) {
    ServerPresence& row = server.row;
    if (heartbeat.sequence <= row.last_seq) {
        return;
    }
    const ServerPresence before = row;
    row.node = node.node;
    row.last_seq = heartbeat.sequence;
    // The stream's clock may have been set back a little inside a span; what was seen stays seen.
    row.last_seen = std::max(before.last_seen.value_or(heartbeat.stored_at), heartbeat.stored_at);
    row.client_id = heartbeat.through ? std::optional(heartbeat.through->client_id) : std::nullopt;
    row.session = heartbeat.session;
    row.interval = std::clamp(heartbeat.interval, kIntervalMin, kIntervalMax);
    row.said = heartbeat.said;
    if (heartbeat.sequence > node.span_seq) {
        row.span = node.span;
    }
    server.through = heartbeat.through;

    const bool after_silence =
        !before.last_seen || *row.last_seen - *before.last_seen > 3 * interval_of(before, limits);
    const bool on_another_connection = before.node != row.node ||
                                       before.client_id != row.client_id ||
                                       before.session != row.session;
    const bool answers_late =
        server.asked_at &&
        *row.last_seen - std::max(*server.asked_at, node.heard_since) > kAnswerWithin;
    server.is_unsteady = !before.steady_since || after_silence || on_another_connection ||
                         answers_late || before.span != row.span || before.disconnected_at ||
                         before.status != Status::Online;
}

void take_client_event(
    ServerRecord& server,
    const ClientEvent& event,
    const NodeHearing& node,
    const NodeHearing* carrier,
    const Limits& limits) {
    if (event.connected) {
        const bool is_history = carrier != nullptr && carrier->gone_at;
        if (!is_history) {
            open_by_connect(server.connections, event.key, node.heard_until);
        }
        return;
    }
    const Duration interval = interval_of(server.row, limits);
    if (close_by_disconnect(
            server.connections, {.key = event.key, .reason = event.reason}, node, interval) &&
        !server.row.disconnected_at) {
        server.row.disconnected_at = node.heard_until;
        server.row.disconnect_reason = event.reason;
    }
}

Judgement judge(const ServerRecord& server, const Surroundings& around, const Limits& limits) {
    Judgement judged{.row = server.row};
    ServerPresence& row = judged.row;
    const bool counts = row.last_seq > row.judged_seq && !is_closed(server);
    if (counts) {
        row.disconnected_at.reset();
        row.disconnect_reason.reset();
        if (server.is_unsteady || !row.steady_since) {
            row.steady_since = row.last_seen;
        }
    }
    if (!row.last_seen || !around.is_heard) {
        return judged;
    }
    row.conflict = is_conflict(server.connections, around.node, interval_of(row, limits));
    judged.conflict_began = row.conflict && !server.row.conflict;
    row.judged_seq = row.last_seq;

    const Sight sight{row, server.connections, around.node, limits, counts};
    const Verdict verdict = look_up(sight);
    Fitness fitness = verdict.fitness.value_or(row.fitness);
    if (fitness == Fitness::Ready) {
        judged.is_unanswering = has_not_answered(row, server.asked_at, around.node);
        const bool is_leaving = row.disconnected_at || has_said_goodbye(row);
        // A heartbeat of a closed connection says nothing about now: what was held back while
        // nobody listened would carry the hold of before into the new span.
        const bool is_from_the_past = server.is_unsteady && !counts;
        const bool is_in_doubt =
            is_quiet(sight) || is_leaving || is_from_the_past || judged.is_unanswering;
        fitness = is_in_doubt ? Fitness::Unsure : Fitness::Ready;
    }
    enter(row, fitness, around);
    if (verdict.status) {
        enter(row, *verdict.status, verdict.cause, around);
    }
    return judged;
}

Alert alert_of(const ServerPresence& before, const ServerPresence& after) {
    if (is_down(before.status) == is_down(after.status)) {
        return Alert::None;
    }
    return is_down(after.status) ? Alert::Down : Alert::Up;
}

std::optional<std::string_view> request_of(
    const ServerPresence& before, const ServerPresence& after) {
    if (before.fitness != after.fitness) {
        if (after.fitness == Fitness::Ready) {
            return "ready";
        }
        if (after.fitness == Fitness::Out || before.fitness == Fitness::Out) {
            return "out";
        }
    }
    if (before.status != after.status && is_down(after.status)) {
        return "offline";
    }
    return std::nullopt;
}

bool needs_another_look(const ServerPresence& row, const NodeHearing& node) {
    return row.disconnected_at && *row.disconnected_at >= node.heard_until &&
           row.status != Status::Offline;
}

std::string_view to_text(Status status) {
    return text_in(kStatuses, status);
}
std::string_view to_text(Fitness fitness) {
    return text_in(kFitnesses, fitness);
}
std::string_view to_text(Said said) {
    return text_in(kSayings, said);
}
std::string_view to_text(Cause cause) {
    return text_in(kCauses, cause);
}
std::optional<Status> status_of(std::string_view text) {
    return value_in(kStatuses, text);
}
std::optional<Fitness> fitness_of(std::string_view text) {
    return value_in(kFitnesses, text);
}
std::optional<Said> said_of(std::string_view text) {
    return value_in(kSayings, text);
}
std::optional<Cause> cause_of(std::string_view text) {
    return value_in(kCauses, text);
}

}  // namespace lumos::presence
