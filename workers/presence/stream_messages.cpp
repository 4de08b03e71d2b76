#include "workers/presence/stream_messages.h"

#include "schemas/agent_messages.h"
#include "schemas/subjects.h"

#include <chrono>
#include <utility>

namespace lumos::presence {
namespace {

Said said_by(const schemas::Heartbeat& heartbeat) {
    switch (heartbeat.status) {
        case schemas::AgentStatus::Online:
            return Said::Online;
        case schemas::AgentStatus::Error:
            return Said::Error;
        case schemas::AgentStatus::Offline:
            break;
    }
    return heartbeat.cause == schemas::GoodbyeCause::Restarting ? Said::Restarting : Said::Stopping;
}

std::optional<schemas::Heartbeat> read(const std::string& body) {
    if (body.size() > schemas::kHeartbeatBytesMax) {
        return std::nullopt;
    }
    try {
        return schemas::read_heartbeat(body);
    } catch (const schemas::InvalidMessage&) {
        return std::nullopt;
    }
}

}  // namespace

std::optional<ReadHeartbeat> heartbeat_of(const bus::StreamMessage& message) {
    const auto speaker = schemas::subjects::parse_heartbeat(message.subject);
    auto heartbeat = speaker ? read(message.body) : std::nullopt;
    if (!heartbeat) {
        return std::nullopt;
    }
    ReadHeartbeat result;
    result.answers_a_call = heartbeat->call.has_value();
    HeardHeartbeat& heard = result.heartbeat;
    heard.account = speaker->account;
    heard.server = speaker->server;
    heard.boot_id = heartbeat->boot_id;
    NewHeartbeat& now = heard.heartbeat;
    now.sequence = static_cast<std::int64_t>(message.stream_sequence);
    now.stored_at = message.stored_at;
    if (heartbeat->nats_server && heartbeat->client_id) {
        now.through = ConnectionKey{
            .nats_server = *heartbeat->nats_server, .client_id = *heartbeat->client_id};
    }
    now.session = heartbeat->session;
    now.interval = std::chrono::duration_cast<Duration>(Seconds(heartbeat->interval_seconds));
    now.said = said_by(*heartbeat);
    heard.report = {
        .version = heartbeat->agent_version,
        .started_at = heartbeat->started_at,
        .checks = std::move(heartbeat->checks)};
    return result;
}

std::optional<NamedClientEvent> client_event_of(const bus::StreamMessage& message) {
    const auto advisory = schemas::read_client_advisory(message.body);
    if (!advisory) {
        return std::nullopt;
    }
    const std::size_t dot = advisory->name_tag.find('.');
    if (dot == std::string::npos) {
        return std::nullopt;  // A process of ours: its JWT is named by its kind.
    }
    return NamedClientEvent{
        .sequence = static_cast<std::int64_t>(message.stream_sequence),
        .account = advisory->name_tag.substr(0, dot),
        .server = advisory->name_tag.substr(dot + 1),
        .event = {
            .connected = advisory->connected,
            .key = {.nats_server = advisory->nats_server, .client_id = advisory->client_id},
            .reason = advisory->reason}};
}

}  // namespace lumos::presence
