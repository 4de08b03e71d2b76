#include "schemas/agent_messages.h"

#include "schemas/json_fields.h"
#include "schemas/json_values.h"

#include <boost/json.hpp>

#include <array>

namespace lumos::schemas {

namespace json = boost::json;

namespace {

constexpr double kIntervalSecondsMax = 3'600;

std::string_view name_of(AgentStatus status) {
    switch (status) {
        case AgentStatus::Online:
            return "online";
        case AgentStatus::Error:
            return "error";
        case AgentStatus::Offline:
            break;
    }
    return "offline";
}

std::string_view name_of(GoodbyeCause cause) {
    return cause == GoodbyeCause::Stopping ? "stopping" : "restarting";
}

// The start of a text that is not longer than `bytes_max` and ends with a whole character. What is
// no UTF-8 (an operating system's message in another encoding) or NUL becomes '?': a reader would
// refuse it.
std::string shortened(std::string_view text, std::size_t bytes_max) {
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
        const auto lead = static_cast<unsigned char>(text[at]);
        const std::size_t length = lead < 0x80U ? 1 : lead < 0xE0U ? 2 : lead < 0xF0U ? 3 : 4;
        const std::string_view character = text.substr(at, length);
        json::error_code error;
        const std::string literal =
            json::serialize(json::string_view(character.data(), character.size()));
        const bool is_whole =
            lead != 0 && character.size() == length && (json::parse(literal, error), !error);
        if (out.size() + (is_whole ? length : 1) > bytes_max) {
            break;
        }
        out += is_whole ? character : "?";
        at += is_whole ? length : 1;
    }
    return out;
}

json::object check_json(const CheckResult& check, std::size_t error_bytes_max) {
    return {
        {"name", check.name},
        {"ok", check.ok},
        {"latencyMs", check.latency_ms},
        {"error",
         check.error ? json::value(shortened(*check.error, error_bytes_max)) : json::value()},
        {"since", json_of(check.since)}};
}

json::array checks_json(const std::vector<CheckResult>& checks, std::size_t error_bytes_max) {
    json::array array;
    for (const auto& check : checks) {
        array.push_back(check_json(check, error_bytes_max));
    }
    return array;
}

json::object heartbeat_json(const Heartbeat& heartbeat, std::size_t error_bytes_max) {
    return {
        {"status", name_of(heartbeat.status)},
        {"cause", heartbeat.cause ? json::value(name_of(*heartbeat.cause)) : json::value()},
        {"session", heartbeat.session},
        {"bootId", heartbeat.boot_id},
        {"count", heartbeat.count},
        {"intervalSeconds", heartbeat.interval_seconds},
        {"natsServer", json_of(heartbeat.nats_server)},
        {"clientId", json_of(heartbeat.client_id)},
        {"call", json_of(heartbeat.call)},
        {"agentVersion", heartbeat.agent_version},
        {"startedAt", json_of(heartbeat.started_at)},
        {"checks", checks_json(heartbeat.checks, error_bytes_max)}};
}

std::vector<CheckResult> checks_of(const json::value& value, const std::string& path) {
    std::vector<CheckResult> checks;
    for (const auto& fields : items_of(value, path, kChecksMax)) {
        checks.push_back(
            {.name = fields.text("name"),
             .ok = fields.boolean("ok"),
             .latency_ms = fields.number("latencyMs"),
             .error = fields.text_or_null("error", kCheckErrorBytesMax),
             .since = fields.time("since")});
    }
    return checks;
}

AgentStatus status_of(const Fields& fields) {
    const auto status = fields.one_of("status", {"online", "error", "offline"});
    return status == "online"  ? AgentStatus::Online
           : status == "error" ? AgentStatus::Error
                               : AgentStatus::Offline;
}

// With a goodbye only; other heartbeats may leave it out.
std::optional<GoodbyeCause> cause_of(const Fields& fields, AgentStatus status) {
    if (status != AgentStatus::Offline) {
        return std::nullopt;
    }
    return fields.one_of("cause", {"stopping", "restarting"}) == "stopping"
               ? GoodbyeCause::Stopping
               : GoodbyeCause::Restarting;
}

double interval_of(const Fields& fields) {
    const double seconds = fields.number("intervalSeconds");
    if (seconds <= 0 || seconds > kIntervalSecondsMax) {
        refuse(fields.path_of("intervalSeconds"), "expected more than 0, at most 3600");
    }
    return seconds;
}

}  // namespace

