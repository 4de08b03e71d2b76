#include "bus/stream_configs.h"

#include "bus/error.h"
#include "bus/streams.h"

#include <boost/json.hpp>

#include <algorithm>
#include <array>
#include <chrono>

namespace lumos::bus {

namespace {

namespace json = boost::json;
using std::chrono::hours;
using std::chrono::minutes;

constexpr std::int64_t kMebibyte = 1024 * 1024;
// A heartbeat has at most 4 KiB, any other message of ours 64 KiB; headers come on top.
constexpr std::int64_t kHeartbeatStored = 8 * 1024;
constexpr std::int64_t kMessageStored = 68 * 1024;

struct Definition {
    StreamConfig config;
    std::string_view retention = "limits";
    std::string_view storage = "file";
    std::int64_t per_subject = -1;
    std::int64_t bytes = -1;  // JetStream sets all of them aside at once, so they are modest.
    std::int64_t message_bytes = kMessageStored;
    std::chrono::nanoseconds age{0};
    std::chrono::nanoseconds duplicates = minutes(2);
};

Definition agent() {
    Definition d;
    d.config = {kAgentStream, {"lumos.agent.*.*.heartbeat", "lumos.bus.beat.>"}, {}};
    d.storage = "memory";
    d.per_subject = 1;
    d.message_bytes = kHeartbeatStored;
    // Whoever was silent for a day is out since long; beats of replicas that are no more go with
    // it.
    d.age = hours(24);
    return d;
}

Definition bus() {
    Definition d;
    d.config = {kBusStream, {"lumos.bus.client.>"}, {}};
    d.age = hours(24);
    d.bytes = 64 * kMebibyte;
    return d;
}

Definition cycle() {
    Definition d;
    d.config = {kCycleStream, {"lumos.cycle.tick"}, {{kFailoverTicks, "lumos.cycle.tick"}}};
    d.age = hours(1);
    d.bytes = kMebibyte;
    // All replicas of the scheduler publish each tick: the window must hold their clocks and their
    // retries.
    d.duplicates = minutes(10);
    return d;
}

Definition job() {
    Definition d;
    d.config = {
        kJobStream,
        {"lumos.job.>"},
        {{kFailoverChecks, "lumos.job.*.*.*.check"}, {kNotifierJobs, "lumos.job.*.*.*.notify"}}};
    d.retention = "workqueue";
    // A wake-up that nobody took for ten minutes wakes nobody any more: its row was found by a
    // sweep.
    d.age = minutes(10);
    d.bytes = 64 * kMebibyte;
    return d;
}

Definition event() {
    Definition d;
    d.config = {kEventStream, {"lumos.event.>"}, {}};
    d.age = hours(24) * 7;
    d.bytes = 512 * kMebibyte;
    d.duplicates = minutes(10);
    return d;
}

Definition dead() {
    Definition d;
    d.config = {kDeadStream, {"lumos.dead.>"}, {}};
    d.age = hours(24) * 30;
    d.bytes = 64 * kMebibyte;
    d.message_bytes = -1;  // It carries another message inside.
    return d;
}

const Definition& definition(std::string_view stream) {
    static const std::array<Definition, 6> all{agent(), bus(), cycle(), job(), event(), dead()};
    const auto* const found = std::find_if(
        all.begin(), all.end(), [&](const auto& d) { return d.config.name == stream; });
    if (found == all.end()) {
        throw BusRefused("there is no stream " + std::string(stream));
    }
    return *found;
}

std::string text_at(const json::object& object, std::string_view key) {
    const auto* value = object.if_contains(key);
    return value != nullptr && value->is_string() ? std::string(value->get_string())
                                                  : std::string();
}

std::int64_t integer_at(const json::object& object, std::string_view key) {
    const auto* value = object.if_contains(key);
    return value != nullptr && value->is_int64() ? value->get_int64() : 0;
}

std::vector<std::string> sorted_subjects(const json::object& config) {
    std::vector<std::string> subjects;
    if (const auto* value = config.if_contains("subjects"); value != nullptr && value->is_array()) {
        for (const auto& subject : value->get_array()) {
            subjects.push_back(subject.is_string() ? std::string(subject.get_string()) : "?");
        }
    }
    std::sort(subjects.begin(), subjects.end());
    return subjects;
}

}  // namespace

const StreamConfig& stream_config(std::string_view stream) {
    return definition(stream).config;
}

json::object stream_request(std::string_view stream) {
    const auto& d = definition(stream);
    json::array subjects;
    for (const auto subject : d.config.subjects) {
        subjects.emplace_back(subject);
    }
    return {
        {"name", d.config.name},
        {"subjects", std::move(subjects)},
        {"retention", d.retention},
        {"storage", d.storage},
        {"discard", "old"},
        {"num_replicas", 1},
        {"max_consumers", -1},
        {"max_msgs", -1},
        {"max_msgs_per_subject", d.per_subject},
        {"max_bytes", d.bytes},
        {"max_msg_size", d.message_bytes},
        {"max_age", d.age.count()},
        {"duplicate_window", d.duplicates.count()},
    };
}

json::object durable_request(std::string_view stream, const DurableConfig& durable) {
    constexpr std::chrono::nanoseconds kAckWait = std::chrono::seconds(30);
    return {
        {"stream_name", stream},
        {"config",
         {
             {"durable_name", durable.name},
             {"deliver_policy", "all"},
             {"ack_policy", "explicit"},
             {"ack_wait", kAckWait.count()},
             {"max_deliver", -1},
             {"filter_subject", durable.filter},
             {"replay_policy", "instant"},
         }},
    };
}

std::string difference(std::string_view stream, const json::object& present_config) {
    const auto wanted = stream_request(stream);
    if (sorted_subjects(wanted) != sorted_subjects(present_config)) {
        return "its subjects are others";
    }
    for (const std::string_view key : {"retention", "discard"}) {
        if (text_at(wanted, key) != text_at(present_config, key)) {
            return std::string(key) + " is " + text_at(present_config, key) + ", not " +
                   text_at(wanted, key);
        }
    }
    const auto per_subject = integer_at(present_config, "max_msgs_per_subject");
    const auto wanted_per_subject = integer_at(wanted, "max_msgs_per_subject");
    // JetStream writes no limit as -1, older servers as 0.
    if (std::max<std::int64_t>(per_subject, 0) != std::max<std::int64_t>(wanted_per_subject, 0)) {
        return "max_msgs_per_subject is " + std::to_string(per_subject) + ", not " +
               std::to_string(wanted_per_subject);
    }
    if (integer_at(present_config, "duplicate_window") < integer_at(wanted, "duplicate_window")) {
        return "its duplicate_window is shorter";
    }
    return "";
}

std::string difference(const DurableConfig& durable, const json::object& present_config) {
    if (text_at(present_config, "filter_subject") != durable.filter) {
        return "its filter is " + text_at(present_config, "filter_subject");
    }
    if (text_at(present_config, "ack_policy") != "explicit") {
        return "its ack_policy is " + text_at(present_config, "ack_policy");
    }
    if (!text_at(present_config, "deliver_subject").empty()) {
        return "it pushes";
    }
    return "";
}

}  // namespace lumos::bus
