// Messages of the two streams as values: who speaks is never taken from the body.
#include "workers/presence/stream_messages.h"

#include "tests/unit/schemas/examples.h"

#include <boost/json.hpp>
#include <gtest/gtest.h>

namespace lumos::presence {
namespace {

namespace json = boost::json;

const Time kStored{std::chrono::seconds{1'795'317'120}};

bus::StreamMessage message(const std::string& subject, const std::string& body) {
    bus::StreamMessage one;
    one.subject = subject;
    one.body = body;
    one.stream_sequence = 42;
    one.stored_at = kStored;
    return one;
}

std::optional<ReadHeartbeat> heartbeat_with(const std::function<void(json::object&)>& change) {
    return heartbeat_of(
        message("lumos.agent.acme.fra-1.heartbeat", schemas::edited("heartbeat", change)));
}

TEST(HeartbeatOf, TakesSpeakerSequenceAndTimeFromTheStream) {
    const auto read = heartbeat_with([](json::object& data) {
        data["natsServer"] = "NABC";
        data["clientId"] = 9;
        data["session"] = "s";
        data["bootId"] = "b";
        data["intervalSeconds"] = 2.5;
    });
    ASSERT_TRUE(read);
    EXPECT_EQ(read->heartbeat.account, "acme");
    EXPECT_EQ(read->heartbeat.server, "fra-1");
    EXPECT_EQ(read->heartbeat.boot_id, "b");
    const NewHeartbeat& now = read->heartbeat.heartbeat;
    EXPECT_EQ(now.sequence, 42);
    EXPECT_EQ(now.stored_at, kStored);
    EXPECT_EQ(now.through, (ConnectionKey{"NABC", 9}));
    EXPECT_EQ(now.session, "s");
    EXPECT_EQ(now.interval, std::chrono::milliseconds{2'500});
}

TEST(HeartbeatOf, NamesAConnectionOnlyByBothOfItsParts) {
    for (const char* missing : {"natsServer", "clientId"}) {
        const auto read = heartbeat_with([&](json::object& data) {
            data["natsServer"] = "NABC";
            data["clientId"] = 9;
            data[missing] = nullptr;
        });
        ASSERT_TRUE(read);
        EXPECT_FALSE(read->heartbeat.heartbeat.through) << missing;
    }
}

TEST(HeartbeatOf, TellsWhatIsSaid) {
    const auto said = [](const char* status, const char* cause) {
        return heartbeat_with([&](json::object& data) {
                   data["status"] = status;
                   data["cause"] = cause;
               })
            ->heartbeat.heartbeat.said;
    };
    EXPECT_EQ(said("online", "stopping"), Said::Online);
    EXPECT_EQ(said("error", "stopping"), Said::Error);
    EXPECT_EQ(said("offline", "stopping"), Said::Stopping);
    EXPECT_EQ(said("offline", "restarting"), Said::Restarting);
}

TEST(HeartbeatOf, KnowsAnAnswer) {
    EXPECT_TRUE(heartbeat_with([](json::object& data) { data["call"] = "c1"; })->answers_a_call);
    EXPECT_FALSE(
        heartbeat_with([](json::object& data) { data["call"] = nullptr; })->answers_a_call);
}

TEST(HeartbeatOf, IsNothingWhereItIsNoneOfOurAgents) {
    const std::string good = schemas::example("heartbeat");
    for (const char* subject :
         {"lumos.agent.acme.fra-1.call", "lumos.bus.beat.n.r", "lumos.agent.acme.heartbeat", ""}) {
        EXPECT_FALSE(heartbeat_of(message(subject, good))) << subject;
    }
    const std::string ours = "lumos.agent.acme.fra-1.heartbeat";
    EXPECT_TRUE(heartbeat_of(message(ours, good)));
    EXPECT_FALSE(heartbeat_of(message(ours, "")));
    EXPECT_FALSE(heartbeat_of(message(ours, "{}")));
    EXPECT_FALSE(heartbeat_of(message(ours, good + std::string(4'096, ' '))));
    EXPECT_FALSE(heartbeat_of(message(ours, schemas::example("beat"))));
}

std::string advisory(const std::string& name, const std::string& kind) {
    return R"({"type":"io.nats.server.advisory.v1.client_)" + kind +
           R"(","server":{"id":"NABC"},"client":{"id":9,"user":"U","name_tag":")" + name +
           R"("},"reason":"Read Error"})";
}

TEST(ClientEventOf, TakesTheServerFromTheIdentityThatNatsProved) {
    const auto event = client_event_of(
        message("lumos.bus.client.disconnect", advisory("acme.fra-1", "disconnect")));
    ASSERT_TRUE(event);
    EXPECT_EQ(event->sequence, 42);
    EXPECT_EQ(event->account, "acme");
    EXPECT_EQ(event->server, "fra-1");
    EXPECT_FALSE(event->event.connected);
    EXPECT_EQ(event->event.key, (ConnectionKey{"NABC", 9}));
    EXPECT_EQ(event->event.reason, "Read Error");
    EXPECT_TRUE(client_event_of(message("", advisory("acme.fra-1", "connect")))->event.connected);
}

TEST(ClientEventOf, IsNothingOfAProcessOfOurs) {
    EXPECT_FALSE(client_event_of(message("", advisory("presence", "connect"))));
    EXPECT_FALSE(client_event_of(message("", "{}")));
}

}  // namespace
}  // namespace lumos::presence
