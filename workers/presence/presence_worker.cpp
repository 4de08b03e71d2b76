#include "workers/presence/presence_worker.h"

#include "bus/connection.h"
#include "bus/error.h"
#include "bus/streams.h"
#include "schemas/agent_messages.h"
#include "schemas/subjects.h"
#include "sql/connection.h"
#include "sql/error.h"
#include "workers/shared/outbox/outbox.h"
#include "workers/shared/runtime/backoff.h"
#include "workers/shared/runtime/ids.h"
#include "workers/shared/runtime/log.h"

#include <utility>

namespace lumos::presence {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kRoundEvery{1'000};
constexpr milliseconds kRoundsApart{50};
constexpr milliseconds kBeatAtMost{2'000};
constexpr runtime::Backoff kRoundAgain{.first = milliseconds{250}, .most = milliseconds{2'000}};
constexpr std::int64_t kMeasureEvery = 10;

std::string beat_body(const std::string& node, const std::string& replica, Time now) {
    const schemas::Envelope envelope{
        .id = runtime::new_uuid(now),
        .source = "/lumos/presence",
        .what = "beat",
        .subject = node,
        .time = now,
        .account = "_system",
        .sequence = std::nullopt,
        .correlationid = std::nullopt};
    return schemas::write_beat(envelope, {.node = node, .replica = replica});
}

}  // namespace

PresenceWorker::PresenceWorker(PresenceParts parts, Limits limits, std::string replica)
    : parts_(std::move(parts)),
      replica_(std::move(replica)),
      hearing_round_(parts_.heard, parts_.clock, limits) {}

void PresenceWorker::run(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
        const runtime::SteadyTime began = parts_.clock.steady();
        another_at_once_ = false;
        round(stop);
        const auto spent = std::chrono::duration_cast<milliseconds>(parts_.clock.steady() - began);
        if (spent < kRoundsApart) {
            runtime::pause(stop, kRoundsApart - spent);
        }
        if (!another_at_once_ && spent < kRoundEvery) {
            parts_.heard.wait_for_news(kRoundEvery - spent, stop);
        }
    }
}

void PresenceWorker::round(const std::stop_token& stop) {
    try {
        const auto read = beat(stop);
        if (!read) {
            left_.add();
            return;
        }
        if (write(*read)) {
            publish();
        }
        failures_ = 0;
        return;
    } catch (const sql::Busy&) {
        left_.add();  // Another replica's round; this one was not needed.
        return;
    } catch (const bus::StreamMissing&) {
        bus::ensure_stream(parts_.bus, bus::kAgentStream);
    } catch (const sql::Lost& error) {
        database_.reset();
        parts_.health.set("database", false, error.what());
    } catch (const sql::InDoubt& error) {
        database_.reset();
        parts_.health.set("database", false, error.what());
    } catch (const bus::BusUnavailable& error) {
        parts_.health.set("bus", false, error.what());
    } catch (const std::runtime_error& error) {
        database_.reset();
        runtime::log_error("round_failed", {{"error", error.what()}});
    }
    failed_.add();
    runtime::pause(stop, kRoundAgain.wait(++failures_, runtime::random_unit()));
}

// Steps 1 and 2: through the stream, acknowledged and read back, or it proves nothing.
std::optional<ReadBeat> PresenceWorker::beat(const std::stop_token& stop) {
    const bus::ConnectionState state = parts_.bus.state();
    if (!state.connected) {
        parts_.health.set("bus", false, state.last_error);
        return std::nullopt;
    }
    const runtime::BootTime sent_at = parts_.clock.boot();
    const bus::PublishAck ack = parts_.bus.publish_acknowledged(
        schemas::subjects::beat(state.nats_server, replica_),
        beat_body(state.nats_server, replica_, parts_.clock.now()),
        "",
        kBeatAtMost);
    const auto sequence = static_cast<std::int64_t>(ack.sequence);
    const auto read = parts_.heard.wait_for_beat(sequence, kBeatAtMost, stop);
    if (!read) {
        parts_.heard.break_off();
        parts_.health.set("bus", false, "the beat was not read back in time");
        return std::nullopt;
    }
    if (parts_.bus.state().nats_server != state.nats_server) {
        return std::nullopt;  // Reconnected meanwhile: the beat is another node's.
    }
    parts_.health.set("bus", true, state.url);
    return ReadBeat{
        .node = state.nats_server,
        .url = state.url,
        .sequence = sequence,
        .read = *read,
        .sent_at = sent_at};
}

bool PresenceWorker::write(const ReadBeat& beat) {
    if (!database_) {
        database_.emplace(parts_.connect());
    }
    const RoundResult result = hearing_round_.run(*database_, beat);
    parts_.health.set("database", true);
    if (result.verdict != RoundVerdict::GoesOn) {
        left_.add();
        if (result.verdict == RoundVerdict::OlderStream) {
            parts_.heard.break_off();
        }
        return false;
    }
    another_at_once_ = result.another_at_once;
    written_.add();
    seconds_.observe(Seconds(parts_.clock.boot() - beat.sent_at).count());
    heard_.set(Seconds(parts_.clock.now().time_since_epoch()).count());
    measure();
    return true;
}

void PresenceWorker::publish() {
    if (!hearing_round_.deliveries().empty() || !hearing_round_.jobs().empty()) {
        parts_.outbox.wake();
    }
    for (const outbox::CheckJob& job : hearing_round_.jobs()) {
        parts_.outbox.check(job);
    }
    parts_.outbox.notify(hearing_round_.deliveries());
}

void PresenceWorker::measure() {
    if (rounds_++ % kMeasureEvery != 0) {
        return;
    }
    std::map<std::string, double> statuses{
        {"unknown", 0}, {"online", 0}, {"offline", 0}, {"error", 0}};
    std::map<std::string, double> fitnesses{{"ready", 0}, {"unsure", 0}, {"out", 0}};
    for (const sql::ServerCount& count : sql::count_servers(*database_)) {
        statuses[count.status] += static_cast<double>(count.servers);
        fitnesses[count.fitness] += static_cast<double>(count.servers);
    }
    for (const auto& [status, servers] : statuses) {
        runtime::metrics::Gauge("lumos_servers", "Servers by status.", {{"status", status}})
            .set(servers);
    }
    for (const auto& [fitness, servers] : fitnesses) {
        runtime::metrics::Gauge(
            "lumos_servers_fitness", "Servers by fitness for routing.", {{"fitness", fitness}})
            .set(servers);
    }
}

}  // namespace lumos::presence
