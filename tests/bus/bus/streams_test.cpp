// Streams and their durables, made by many at once, found again, made anew.

#include "bus/streams.h"

#include "bus/error.h"
#include "tests/bus/bus/bus_fixture.h"

#include <boost/json.hpp>

#include <atomic>
#include <thread>

namespace lumos::bus {
namespace {

namespace json = boost::json;

class Streams : public ConnectedTest {
protected:
    json::object api(const std::string& subject, const std::string& body = "") {
        return json::parse(connection.request("$JS.API." + subject, body, 5s)).as_object();
    }
};

TEST_F(Streams, AreMadeWithWhatTheContractSays) {
    const auto states = ensure_streams(connection);

    ASSERT_EQ(states.size(), 6U);
    const auto agent = api("STREAM.INFO.AGENT").at("config").as_object();
    EXPECT_EQ(agent.at("storage"), "memory");
    EXPECT_EQ(agent.at("max_msgs_per_subject"), 1);
    EXPECT_EQ(agent.at("subjects"), (json::array{"lumos.agent.*.*.heartbeat", "lumos.bus.beat.>"}));
    const auto job = api("STREAM.INFO.JOB").at("config").as_object();
    EXPECT_EQ(job.at("retention"), "workqueue");
    EXPECT_EQ(job.at("max_age"), 600'000'000'000);
    const auto event = api("STREAM.INFO.EVENT").at("config").as_object();
    EXPECT_EQ(event.at("storage"), "file");
    EXPECT_EQ(event.at("discard"), "old");
    EXPECT_EQ(event.at("max_age"), 7 * 86'400'000'000'000);
    EXPECT_GT(event.at("max_bytes").as_int64(), 0);
    const auto cycle = api("STREAM.INFO.CYCLE").at("config").as_object();
    EXPECT_EQ(cycle.at("duplicate_window"), 600'000'000'000);
    const auto checks = api("CONSUMER.INFO.JOB.failover_checks").at("config").as_object();
    EXPECT_EQ(checks.at("filter_subject"), "lumos.job.*.*.*.check");
    EXPECT_EQ(checks.at("ack_policy"), "explicit");
    EXPECT_TRUE(api("CONSUMER.INFO.JOB.notifier_jobs").contains("config"));
    EXPECT_TRUE(api("CONSUMER.INFO.CYCLE.failover_ticks").contains("config"));
}

TEST_F(Streams, AreTheSameForAllWhoMakeThemAtOnce) {
    std::atomic<int> made{0};
    Heard created;
    Heard problems;
    {
        std::vector<std::jthread> threads;
        for (int t = 0; t < 10; ++t) {
            threads.emplace_back([&] {
                Connection own(options_for(server));
                if (!own.wait_connected(10s)) {
                    problems.add("not connected");
                    return;
                }
                try {
                    for (const auto& state : ensure_streams(own)) {
                        created.add(state.name + to_sql_time(state.created_at));
                    }
                    ++made;
                } catch (const std::runtime_error& failure) {
                    problems.add(failure.what());
                }
            });
        }
    }

    EXPECT_EQ(problems.all(), std::vector<std::string>{});
    EXPECT_EQ(made, 10);
    for (const auto& one : created.all()) {
        EXPECT_EQ(created.count(one), 10U) << one;
    }
}

TEST_F(Streams, KeepTheirTimeOfCreationAcrossARestartAndGetANewOneAfterAWipe) {
    const auto before = ensure_stream(connection, kEventStream);
    server.stop();
    server.start();
    const auto same = once_ready([&] { return ensure_stream(connection, kEventStream); });

    restart_with_wiped_store();
    EXPECT_THROW(
        (void)once_ready([&] {
            try {
                return stream_state(connection, kEventStream);
            } catch (const StreamMissing& missing) {
                throw std::logic_error(missing.what());
            }
        }),
        std::logic_error);
    const auto anew = once_ready([&] { return ensure_stream(connection, kEventStream); });

    EXPECT_EQ(same.created_at, before.created_at);
    EXPECT_GT(anew.created_at, before.created_at);
}

TEST_F(Streams, AreLeftAloneWhereAnOperatorWidenedThem) {
    ensure_streams(connection);
    auto config = api("STREAM.INFO.EVENT").at("config").as_object();
    config["max_bytes"] = 600 * 1024 * 1024;
    config["max_age"] = 30 * 86'400'000'000'000;
    ASSERT_FALSE(api("STREAM.UPDATE.EVENT", json::serialize(config)).contains("error"));

    EXPECT_NO_THROW(ensure_stream(connection, kEventStream));

    const auto after = api("STREAM.INFO.EVENT").at("config").as_object();
    EXPECT_EQ(after.at("max_bytes"), 600 * 1024 * 1024);
}

TEST_F(Streams, AreRefusedWhereTheyDoSomethingElse) {
    const json::object other{{"name", "JOB"}, {"subjects", {"lumos.job.>"}}, {"storage", "memory"}};
    ASSERT_FALSE(api("STREAM.CREATE.JOB", json::serialize(other)).contains("error"));

    EXPECT_THROW(ensure_stream(connection, kJobStream), BusRefused);
    EXPECT_THROW(ensure_stream(connection, "NONE"), BusRefused);
}

TEST_F(Streams, CountWhatTheyHold) {
    ensure_streams(connection);
    for (int i = 0; i < 5; ++i) {
        (void)connection.publish_acknowledged("lumos.event.a.server.b.c", "{}", std::to_string(i));
    }

    const auto state = stream_state(connection, kEventStream);

    EXPECT_EQ(state.messages, 5U);
    EXPECT_EQ(state.first_sequence, 1U);
    EXPECT_EQ(state.last_sequence, 5U);
}

TEST_F(Streams, TakeAMessageIdOnce) {
    ensure_streams(connection);
    const auto first = connection.publish_acknowledged("lumos.event.a.server.b.c", "{}", "id-1");

    const auto again = connection.publish_acknowledged("lumos.event.a.server.b.c", "{}", "id-1");

    EXPECT_EQ(first.stream, "EVENT");
    EXPECT_FALSE(first.duplicate);
    EXPECT_TRUE(again.duplicate);
    EXPECT_EQ(again.sequence, first.sequence);
}

TEST_F(Streams, AreMissedByWhoPublishesIntoThem) {
    EXPECT_THROW(
        (void)connection.publish_acknowledged("lumos.event.a.server.b.c", "{}", "id"),
        StreamMissing);
    EXPECT_THROW((void)stream_state(connection, kEventStream), StreamMissing);
}

TEST_F(Streams, RefuseAMessageThatIsTooLarge) {
    ensure_streams(connection);
    const std::string large(100 * 1024, 'x');

    EXPECT_THROW(
        (void)connection.publish_acknowledged("lumos.event.a.server.b.c", large, "id"), BusRefused);
    EXPECT_THROW(connection.publish("t", std::string(2 * 1024 * 1024, 'x')), BusRefused);
    EXPECT_TRUE(connection.state().connected);
}

TEST_F(Streams, AcknowledgeAMessageOfFullSize) {
    ensure_streams(connection);

    const auto ack = connection.publish_acknowledged(
        "lumos.event.a.server.b.c", std::string(64 * 1024, 'x'), "id");

    EXPECT_EQ(ack.sequence, 1U);
}

TEST_F(Streams, CaptureWhoConnectsAndDisconnects) {
    ensure_streams(connection);
    {
        Connection other(options_for(server));
        ASSERT_TRUE(other.wait_connected(10s));
    }

    EXPECT_TRUE(
        wait_until([&] { return stream_state(connection, kBusStream).messages >= 2; }, 10s));
}

}  // namespace
}  // namespace lumos::bus
