#include "bus/streams.h"

#include "bus/connection_impl.h"
#include "bus/error.h"
#include "bus/jetstream_api.h"
#include "bus/stream_configs.h"
#include "bus/streams_impl.h"

#include <boost/json.hpp>

#include <array>

namespace lumos::bus {

namespace {

namespace json = boost::json;

constexpr std::chrono::milliseconds kApiLimit{5'000};

json::object info(Link& link, std::string_view name) {
    return ask(link, "STREAM.INFO." + std::string(name), {}, kApiLimit);
}

// Creating is idempotent, and whoever lost the race to another process looks at what that one made.
json::object create_stream(Link& link, std::string_view name) {
    try {
        return ask(link, "STREAM.CREATE." + std::string(name), stream_request(name), kApiLimit);
    } catch (const ApiRefused& refused) {
        if (!refused.is(ApiError::StreamExistsDifferently)) {
            throw;
        }
        return info(link, name);
    }
}

json::object info_or_create_once(Link& link, std::string_view name) {
    try {
        return info(link, name);
    } catch (const StreamMissing&) {
        return create_stream(link, name);
    }
}

// While several create the same stream, NATS sets its bytes aside for each of them for a moment,
// and may find that too much: it is tried again when the first of them is done.
json::object info_or_create(Link& link, std::string_view name) {
    constexpr int kAttempts = 5;
    constexpr std::chrono::milliseconds kPause{100};
    for (int attempt = 1;; ++attempt) {
        try {
            return info_or_create_once(link, name);
        } catch (const BusUnavailable&) {
            if (attempt == kAttempts || !link.events().pause(kPause)) {
                throw;
            }
        }
    }
}

json::object create_durable(Link& link, std::string_view stream, const DurableConfig& durable) {
    const auto subject = std::string(stream) + "." + std::string(durable.name);
    try {
        return ask(
            link,
            "CONSUMER.DURABLE.CREATE." + subject,
            durable_request(stream, durable),
            kApiLimit);
    } catch (const ApiRefused& refused) {
        if (!refused.is(ApiError::ConsumerNotUnique) && !refused.is(ApiError::ConsumerExists) &&
            !refused.is(ApiError::ConsumerExistsDifferently)) {
            throw;
        }
        return ask(link, "CONSUMER.INFO." + subject, {}, kApiLimit);
    }
}

void ensure_durable(Link& link, std::string_view stream, const DurableConfig& durable) {
    const auto subject = std::string(stream) + "." + std::string(durable.name);
    json::object answer;
    try {
        answer = ask(link, "CONSUMER.INFO." + subject, {}, kApiLimit);
    } catch (const StreamMissing&) {
        answer = create_durable(link, stream, durable);
    }
    const auto differs = difference(durable, object_at(answer, "config"));
    if (!differs.empty()) {
        throw BusRefused("consumer " + subject + " is not ours: " + differs);
    }
}

StreamState state_of(const json::object& answer, std::string_view name) {
    StreamState state;
    state.name = name;
    state.created_at = time_at(answer, "created");
    const auto& counts = object_at(answer, "state");
    state.messages = number_at(counts, "messages");
    state.first_sequence = number_at(counts, "first_seq");
    state.last_sequence = number_at(counts, "last_seq");
    return state;
}

}  // namespace

StreamState ensure_stream(Link& link, std::string_view name) {
    const auto& config = stream_config(name);
    const auto answer = info_or_create(link, name);
    const auto differs = difference(name, object_at(answer, "config"));
    if (!differs.empty()) {
        throw BusRefused("stream " + std::string(name) + " is not ours: " + differs);
    }
    for (const auto& durable : config.durables) {
        ensure_durable(link, name, durable);
    }
    return state_of(answer, name);
}

StreamState stream_state(Link& link, std::string_view name) {
    return state_of(info(link, name), name);
}

StreamState ensure_stream(Connection& connection, std::string_view name) {
    return ensure_stream(*connection.impl().link(), name);
}

std::vector<StreamState> ensure_streams(Connection& connection) {
    constexpr std::array kAll{
        kAgentStream, kBusStream, kCycleStream, kJobStream, kEventStream, kDeadStream};
    std::vector<StreamState> states;
    states.reserve(kAll.size());
    for (const auto name : kAll) {
        states.push_back(ensure_stream(connection, name));
    }
    return states;
}

StreamState stream_state(Connection& connection, std::string_view name) {
    return stream_state(*connection.impl().link(), name);
}

}  // namespace lumos::bus
