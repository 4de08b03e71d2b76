#pragma once
// CloudEvents 1.0, structured JSON: the envelope of every message of ours (docs/messages.md).
// Pure; safe from any thread. Reading throws InvalidMessage, which names the field and what is
// wrong with it.

#include "schemas/time.h"

#include <boost/json/fwd.hpp>

#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace lumos::schemas {

inline constexpr std::string_view kContentType = "application/cloudevents+json";
inline constexpr std::size_t kBodyBytesMax = 64 * 1024;

struct InvalidMessage : std::runtime_error {
    using runtime_error::runtime_error;
};

struct Envelope {
    std::string id;
    std::string source;  // "/lumos/presence"
    std::string
        what;  // "server_down": type is gate.lumos.<what>.v1, dataschema urn:lumos:schema:<what>:1
    std::string subject;  // Domain name, server id, zone, channel, or the tick's second.
    Time time;            // When it became true.
    std::optional<std::string> account;        // Absent only on the tick.
    std::optional<std::int64_t> sequence;      // Events only; written with 20 digits.
    std::optional<std::string> correlationid;  // The event that opened the incident.
};

// The whole message as text. Throws std::length_error where it would be larger than kBodyBytesMax.
[[nodiscard]] std::string seal(const Envelope& envelope, const boost::json::value& data);

// Reads the envelope and hands the `data` member to `data`. Unknown attributes are ignored.
[[nodiscard]] Envelope open(std::string_view body, boost::json::value& data);

// A JSON value as text, numbers as people write them (412.4, not Boost.JSON's 4.124E2).
[[nodiscard]] std::string json_text(const boost::json::value& value);

}  // namespace lumos::schemas
