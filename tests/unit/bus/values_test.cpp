// The small pure parts: addresses, waits, acknowledgement subjects, JetStream's answers, our
// streams.

#include "bus/connect_guard.h"
#include "bus/delivery.h"
#include "bus/error.h"
#include "bus/inbox.h"
#include "bus/jetstream_api.h"
#include "bus/reconnect.h"
#include "bus/stream_configs.h"
#include "bus/streams.h"

#include <boost/json.hpp>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <thread>

namespace lumos::bus {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;

TEST(SplitUrls, TakesACommaSeparatedList) {
    EXPECT_EQ(
        split_urls("nats://a:1, tls://b:2 ,c:3"),
        (std::vector<std::string>{"nats://a:1", "tls://b:2", "nats://c:3"}));
    for (const auto* bad : {"", ",", "nats://", "ws://a:1", "nats://a:1,"}) {
        EXPECT_THROW((void)split_urls(bad), BusRefused) << bad;
    }
}

TEST(PortOf, IsNatssOwnWhereThereIsNone) {
    EXPECT_EQ(port_of("nats://a"), 4222);
    EXPECT_EQ(port_of("nats://a:1234"), 1234);
    EXPECT_EQ(port_of("tls://user:5@a"), 4222);
    EXPECT_EQ(port_of("tls://user:5@a:1234"), 1234);
    EXPECT_EQ(port_of("nats://[::1]"), 4222);
    EXPECT_EQ(port_of("nats://[::1]:1234"), 1234);
    EXPECT_EQ(port_of("nats://u:p@[::1]:1234"), 1234);
}

TEST(ReconnectWait, DoublesUpToItsMostAndIsNeverLessThanHalf) {
    EXPECT_EQ(reconnect_wait(250ms, 5'000ms, 1, 0.0), 125ms);
    EXPECT_EQ(reconnect_wait(250ms, 5'000ms, 2, 0.0), 250ms);
    EXPECT_EQ(reconnect_wait(250ms, 5'000ms, 100, 0.0), 2'500ms);
    EXPECT_TRUE(rc::check([](std::int64_t round) {
        const double random = static_cast<double>(*rc::gen::inRange(0, 1'000)) / 1'000;
        const auto wait = reconnect_wait(250ms, 5'000ms, round, random);
        RC_ASSERT(wait >= 125ms);
        RC_ASSERT(wait <= 5'000ms);
    }));
}

Incoming message_with_reply(const std::string& reply) {
    Incoming incoming;
    incoming.subject = "lumos.cycle.tick";
    incoming.reply = reply;
    incoming.body = "x";
    return incoming;
}

TEST(ReadDelivery, TakesItsNumbersFromTheReplySubject) {
    const auto delivery = read_delivery(
        message_with_reply("$JS.ACK.CYCLE.failover_ticks.2.14.15.1795317124117345999.7"));

    ASSERT_TRUE(delivery);
    EXPECT_EQ(delivery->message.deliveries, 2U);
    EXPECT_EQ(delivery->message.stream_sequence, 14U);
    EXPECT_EQ(delivery->message.consumer_sequence, 15U);
    EXPECT_EQ(to_sql_time(delivery->message.stored_at), "2026-11-22T03:12:04.117345Z");
    EXPECT_EQ(delivery->message.pending, 7U);
    EXPECT_EQ(delivery->message.subject, "lumos.cycle.tick");
    EXPECT_EQ(delivery->message.body, "x");
}

TEST(ReadDelivery, TakesTheLongFormOfNewerServers) {
    for (const auto* reply :
         {"$JS.ACK.hub.ACCHASH.CYCLE.failover_ticks.2.14.15.1795317124117345999.7",
          "$JS.ACK._.ACCHASH.CYCLE.failover_ticks.2.14.15.1795317124117345999.7.token"}) {
        const auto delivery = read_delivery(message_with_reply(reply));
        ASSERT_TRUE(delivery) << reply;
        EXPECT_EQ(delivery->message.stream_sequence, 14U);
        EXPECT_EQ(delivery->message.pending, 7U);
    }
}

TEST(ReadDelivery, IsNothingWhereTheReplyIsNoAcknowledgement) {
    for (const auto* reply :
         {"",
          "_INBOX.x",
          "$JS.ACK.CYCLE.c.1.2.3.4",
          "$JS.ACK.CYCLE.c.1.2.x.4.5",
          "$JS.ACK.CYCLE.c.1.2.3.4.5.6",
          "$JS.NAK.CYCLE.c.1.2.3.4.5"}) {
        EXPECT_FALSE(read_delivery(message_with_reply(reply))) << reply;
    }
}

TEST(ApiAnswer, IsSortedByWhatToDoNext) {
    const auto error = [](int code, int err_code) {
        return R"({"error":{"code":)" + std::to_string(code) + R"(,"err_code":)" +
               std::to_string(err_code) + R"(,"description":"why"}})";
    };
    EXPECT_THROW((void)read_api_answer("x", error(404, 10059)), StreamMissing);
    EXPECT_THROW((void)read_api_answer("x", error(404, 10014)), StreamMissing);
    EXPECT_THROW((void)read_api_answer("x", error(503, 10008)), BusUnavailable);
    EXPECT_THROW((void)read_api_answer("x", error(500, 10047)), BusUnavailable);
    EXPECT_THROW((void)read_api_answer("x", error(400, 10058)), ApiRefused);
    EXPECT_THROW((void)read_api_answer("x", "not JSON"), BusUnavailable);
    EXPECT_THROW((void)read_api_answer("x", "[]"), BusUnavailable);
    EXPECT_EQ(read_api_answer("x", R"({"a":1})").at("a"), 1);
    try {
        (void)read_api_answer("STREAM.CREATE.JOB", error(400, 10065));
        FAIL() << "was taken";
    } catch (const BusRefused& refused) {
        EXPECT_STREQ(refused.what(), "STREAM.CREATE.JOB: why");
    }
}

TEST(PublishAckAnswer, SaysWhereItIsAndWhetherItWasThereBefore) {
    const auto first = read_publish_ack(R"({"stream":"EVENT","seq":7})");
    EXPECT_EQ(first.stream, "EVENT");
    EXPECT_EQ(first.sequence, 7U);
    EXPECT_FALSE(first.duplicate);
    EXPECT_TRUE(read_publish_ack(R"({"stream":"EVENT","seq":7,"duplicate":true})").duplicate);
    EXPECT_THROW((void)read_publish_ack(R"({"stream":"EVENT"})"), BusUnavailable);
    EXPECT_THROW((void)read_publish_ack("{}"), BusUnavailable);
}

TEST(StreamConfigs, AreTheSixOfTheContract) {
    for (const auto name :
         {kAgentStream, kBusStream, kCycleStream, kJobStream, kEventStream, kDeadStream}) {
        const auto request = stream_request(name);
        EXPECT_EQ(request.at("name"), json::value(name));
        EXPECT_EQ(request.at("num_replicas"), 1);
        EXPECT_EQ(request.at("discard"), "old");
        EXPECT_TRUE(request.at("subjects").is_array());
        EXPECT_EQ(difference(name, request), "");
        for (const auto& durable : stream_config(name).durables) {
            const auto consumer = durable_request(name, durable);
            ASSERT_TRUE(consumer.at("config").is_object());
            EXPECT_EQ(difference(durable, consumer.at("config").as_object()), "");
        }
    }
    EXPECT_THROW((void)stream_request("OTHER"), BusRefused);
}

TEST(StreamConfigs, SayWhatDiffersWhereItMatters) {
    auto other = stream_request(kJobStream);
    other["retention"] = "limits";
    EXPECT_EQ(difference(kJobStream, other), "retention is limits, not workqueue");
    other = stream_request(kAgentStream);
    other["max_msgs_per_subject"] = 5;
    EXPECT_NE(difference(kAgentStream, other), "");
    other = stream_request(kCycleStream);
    other["duplicate_window"] = 1;
    EXPECT_NE(difference(kCycleStream, other), "");
    other = stream_request(kEventStream);
    other["subjects"] = json::array{"other.>"};
    EXPECT_NE(difference(kEventStream, other), "");
    other = stream_request(kEventStream);
    other["num_replicas"] = 3;
    other["max_bytes"] = -1;
    other["max_age"] = 0;
    EXPECT_EQ(difference(kEventStream, other), "");
}

TEST(Inbox, GivesWhatCameInOrderAndNothingAfterItsEnd) {
    Inbox inbox;
    inbox.put(message_with_reply("1"));
    inbox.put(message_with_reply("2"));

    EXPECT_EQ(inbox.take(deadline_in(1s))->reply, "1");
    inbox.close();
    EXPECT_FALSE(inbox.take(deadline_in(1s)));
    inbox.put(message_with_reply("3"));
    EXPECT_EQ(inbox.take_left_over()->reply, "2");
    EXPECT_FALSE(inbox.take_left_over());
}

TEST(Inbox, WakesWhoWaitsWhenAMessageComesWhenItEndsAndWhenAskedToStop) {
    const auto far = deadline_in(60s);
    Inbox inbox;
    {
        std::jthread giver([&] { inbox.put(message_with_reply("1")); });
        EXPECT_TRUE(inbox.take(far));
    }
    {
        std::stop_source stop;
        std::jthread stopper([&] { stop.request_stop(); });
        EXPECT_FALSE(inbox.take(far, stop.get_token()));
    }
    {
        std::jthread closer([&] { inbox.close(); });
        EXPECT_FALSE(inbox.take(far));
    }
}

TEST(Inbox, HasALimit) {
    Inbox inbox;
    for (std::size_t i = 0; i < Inbox::kMessagesMax; ++i) {
        inbox.put({});
    }
    EXPECT_FALSE(inbox.overflowed());

    inbox.put({});

    EXPECT_TRUE(inbox.overflowed());
}

}  // namespace
}  // namespace lumos::bus
