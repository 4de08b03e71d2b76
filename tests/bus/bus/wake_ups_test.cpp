// Wake-ups: each to one worker, through restarts, wipes and deletions; poison to the dead letters.

#include "bus/connection_impl.h"
#include "bus/consumer.h"
#include "bus/error.h"
#include "bus/streams.h"
#include "tests/bus/bus/bus_fixture.h"

#include <boost/json.hpp>

#include <atomic>

namespace lumos::bus {
namespace {

namespace json = boost::json;

const std::string kZoneCheck = "lumos.job.acme.zone.example_com.check";

class WakeUpsTest : public ConnectedTest {
protected:
    std::unique_ptr<WakeUps> wake_ups(Connection& at, WakeUps::Handler handler) {
        return std::make_unique<WakeUps>(
            at,
            std::string(kJobStream),
            std::string(kFailoverChecks),
            std::move(handler),
            [this](const std::string& what) { trouble.add(what); });
    }

    std::unique_ptr<WakeUps> noting_wake_ups(Connection& at) {
        return wake_ups(at, [this](const StreamMessage& message) { heard.add(message.body); });
    }

    // Publishes until the stream takes it: as the outbox does.
    void publish(const std::string& body, const std::string& subject = kZoneCheck) {
        once_ready(
            [&] { return connection.publish_acknowledged(subject, body, "id-" + body, 2s); });
    }

    json::object consumer_info(const std::string& consumer = "JOB.failover_checks") {
        return json::parse(connection.request("$JS.API.CONSUMER.INFO." + consumer, "", 5s))
            .as_object();
    }

    std::vector<json::object> dead_letters() {
        ensure_stream(connection, kDeadStream);
        ReaderOptions options;
        options.stream = kDeadStream;
        options.name = "dead-reader";
        Reader reader(connection, options);
        std::vector<json::object> letters;
        for (const auto& message : reader.read(100, 500ms)) {
            letters.push_back(json::parse(message.body).as_object());
            letters.back()["deadSubject"] = message.subject;
        }
        return letters;
    }

    // Raw, since a pull's answer goes to a subject that this test chose.
    void pull_into(const std::string& inbox) {
        Connection::Impl& inside = connection.impl();
        inside.link()->publish(
            "$JS.API.CONSUMER.MSG.NEXT.JOB.failover_checks",
            inbox,
            R"({"batch":1,"expires":9000000000})");
    }

