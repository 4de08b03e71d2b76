#pragma once
// What agents say, as the tests of this folder play them.

#include "schemas/agent_messages.h"

#include <chrono>
#include <string>

namespace lumos::presence {

struct Speech {
    std::string server;
    std::string session = "s1";
    std::string nats_server = "N1";
    std::int64_t client = 7;
    double interval_seconds = 15;
    schemas::AgentStatus status = schemas::AgentStatus::Online;
};

inline std::string body_of(const Speech& speech) {
    const Time now{std::chrono::seconds{1'795'317'120}};
    schemas::Heartbeat heartbeat;
    heartbeat.status = speech.status;
    if (speech.status == schemas::AgentStatus::Offline) {
        heartbeat.cause = schemas::GoodbyeCause::Stopping;
    }
    heartbeat.session = speech.session;
    heartbeat.boot_id = "b1";
    heartbeat.interval_seconds = speech.interval_seconds;
    heartbeat.nats_server = speech.nats_server;
    heartbeat.client_id = speech.client;
    heartbeat.agent_version = "1.0";
    heartbeat.started_at = now;
    return schemas::write_heartbeat(
        {.id = "1",
         .source = "/lumos/agent",
         .what = "heartbeat",
         .subject = speech.server,
         .time = now,
         .account = "acme",
         .sequence = std::nullopt,
         .correlationid = std::nullopt},
        heartbeat);
}

}  // namespace lumos::presence
