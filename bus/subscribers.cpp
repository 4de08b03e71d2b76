#include "bus/subscribers.h"

#include "bus/connection_impl.h"
#include "bus/error.h"
#include "bus/jetstream_api.h"
#include "bus/permissions.h"
#include "bus/streams_impl.h"

#include <boost/json.hpp>

namespace lumos::bus {

namespace {

namespace json = boost::json;

constexpr std::chrono::milliseconds kLimit{2'000};
constexpr std::chrono::nanoseconds kAckWait = std::chrono::seconds(30);
// Of one subscriber that takes and does not acknowledge, JetStream remembers so many.
constexpr std::int64_t kUnacknowledgedMax = 1'000;

std::string on_events(std::string_view what, const std::string& consumer) {
    return "CONSUMER." + std::string(what) + "." + std::string(kEventStream) + "." + consumer;
}

json::object request_for(const NewSubscriberConsumer& wanted, const std::string& consumer) {
    json::object config{
        {"durable_name", consumer},
        {"deliver_policy", wanted.from ? "by_start_time" : "all"},
        {"ack_policy", "explicit"},
        {"ack_wait", kAckWait.count()},
        {"max_deliver", -1},
        {"max_ack_pending", kUnacknowledgedMax},
        {"filter_subject", "lumos.event." + wanted.account + ".>"},
        {"replay_policy", "instant"}};
    if (wanted.from) {
        config["opt_start_time"] = to_rfc3339(*wanted.from);
    }
    return {{"stream_name", kEventStream}, {"config", std::move(config)}};
}

void remove(Link& link, const std::string& consumer) {
    try {
        ask(link, on_events("DELETE", consumer), {}, kLimit);
    } catch (const StreamMissing&) {
        // It is not there, which is what was wanted.
    }
}

// One page of names, added to `found`; how many there are in all.
std::uint64_t read_names(Link& link, std::uint64_t offset, std::vector<std::string>& found) {
    const auto answer =
        ask(link,
            "CONSUMER.NAMES." + std::string(kEventStream),
            json::object{{"offset", offset}},
            kLimit);
    const auto* names = answer.if_contains("consumers");
    if (names == nullptr || !names->is_array()) {
        return 0;  // NATS writes no list, or null, where there is none.
    }
    for (const auto& name : names->get_array()) {
        if (name.is_string()) {
            found.emplace_back(name.get_string());
        }
    }
    return names->get_array().empty() ? 0 : number_at(answer, "total");
}

}  // namespace

std::string subscriber_consumer(std::string_view account, std::string_view subscriber) {
    return std::string(kSubscriberConsumer) + subscriber_name(account, subscriber);
}

void make_subscriber_consumer(Connection& connection, const NewSubscriberConsumer& wanted) {
    const auto link = connection.impl().link();
    const auto consumer = subscriber_consumer(wanted.account, wanted.subscriber);
    remove(*link, consumer);
    ask(*link, on_events("DURABLE.CREATE", consumer), request_for(wanted, consumer), kLimit);
}

void remove_subscriber_consumer(Connection& connection, const std::string& consumer) {
    remove(*connection.impl().link(), consumer);
}

std::vector<std::string> subscriber_consumers(Connection& connection) {
    const auto link = connection.impl().link();
    ensure_stream(*link, kEventStream);
    std::vector<std::string> all;
    std::uint64_t total = 0;
    do {
        total = read_names(*link, all.size(), all);
    } while (all.size() < total);
    std::erase_if(
        all, [](const std::string& name) { return !name.starts_with(kSubscriberConsumer); });
    return all;
}

std::optional<SubscriberConsumerState> subscriber_consumer_state(
    Connection& connection, const std::string& consumer) {
    try {
        const auto answer = ask(*connection.impl().link(), on_events("INFO", consumer), {}, kLimit);
        return SubscriberConsumerState{
            .pending = number_at(answer, "num_pending"),
            .unacknowledged = number_at(answer, "num_ack_pending"),
            .is_waited_for = number_at(answer, "num_waiting") > 0};
    } catch (const StreamMissing&) {
        return std::nullopt;
    }
}

}  // namespace lumos::bus
