#pragma once
// What agents and presence say to each other. Conversion to and from JSON stands in the .cpp
// (tag_invoke), one .schema.json and .example.json a message. Readers ignore unknown fields and
// refuse missing ones (InvalidMessage).

#include "schemas/envelope.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lumos::schemas {

enum class AgentStatus { Online, Error, Offline };
enum class GoodbyeCause { Stopping, Restarting };

struct CheckResult {
    std::string name;
    bool ok = false;
    double latency_ms = 0;
    std::optional<std::string> error;
    Time since;
};

// "heartbeat". Limits: 4 KiB, 16 checks, an error of 256 bytes. Writing shortens errors until all
// fits and throws std::length_error where that does not help; reading refuses what is larger.
struct Heartbeat {
    AgentStatus status = AgentStatus::Online;
    std::optional<GoodbyeCause> cause;  // With Offline only.
    std::string session;
    std::string boot_id;
    std::int64_t count = 0;
    double interval_seconds = 0;
    std::optional<std::string> nats_server;
    std::optional<std::int64_t> client_id;
    std::optional<std::string> call;  // The call it answers.
    std::string agent_version;
    Time started_at;
    std::vector<CheckResult> checks;
};

inline constexpr std::size_t kHeartbeatBytesMax = 4096;
inline constexpr std::size_t kChecksMax = 16;
inline constexpr std::size_t kCheckErrorBytesMax = 256;
// Session, boot id, NATS's id of a server, version: they become keys and columns.
inline constexpr std::size_t kIdBytesMax = 128;

[[nodiscard]] std::string write_heartbeat(const Envelope& envelope, const Heartbeat& heartbeat);
[[nodiscard]] Heartbeat read_heartbeat(std::string_view body);

// "agent_call". The agent answers with a heartbeat at once.
struct AgentCall {
    std::string call_id;
};
[[nodiscard]] std::string write_agent_call(const Envelope& envelope, const AgentCall& call);
[[nodiscard]] AgentCall read_agent_call(std::string_view body);

// "beat": a presence replica proves that the AGENT stream stores and gives back; what it measures
// is the acknowledgement's sequence and the stream's time, the body is for people.
struct Beat {
    std::string node;  // NATS's server id.
    std::string replica;
};
[[nodiscard]] std::string write_beat(const Envelope& envelope, const Beat& beat);
[[nodiscard]] Beat read_beat(std::string_view body);

// What local checks said, as a heartbeat carries it and server_reports keeps it.
[[nodiscard]] boost::json::value to_json(const std::vector<CheckResult>& checks);
[[nodiscard]] std::vector<CheckResult> read_checks(const boost::json::value& checks);

// NATS's own CONNECT and DISCONNECT advisories (io.nats.server.advisory.v1.client_connect /
// client_disconnect).
struct ClientAdvisory {
    bool connected = false;
    std::string nats_server;  // NATS's server id.
    std::int64_t client_id = 0;
    std::string user;      // Public nkey, proven by NATS.
    std::string name_tag;  // The JWT's name, proven by NATS: "<account>.<server>" for an agent.
    std::string reason;    // Of a disconnect.
};
// Nothing where the body is no such advisory, or of a client without a name tag and user.
[[nodiscard]] std::optional<ClientAdvisory> read_client_advisory(std::string_view body);

}  // namespace lumos::schemas
