// One connection against a real nats-server.

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
    const auto says = [](const Connection& connection, const std::string& text) {
        return wait_until(
            [&] { return connection.state().last_error.find(text) != std::string::npos; }, 10s);
    };
    EXPECT_TRUE(says(refused, "Authorization Violation")) << refused.state().last_error;
    EXPECT_FALSE(refused.state().connected);
    EXPECT_EQ(refused.state().last_error.find("wrong"), std::string::npos);

    options.urls = server.url();
    options.creds_file = "/nowhere/x.creds";
    Connection without(options);
    EXPECT_TRUE(says(without, "/nowhere/x.creds")) << without.state().last_error;
    EXPECT_FALSE(without.state().connected);
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

}  // namespace
}  // namespace lumos::bus
