#pragma once
// What our streams and durable consumers look like. Pure; safe from any thread.

#include <boost/json/fwd.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace lumos::bus {

struct DurableConfig {
    std::string_view name;
    std::string_view filter;  // One: NATS 2.9 silently ignores a list of them.
};

struct StreamConfig {
    std::string_view name;
    std::vector<std::string_view> subjects;
    std::vector<DurableConfig> durables;
};

// Throws BusRefused on a name that is none of ours.
[[nodiscard]] const StreamConfig& stream_config(std::string_view stream);

// In JetStream's words, as the create request wants them.
[[nodiscard]] boost::json::object stream_request(std::string_view stream);
[[nodiscard]] boost::json::object durable_request(
    std::string_view stream, const DurableConfig& durable);

// Empty where the stream that is there does what ours must do; else what differs. Limits, storage
// and replicas may be other ones: an operator may widen them.
[[nodiscard]] std::string difference(
    std::string_view stream, const boost::json::object& present_config);
[[nodiscard]] std::string difference(
    const DurableConfig& durable, const boost::json::object& present_config);

}  // namespace lumos::bus
