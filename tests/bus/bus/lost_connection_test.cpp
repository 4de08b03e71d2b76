// A connection whose server is stopped, killed and frozen.

#include "bus/error.h"
#include "tests/bus/bus/bus_fixture.h"

#include <atomic>
#include <thread>

namespace lumos::bus {
namespace {

TEST(LostConnection, StartsWithoutAServerAndFindsItWhenItComes) {
    NatsServer server;
    server.stop();
    Connection connection(options_for(server));
    EXPECT_FALSE(connection.wait_connected(100ms));
    EXPECT_TRUE(wait_until(
        [&] {
            const ConnectionState state = connection.state();
            return !state.last_error.empty() && state.attempt >= 1;
        },
        10s));
    EXPECT_THROW(connection.publish("t", "x"), BusUnavailable);

    server.start();

    EXPECT_TRUE(connection.wait_connected(10s));
}

TEST(LostConnection, NeitherBuffersNorWaitsWhileItIsAway) {
    NatsServer server;
    Connection connection(options_for(server));
    ASSERT_TRUE(connection.wait_connected(10s));
    Heard heard;
    const auto subscription =
        connection.subscribe("t", [&](const Message& message) { heard.add(message.body); });
    server.kill();
    ASSERT_TRUE(wait_until([&] { return !connection.state().connected; }, 10s));

    EXPECT_THROW(connection.publish("t", "late"), BusUnavailable);
    EXPECT_THROW((void)connection.publish_acknowledged("t", "late", "1", 5s), BusUnavailable);
    EXPECT_THROW((void)connection.request("t", "late", 5s), BusUnavailable);

    server.start();
    ASSERT_TRUE(connection.wait_connected(10s));
    connection.publish("t", "after");
    ASSERT_TRUE(wait_until([&] { return heard.has("after"); }, 10s));
    EXPECT_FALSE(heard.has("late"));
}

TEST(LostConnection, SubscribesAgainAfterEachLoss) {
    NatsServer server;
    Connection connection(options_for(server));
    ASSERT_TRUE(connection.wait_connected(10s));
    Heard heard;
    const auto early =
        connection.subscribe("early", [&](const Message& message) { heard.add(message.body); });
    server.kill();
    ASSERT_TRUE(wait_until([&] { return !connection.state().connected; }, 10s));
    const auto between =
        connection.subscribe("between", [&](const Message& message) { heard.add(message.body); });
    const auto server_before = connection.state().nats_server;

    for (int round = 0; round < 3; ++round) {
        server.start();
        ASSERT_TRUE(connection.wait_connected(10s));
        connection.publish("early", "early" + std::to_string(round));
        connection.publish("between", "between" + std::to_string(round));
        EXPECT_TRUE(wait_until([&] { return heard.has("early" + std::to_string(round)); }, 10s));
        EXPECT_TRUE(wait_until([&] { return heard.has("between" + std::to_string(round)); }, 10s));
        server.stop();
        ASSERT_TRUE(wait_until([&] { return !connection.state().connected; }, 10s));
    }
    EXPECT_NE(connection.state().nats_server, server_before);
}

TEST(LostConnection, HasSubscribedBeforeItSaysThatItIsConnected) {
    NatsServer server;
    Heard heard;
    std::atomic<Connection*> self{nullptr};
    auto options = options_for(server);
    options.on_connected = [&](const ConnectionState& state) {
        if (Connection* connection = self) {
            connection->publish("mine", state.nats_server);  // A new id at each start.
        }
    };
    Connection connection(options);
    const auto subscription =
        connection.subscribe("mine", [&](const Message& message) { heard.add(message.body); });
    ASSERT_TRUE(connection.wait_connected(10s));
    self = &connection;

    for (int round = 1; round <= 5; ++round) {
        const auto before = connection.state().nats_server;
        server.kill();
        server.start();
        ASSERT_TRUE(wait_until([&] { return connection.state().nats_server != before; }, 10s));
        EXPECT_TRUE(wait_until([&] { return heard.has(connection.state().nats_server); }, 10s));
    }
}

TEST(LostConnection, NoticesAFrozenServerByItsPings) {
    const NatsServer server;
    auto options = options_for(server);
    options.ping_interval = 200ms;
    options.connect_timeout = 300ms;
    std::atomic<int> lost{0};
    options.on_disconnected = [&](const ConnectionState&) { ++lost; };
    Connection connection(options);
    ASSERT_TRUE(connection.wait_connected(10s));

    server.freeze();

    EXPECT_TRUE(wait_until([&] { return lost == 1; }, 10s));
    EXPECT_NE(connection.state().last_error, "");
    server.thaw();
    EXPECT_TRUE(connection.wait_connected(10s));
    EXPECT_EQ(lost, 1);
}

TEST(LostConnection, IsNotHeldByAServerThatDoesNotRead) {
    const NatsServer server;
    auto options = options_for(server);
    options.connect_timeout = 300ms;
    Connection connection(options);
    ASSERT_TRUE(connection.wait_connected(10s));
    server.freeze();
    const std::string body(60 * 1024, 'x');

    const auto longest = [&] {
        std::chrono::steady_clock::duration most{0};
        for (int i = 0; i < 1'000; ++i) {
            const auto before = std::chrono::steady_clock::now();
            try {
                connection.publish("t", body);
            } catch (const BusUnavailable&) {
                return std::max(most, std::chrono::steady_clock::now() - before);
            }
            most = std::max(most, std::chrono::steady_clock::now() - before);
        }
        ADD_FAILURE() << "a frozen server took 60 MB";
        return most;
    }();

    EXPECT_LT(longest, 5s);
    server.thaw();
    EXPECT_TRUE(wait_until([&] { return connection.state().connected; }, 10s));
    EXPECT_NO_THROW(connection.publish("t", "small"));
}

TEST(LostConnection, GoesToAnotherServerOfItsList) {
    NatsServer first;
    const NatsServer second;
    auto options = options_for(first);
    options.urls = first.url() + ", " + second.url();
    Connection connection(options);
    ASSERT_TRUE(connection.wait_connected(10s));
    EXPECT_EQ(connection.state().url, first.url());

    first.kill();

    EXPECT_TRUE(wait_until([&] { return connection.state().url == second.url(); }, 10s));
    EXPECT_TRUE(connection.wait_connected(10s));
}

TEST(LostConnection, DrainEndsInTimeWithAnIdleSubscriptionAndAFrozenServer) {
    const NatsServer server;
    Connection connection(options_for(server));
    ASSERT_TRUE(connection.wait_connected(10s));
    const auto subscription = connection.subscribe("idle", [](const Message&) {});
    server.freeze();

    const auto before = std::chrono::steady_clock::now();
    connection.drain(2s);
    const auto took = std::chrono::steady_clock::now() - before;

    server.thaw();
    EXPECT_LT(took, 10s);
}

TEST(LostConnection, IsDestroyedInTimeWhereNobodyAnswers) {
    const NatsServer server;
    server.freeze();
    const auto before = std::chrono::steady_clock::now();
    {
        Connection connection(options_for(server));
        EXPECT_FALSE(connection.wait_connected(100ms));
    }
    const auto took = std::chrono::steady_clock::now() - before;
    server.thaw();
    EXPECT_LT(took, 5s);
}

TEST(LostConnection, SurvivesAServerThatComesAndGoesUnderLoad) {
    NatsServer server;
    Connection connection(options_for(server));
    ASSERT_TRUE(connection.wait_connected(10s));
    Heard heard;
    const auto subscription =
        connection.subscribe("load", [&](const Message& message) { heard.add(message.body); });
    std::atomic<long> sent{0};
    std::vector<std::jthread> publishers;
    for (int t = 0; t < 3; ++t) {
        publishers.emplace_back([&](const std::stop_token& stop) {
            while (!stop.stop_requested()) {
                try {
                    connection.publish("load", "x");
                    connection.flush(1s);
                    ++sent;
                } catch (const BusUnavailable&) {
                    (void)connection.wait_connected(100ms);
                }
            }
        });
    }

    for (int round = 0; round < 5; ++round) {
        const long before = sent;
        ASSERT_TRUE(wait_until([&] { return sent > before + 20; }, 10s)) << round;
        server.kill();
        server.start();
    }

    const long before = sent;
    EXPECT_TRUE(wait_until([&] { return sent > before + 20; }, 10s));
    publishers.clear();
    EXPECT_GT(heard.count(), 100U);
}

}  // namespace
}  // namespace lumos::bus