    Heard heard;
    Heard trouble;
};

TEST_F(WakeUpsTest, GiveEachMessageToOneWorkerAndAcknowledgeIt) {
    Connection other(options_for(server));
    const auto here = noting_wake_ups(connection);
    const auto there = noting_wake_ups(other);

    for (int i = 0; i < 500; ++i) {
        publish(std::to_string(i));
    }

    ASSERT_TRUE(wait_until([&] { return heard.count() >= 500; }, 20s));
    for (int i = 0; i < 500; ++i) {
        EXPECT_EQ(heard.count(std::to_string(i)), 1U);
    }
    EXPECT_TRUE(wait_until([&] { return stream_state(connection, kJobStream).messages == 0; }, 5s));
}

TEST_F(WakeUpsTest, ComeWithinMilliseconds) {
    std::atomic<bool> came{false};
    const auto woken = wake_ups(connection, [&](const StreamMessage&) { came = true; });
    publish("first");
    ASSERT_TRUE(wait_until([&] { return came.load(); }, 10s));
    std::vector<std::chrono::nanoseconds> took;

    for (int i = 0; i < 50; ++i) {
        came = false;
        const auto before = std::chrono::steady_clock::now();
        publish("n" + std::to_string(i));
        ASSERT_TRUE(wait_until([&] { return came.load(); }, 10s));
        took.push_back(std::chrono::steady_clock::now() - before);
    }

    std::sort(took.begin(), took.end());
    EXPECT_LT(took[25], 50ms);
}

TEST_F(WakeUpsTest, TakeOnlyTheirOwnKind) {
    const auto woken = noting_wake_ups(connection);
    publish("n", "lumos.job.acme.channel.ops.notify");
    publish("c");

    ASSERT_TRUE(wait_until([&] { return heard.count() == 1; }, 10s));
    EXPECT_TRUE(heard.has("c"));
}

TEST_F(WakeUpsTest, LeaveWhatABusyWorkerCannotTakeToAnother) {
    Connection other(options_for(server));
    std::atomic<bool> go_on{false};
    std::atomic<int> held{0};
    const auto busy = wake_ups(connection, [&](const StreamMessage&) {
        ++held;
        (void)wait_until([&] { return go_on.load(); }, 20s);
    });
    publish("held");
    ASSERT_TRUE(wait_until([&] { return held == 1; }, 10s));

    const auto idle = noting_wake_ups(other);
    for (int i = 0; i < 20; ++i) {
        publish(std::to_string(i));
    }

    EXPECT_TRUE(wait_until([&] { return heard.count() == 20; }, 10s));
    EXPECT_EQ(held, 1);
    go_on = true;
}

TEST_F(WakeUpsTest, GoOnAfterARestart) {
    const auto woken = noting_wake_ups(connection);
    publish("before");
    ASSERT_TRUE(wait_until([&] { return heard.has("before"); }, 10s));

    server.kill();
    server.start();

    publish("after");
    EXPECT_TRUE(wait_until([&] { return heard.has("after"); }, 15s));
}

TEST_F(WakeUpsTest, GoOnAfterTheStoreWasWiped) {
    const auto woken = noting_wake_ups(connection);
    publish("before");
    ASSERT_TRUE(wait_until([&] { return heard.has("before"); }, 10s));

    restart_with_wiped_store();

    publish("after");  // Only taken once the worker has made the stream again.
    EXPECT_TRUE(wait_until([&] { return heard.has("after"); }, 15s));
}

TEST_F(WakeUpsTest, NoticeThatTheirConsumerIsGone) {
    const auto woken = noting_wake_ups(connection);
    publish("before");
    ASSERT_TRUE(wait_until([&] { return heard.has("before"); }, 10s));

    (void)connection.request("$JS.API.CONSUMER.DELETE.JOB.failover_checks", "", 5s);

    publish("after");
    EXPECT_TRUE(wait_until([&] { return heard.has("after"); }, 15s));
}

TEST_F(WakeUpsTest, NoticeThatTheirStreamIsGone) {
    const auto woken = noting_wake_ups(connection);
    publish("before");
    ASSERT_TRUE(wait_until([&] { return heard.has("before"); }, 10s));

    (void)connection.request("$JS.API.STREAM.DELETE.JOB", "", 5s);

    publish("after");
    EXPECT_TRUE(wait_until([&] { return heard.has("after"); }, 15s));
}

TEST_F(WakeUpsTest, StartBeforeTheServerDoes) {
    server.stop();
    const auto woken = noting_wake_ups(connection);
    server.start();

    publish("x");

    EXPECT_TRUE(wait_until([&] { return heard.has("x"); }, 15s));
}

TEST_F(WakeUpsTest, PutWhatAHandlerCannotDealWithIntoTheDeadLetters) {
    const auto woken = wake_ups(connection, [&](const StreamMessage& message) {
        heard.add(message.body);
        if (message.body == "bad") {
            throw std::runtime_error("no such zone");
        }
    });
    publish("bad");
    publish("good");

    ASSERT_TRUE(wait_until([&] { return heard.has("good"); }, 10s));
    EXPECT_EQ(heard.count("bad"), 1U);
    ASSERT_TRUE(wait_until([&] { return trouble.count() >= 1; }, 5s));
    const auto letters = dead_letters();
    ASSERT_EQ(letters.size(), 1U);
    EXPECT_EQ(
        letters[0].at("deadSubject"), "lumos.dead.failover_checks.job.acme.zone.example_com.check");
    EXPECT_EQ(letters[0].at("subject"), json::value(kZoneCheck));
    EXPECT_EQ(letters[0].at("why"), "no such zone");
    EXPECT_EQ(letters[0].at("body"), "bad");
    EXPECT_EQ(consumer_info().at("num_ack_pending"), 0);
}

TEST_F(WakeUpsTest, BuryAMessageThatKillsWhoeverTakesIt) {
    ensure_stream(connection, kJobStream);
    publish("poison");
    // Taken and given back without an acknowledgement, as by workers that die with it in hand.
    for (int i = 0; i < 5; ++i) {
        const auto inbox = "test.inbox." + std::to_string(i);
        std::atomic<bool> given_back{false};
        const auto taken = connection.subscribe(inbox, [&](const Message& message) {
            connection.publish(message.reply, "-NAK");
            given_back = true;
        });
        pull_into(inbox);
        ASSERT_TRUE(wait_until([&] { return given_back.load(); }, 10s));
        connection.flush(5s);
    }

    const auto woken = noting_wake_ups(connection);
    publish("good");

    ASSERT_TRUE(wait_until([&] { return heard.has("good"); }, 10s));
    EXPECT_TRUE(
        wait_until([&] { return stream_state(connection, kJobStream).messages == 0; }, 10s));
    EXPECT_FALSE(heard.has("poison"));
    const auto letters = dead_letters();
    ASSERT_EQ(letters.size(), 1U);
    EXPECT_EQ(letters[0].at("why"), "delivered 6 times");
    EXPECT_EQ(letters[0].at("body"), "poison");
}

TEST_F(WakeUpsTest, StopTakingWhenTheyAreStopped) {
    Connection other(options_for(server));
    const auto first = noting_wake_ups(connection);
    publish("1");
    ASSERT_TRUE(wait_until([&] { return heard.has("1"); }, 10s));

    first->stop(5s);

    publish("2");
    EXPECT_EQ(stream_state(connection, kJobStream).messages, 1U);
    EXPECT_FALSE(heard.has("2"));
    const auto second = noting_wake_ups(other);
    EXPECT_TRUE(wait_until([&] { return heard.has("2"); }, 10s));
}

TEST_F(WakeUpsTest, EndInTimeAlsoWhileNobodyIsThere) {
    auto woken = noting_wake_ups(connection);
    publish("1");
    ASSERT_TRUE(wait_until([&] { return heard.has("1"); }, 10s));
    server.freeze();

    const auto before = std::chrono::steady_clock::now();
    woken->stop(3s);
    woken.reset();
    const auto took = std::chrono::steady_clock::now() - before;

    server.thaw();
    EXPECT_LT(took, 10s);
}

}  // namespace
}  // namespace lumos::bus
