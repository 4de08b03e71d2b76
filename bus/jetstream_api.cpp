#include "bus/jetstream_api.h"

#include <boost/json.hpp>

namespace lumos::bus {

namespace {

namespace json = boost::json;

[[noreturn]] void refuse(std::string_view what, const json::object& error) {
    const auto* code = error.if_contains("code");
    const auto* number = error.if_contains("err_code");
    const auto* description = error.if_contains("description");
    const auto number_of = [](const json::value* value) {
        return value != nullptr && value->is_int64() ? static_cast<int>(value->get_int64()) : 0;
    };
    const int err_code = number_of(number);
    std::string text = std::string(what) + ": ";
    text += description != nullptr && description->is_string()
                ? std::string_view(description->get_string())
                : std::string_view("refused without a reason");
    if (err_code == static_cast<int>(ApiError::StreamNotFound) ||
        err_code == static_cast<int>(ApiError::ConsumerNotFound)) {
        throw StreamMissing(text);
    }
    constexpr int kServerTrouble = 500;
    constexpr int kNotReady = 503;
    const int http_like = number_of(code);
    const bool is_differing = err_code == static_cast<int>(ApiError::StreamExistsDifferently);
    if ((http_like == kNotReady || http_like == kServerTrouble || http_like == 0) &&
        !is_differing) {
        throw BusUnavailable(text);
    }
    throw ApiRefused(text, err_code);
}

json::object parse_object(std::string_view what, std::string_view body) {
    boost::system::error_code problem;
    auto value = json::parse(body, problem);
    if (problem || !value.is_object()) {
        throw BusUnavailable(std::string(what) + ": the answer is no JSON object");
    }
    return std::move(value.get_object());
}

}  // namespace

json::object read_api_answer(std::string_view what, std::string_view body) {
    auto answer = parse_object(what, body);
    if (const auto* error = answer.if_contains("error"); error != nullptr && error->is_object()) {
        refuse(what, error->get_object());
    }
    return answer;
}

PublishAck read_publish_ack(std::string_view body) {
    const auto answer = read_api_answer("publish", body);
    PublishAck ack;
    const auto* stream = answer.if_contains("stream");
    if (stream == nullptr || !stream->is_string()) {
        throw BusUnavailable("publish: the acknowledgement names no stream");
    }
    ack.stream = std::string(stream->get_string());
    ack.sequence = number_at(answer, "seq");
    const auto* duplicate = answer.if_contains("duplicate");
    ack.duplicate = duplicate != nullptr && duplicate->is_bool() && duplicate->get_bool();
    return ack;
}

json::object ask(
    Link& link,
    const std::string& subject,
    const json::object& request,
    std::chrono::milliseconds at_most) {
    const auto body = request.empty() ? std::string() : json::serialize(request);
    const auto answer = link.request("$JS.API." + subject, body, deadline_in(at_most));
    if (!answer) {
        throw BusUnavailable(subject + ": no answer from JetStream");
    }
    if (answer->status == kNoResponders) {
        throw BusUnavailable(subject + ": JetStream is not there");
    }
    return read_api_answer(subject, answer->body);
}

std::uint64_t number_at(const json::object& object, std::string_view key) {
    const auto* value = object.if_contains(key);
    if (value != nullptr && value->is_int64() && value->get_int64() >= 0) {
        return static_cast<std::uint64_t>(value->get_int64());
    }
    if (value != nullptr && value->is_uint64()) {
        return value->get_uint64();
    }
    throw BusUnavailable("JetStream's answer has no number " + std::string(key));
}

const json::object& object_at(const json::object& object, std::string_view key) {
    const auto* value = object.if_contains(key);
    if (value == nullptr || !value->is_object()) {
        throw BusUnavailable("JetStream's answer has no object " + std::string(key));
    }
    return value->get_object();
}

Time time_at(const json::object& object, std::string_view key) {
    const auto* value = object.if_contains(key);
    if (value != nullptr && value->is_string()) {
        if (const auto time = parse_time(std::string_view(value->get_string()))) {
            return *time;
        }
    }
    throw BusUnavailable("JetStream's answer has no time " + std::string(key));
}

}  // namespace lumos::bus