std::string write_heartbeat(const Envelope& envelope, const Heartbeat& heartbeat) {
    for (const std::size_t error_bytes_max : std::array<std::size_t, 5>{256, 128, 64, 32, 8}) {
        auto text = seal(envelope, heartbeat_json(heartbeat, error_bytes_max));
        if (text.size() <= kHeartbeatBytesMax) {
            return text;
        }
    }
    throw std::length_error("a heartbeat with these checks is larger than 4 KiB");
}

Heartbeat read_heartbeat(std::string_view body) {
    if (body.size() > kHeartbeatBytesMax) {
        refuse("body", "larger than 4096 bytes");
    }
    const auto data = open_message(body, "heartbeat");
    const Fields fields(data, "data");
    Heartbeat heartbeat;
    heartbeat.status = status_of(fields);
    heartbeat.cause = cause_of(fields, heartbeat.status);
    heartbeat.session = fields.text("session", kIdBytesMax);
    heartbeat.boot_id = fields.text("bootId", kIdBytesMax);
    heartbeat.count = fields.integer("count");
    heartbeat.interval_seconds = interval_of(fields);
    heartbeat.nats_server = fields.text_or_null("natsServer", kIdBytesMax);
    heartbeat.client_id = fields.integer_or_null("clientId");
    heartbeat.call = fields.text_or_null("call");
    heartbeat.agent_version = fields.text("agentVersion", kIdBytesMax);
    heartbeat.started_at = fields.time("startedAt");
    heartbeat.checks = checks_of(fields.member("checks"), fields.path_of("checks"));
    return heartbeat;
}

std::string write_agent_call(const Envelope& envelope, const AgentCall& call) {
    return seal(envelope, json::object{{"callId", call.call_id}});
}

AgentCall read_agent_call(std::string_view body) {
    const auto data = open_message(body, "agent_call");
    return {Fields(data, "data").text("callId")};
}

std::string write_beat(const Envelope& envelope, const Beat& beat) {
    return seal(envelope, json::object{{"node", beat.node}, {"replica", beat.replica}});
}

Beat read_beat(std::string_view body) {
    const auto data = open_message(body, "beat");
    const Fields fields(data, "data");
    return {fields.text("node"), fields.text("replica")};
}

json::value to_json(const std::vector<CheckResult>& checks) {
    return checks_json(checks, kCheckErrorBytesMax);
}

std::vector<CheckResult> read_checks(const json::value& checks) {
    return checks_of(checks, "checks");
}

std::optional<ClientAdvisory> read_client_advisory(std::string_view body) {
    try {
        const auto message = parse_json(body, kBodyBytesMax);
        const Fields fields(message, "");
        const auto type = fields.one_of(
            "type",
            {"io.nats.server.advisory.v1.client_connect",
             "io.nats.server.advisory.v1.client_disconnect"});
        const Fields server(fields.member("server"), "server");
        const Fields client(fields.member("client"), "client");
        const bool connected = type.ends_with("client_connect");
        ClientAdvisory advisory{
            .connected = connected,
            .nats_server = server.text("id"),
            .client_id = client.integer("id"),
            .user = client.text("user"),
            .name_tag = client.text("name_tag"),
            .reason = connected ? "" : fields.text("reason")};
        if (advisory.nats_server.empty() || advisory.user.empty() || advisory.name_tag.empty()) {
            return std::nullopt;
        }
        return advisory;
    } catch (const InvalidMessage&) {
        return std::nullopt;
    }
}

}  // namespace lumos::schemas
