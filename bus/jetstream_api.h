#pragma once
// JetStream's API: requests and answers in JSON on $JS.API subjects. Asked directly, because nats.c
// hides when a stream was made and drops fields that it does not know. For bus/ only. Pure but for
// `ask`, which is thread-safe.

#include "bus/connection.h"
#include "bus/error.h"
#include "bus/link.h"
#include "schemas/time.h"

#include <boost/json/fwd.hpp>

#include <chrono>
#include <string>
#include <string_view>

namespace lumos::bus {

// The status of an answer where nobody listens.
inline constexpr int kNoResponders = 503;

// JetStream's own numbers (err_code) of what we tell apart.
enum class ApiError {
    None = 0,
    ConsumerNotFound = 10014,
    StreamExistsDifferently = 10058,
    StreamNotFound = 10059,
    ConsumerNotUnique = 10100,
    ConsumerExists = 10148,
    ConsumerExistsDifferently = 10105
};

struct ApiRefused : BusRefused {
    ApiRefused(const std::string& what, int number) : BusRefused(what), err_code(number) {}
    [[nodiscard]] bool is(ApiError error) const { return err_code == static_cast<int>(error); }
    int err_code;
};

// Throws StreamMissing (stream or consumer not found), BusUnavailable (away, not ready, no answer),
// ApiRefused.
[[nodiscard]] boost::json::object read_api_answer(std::string_view what, std::string_view body);

[[nodiscard]] PublishAck read_publish_ack(std::string_view body);

// `subject` without "$JS.API.".
boost::json::object ask(
    Link& link,
    const std::string& subject,
    const boost::json::object& request,
    std::chrono::milliseconds at_most);

// Fields of an answer; throw BusUnavailable where they are not there or not what they should be.
[[nodiscard]] std::uint64_t number_at(const boost::json::object& object, std::string_view key);
[[nodiscard]] const boost::json::object& object_at(
    const boost::json::object& object, std::string_view key);
[[nodiscard]] Time time_at(const boost::json::object& object, std::string_view key);

}  // namespace lumos::bus
