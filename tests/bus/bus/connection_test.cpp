// One connection against a real nats-server that is stopped, killed and frozen.

#include "bus/error.h"
#include "tests/bus/bus/bus_fixture.h"

#include <atomic>
#include <thread>

namespace lumos::bus {
namespace {

TEST(Connection, DeliversWhatIsPublishedToItsSubscriptionsInOrder) {
    const NatsServer server;
    Connection connection(options_for(server));
    ASSERT_TRUE(connection.wait_connected(10s));
    Heard heard;
    const auto subscription =
        connection.subscribe("t.*", [&](const Message& message) { heard.add(message.body); });

    for (int i = 0; i < 1'000; ++i) {
        connection.publish("t." + std::to_string(i % 7), std::to_string(i));
    }

    ASSERT_TRUE(wait_until([&] { return heard.count() == 1'000; }, 10s));
    const auto bodies = heard.all();
    for (std::size_t i = 0; i < 1'000; ++i) {
        EXPECT_EQ(bodies[i], std::to_string(i));
    }
}

TEST(Connection, TellsWhichServerAndClientItIs) {
    const NatsServer server;
    Connection connection(options_for(server));

    ASSERT_TRUE(connection.wait_connected(10s));

    const auto state = connection.state();
    EXPECT_TRUE(state.connected);
    EXPECT_EQ(state.nats_server.size(), 56U);
    EXPECT_GT(state.client_id, 0);
    EXPECT_EQ(state.url, server.url());
    EXPECT_EQ(state.last_error, "");
}

TEST(Connection, StartsWithoutAServerAndFindsItWhenItComes) {
    NatsServer server;
    server.stop();
    Connection connection(options_for(server));
    EXPECT_FALSE(connection.wait_connected(100ms));
    EXPECT_NE(connection.state().last_error, "");
    EXPECT_GE(connection.state().attempt, 1);
    EXPECT_THROW(connection.publish("t", "x"), BusUnavailable);

    server.start();

    EXPECT_TRUE(connection.wait_connected(10s));
}

TEST(Connection, RefusesNonsenseAtOnce) {
    ConnectionOptions options;
    options.urls = "http://127.0.0.1:4222";
    EXPECT_THROW(Connection{options}, BusRefused);
    options.urls = "nats://a:4222,,nats://b:4222";
    EXPECT_THROW(Connection{options}, BusRefused);
    options.urls = "nats://a:4222";
    options.reconnect_wait_max = 1ms;
    EXPECT_THROW(Connection{options}, BusRefused);
}

TEST(Connection, NeitherBuffersNorWaitsWhileItIsAway) {
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

TEST(Connection, SubscribesAgainAfterEachLoss) {
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

TEST(Connection, HasSubscribedBeforeItSaysThatItIsConnected) {
    NatsServer server;
    Heard heard;
    std::atomic<Connection*> self{nullptr};
    std::atomic<int> times{0};
    auto options = options_for(server);
    options.on_connected = [&](const ConnectionState&) {
        if (Connection* connection = self) {
            connection->publish("mine", std::to_string(++times));
        }
    };
    Connection connection(options);
    const auto subscription =
        connection.subscribe("mine", [&](const Message& message) { heard.add(message.body); });
    ASSERT_TRUE(connection.wait_connected(10s));
    self = &connection;

    for (int round = 1; round <= 5; ++round) {
        server.kill();
        server.start();
        EXPECT_TRUE(wait_until([&] { return heard.has(std::to_string(round)); }, 10s)) << round;
    }
}

TEST(Connection, EndsASubscriptionWithItsObject) {
    const NatsServer server;
    Connection connection(options_for(server));
    ASSERT_TRUE(connection.wait_connected(10s));
    Heard heard;
    Heard control;
    auto subscription =
        connection.subscribe("t", [&](const Message& message) { heard.add(message.body); });
    const auto witness =
        connection.subscribe("t", [&](const Message& message) { control.add(message.body); });
    connection.publish("t", "1");
    ASSERT_TRUE(wait_until([&] { return heard.has("1"); }, 10s));

    subscription.reset();

    connection.publish("t", "2");
    ASSERT_TRUE(wait_until([&] { return control.has("2"); }, 10s));
    EXPECT_FALSE(heard.has("2"));
}

TEST(Connection, TellsOfARefusedPublish) {
    const NatsServer server({.users = {{"narrow", "narrow", {"mine"}, {"mine"}}}});
    auto options = options_for(server);
    options.user = "narrow";
    options.password = "narrow";
    Heard errors;
    options.on_error = [&](const std::string& what) { errors.add(what); };
    Connection connection(options);
    ASSERT_TRUE(connection.wait_connected(10s));

    connection.publish("theirs", "x");

    ASSERT_TRUE(wait_until([&] { return errors.count() == 1; }, 10s));
    EXPECT_NE(
        errors.all()[0].find("Permissions Violation for Publish to \"theirs\""), std::string::npos)
        << errors.all()[0];
    EXPECT_TRUE(connection.state().connected);
}

TEST(Connection, AnswersRequestsAndSaysWhenNobodyListens) {
    const NatsServer server;
    Connection connection(options_for(server));
    Connection other(options_for(server));
    ASSERT_TRUE(connection.wait_connected(10s));
    ASSERT_TRUE(other.wait_connected(10s));
    const auto service = other.subscribe("double", [&](const Message& message) {
        other.publish(message.reply, message.body + message.body);
    });
    other.flush(5s);

    EXPECT_EQ(connection.request("double", "ab", 5s), "abab");

    EXPECT_THROW((void)connection.request("nobody", "x", 5s), BusUnavailable);
}

TEST(Connection, RequestsFromManyThreadsGetTheirOwnAnswers) {
    const NatsServer server;
    Connection connection(options_for(server));
    ASSERT_TRUE(connection.wait_connected(10s));
    const auto service = connection.subscribe(
        "echo", [&](const Message& message) { connection.publish(message.reply, message.body); });
    std::atomic<int> right{0};

    {
        std::vector<std::jthread> threads;
        for (int t = 0; t < 8; ++t) {
            threads.emplace_back([&, t] {
                for (int i = 0; i < 200; ++i) {
                    const auto body = std::to_string(t) + "/" + std::to_string(i);
                    right += connection.request("echo", body, 10s) == body ? 1 : 0;
                }
            });
        }
    }

    EXPECT_EQ(right, 8 * 200);
}

TEST(Connection, NoticesAFrozenServerByItsPings) {
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

TEST(Connection, IsNotHeldByAServerThatDoesNotRead) {
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

TEST(Connection, ReportsWhatAHandlerThrowsAndGoesOn) {
    const NatsServer server;
    auto options = options_for(server);
    Heard errors;
    options.on_error = [&](const std::string& what) { errors.add(what); };
    options.on_connected = [](const ConnectionState&) { throw std::runtime_error("of mine"); };
    Connection connection(options);
    ASSERT_TRUE(connection.wait_connected(10s));
    Heard heard;
    const auto subscription = connection.subscribe("t", [&](const Message& message) {
        if (message.body == "bad") {
            throw std::runtime_error("no");
        }
        heard.add(message.body);
    });

    connection.publish("t", "bad");
    connection.publish("t", "good");

    EXPECT_TRUE(wait_until([&] { return heard.has("good"); }, 10s));
    EXPECT_TRUE(errors.has("handler of t: no"));
    EXPECT_TRUE(errors.has("listener of the connection: of mine"));
}

TEST(Connection, ReceivesAnswersBelowItsOwnInboxPrefix) {
    const NatsServer server({.users = {{"narrow", "narrow", {"echo"}, {"_INBOX_narrow.>"}}}});
    Connection service(options_for(server));
    ASSERT_TRUE(service.wait_connected(10s));
    const auto echo = service.subscribe(
        "echo", [&](const Message& message) { service.publish(message.reply, message.body); });
    service.flush(5s);
    auto options = options_for(server);
    options.user = "narrow";
    options.password = "narrow";
    options.inbox_prefix = "_INBOX_narrow";
    Connection connection(options);
    ASSERT_TRUE(connection.wait_connected(10s));

    EXPECT_EQ(connection.request("echo", "x", 5s), "x");
}

TEST(Connection, SaysWhyItCannotConnectWithoutThePassword) {
    const NatsServer server;
    auto options = options_for(server);
    options.urls = "nats://app:wrong@127.0.0.1:" + std::to_string(server.port());
    options.user.clear();
    Connection refused(options);
    EXPECT_FALSE(refused.wait_connected(300ms));
    EXPECT_NE(refused.state().last_error.find("Authorization Violation"), std::string::npos)
        << refused.state().last_error;
    EXPECT_EQ(refused.state().last_error.find("wrong"), std::string::npos);

    options.urls = server.url();
    options.creds_file = "/nowhere/x.creds";
    Connection without(options);
    EXPECT_FALSE(without.wait_connected(300ms));
    EXPECT_NE(without.state().last_error.find("/nowhere/x.creds"), std::string::npos)
        << without.state().last_error;
}

TEST(Connection, GoesToAnotherServerOfItsList) {
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

TEST(Connection, DrainLetsTheHandlerFinishAndSendsWhatWasPublished) {
    const NatsServer server;
    Connection sender(options_for(server));
    Connection receiver(options_for(server));
    ASSERT_TRUE(sender.wait_connected(10s));
    ASSERT_TRUE(receiver.wait_connected(10s));
    Heard heard;
    const auto subscription =
        receiver.subscribe("out", [&](const Message& message) { heard.add(message.body); });
    receiver.flush(5s);
    std::atomic<bool> began{false};
    std::atomic<bool> go_on{false};
    std::atomic<bool> ended{false};
    const auto slow = sender.subscribe("in", [&](const Message&) {
        began = true;
        (void)wait_until([&] { return go_on.load(); }, 10s);
        sender.publish("out", "finished");
        ended = true;
    });
    sender.publish("in", "");
    ASSERT_TRUE(wait_until([&] { return began.load(); }, 10s));
    std::jthread opener([&] {
        (void)wait_until([] { return false; }, 200ms);
        go_on = true;
    });

    sender.drain(10s);

    EXPECT_TRUE(ended);
    EXPECT_TRUE(wait_until([&] { return heard.has("finished"); }, 10s));
    EXPECT_FALSE(sender.state().connected);
    EXPECT_THROW(sender.publish("out", "more"), BusUnavailable);
}

TEST(Connection, DrainEndsInTimeWithAnIdleSubscriptionAndAFrozenServer) {
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

TEST(Connection, IsDestroyedInTimeWhereNobodyAnswers) {
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

TEST(Connection, SurvivesAServerThatComesAndGoesUnderLoad) {
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
