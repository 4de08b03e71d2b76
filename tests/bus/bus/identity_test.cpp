// What bus init writes, on a real server: who may connect, what an agent may not, what NATS says of
// connections.

#include "bus/consumer.h"
#include "tests/bus/bus/identity_fixture.h"

#include <boost/json.hpp>

namespace lumos::bus {
namespace {

namespace json = boost::json;

class Identity : public IdentityTest {
protected:
    // The account's rights are changed by a new JWT, pushed to the running server.
    void push_account(const AccountClaims& claims) {
        const auto system = offline_key("system");
        const auto key = new_key_pair(KeyKind::User);
        UserClaims user;
        user.name = "pusher";
        user.public_key = key.public_key;
        user.issuer_account = system.public_key;
        user.permissions.emplace();
        user.permissions->publish_allow = {">"};
        user.permissions->subscribe_allow = {">"};
        support::write_file(
            folder_ / "sys.creds", credentials(mint_user(user, system, kNow), key.seed));
        const auto pusher = connect(folder_ / "sys.creds");
        const auto jwt = mint_account(claims, offline_key("operator"), kNow + 24h);
        const auto answer = pusher->request("$SYS.REQ.CLAIMS.UPDATE", jwt, 5s);
        EXPECT_NE(answer.find("\"code\":200"), std::string::npos) << answer;
    }
};

TEST_F(Identity, LetsEachKindOfProcessInAndNobodyWithoutCredentials) {
    for (const auto& kind : kinds()) {
        (void)connect(process(std::string(kind.name)));
    }

    Connection anonymous(options(""));
    EXPECT_FALSE(anonymous.wait_connected(500ms));
    EXPECT_NE(anonymous.state().last_error.find("Authorization Violation"), std::string::npos)
        << anonymous.state().last_error;
}

TEST_F(Identity, LetsAnAgentPublishItsHeartbeatAndHearItsCall) {
    const auto presence = connect(process("presence"));
    const auto failover = connect(process("failover"));
    ensure_stream(*presence, kAgentStream);
    const auto agent_connection = connect(agent("acme", "fra-1"));
    Heard calls;
    const auto call = agent_connection->subscribe(
        "lumos.agent.acme.fra-1.call", [&](const Message& message) { calls.add(message.body); });
    agent_connection->flush(5s);
    ReaderOptions reading;
    reading.stream = kAgentStream;
    reading.name = "presence-x";
    reading.filter = "lumos.>";
    reading.last_per_subject = true;
    Reader reader(*presence, reading);

    agent_connection->publish("lumos.agent.acme.fra-1.heartbeat", R"({"beat":1})");
    failover->publish("lumos.agent.acme.fra-1.call", "ring");

    const auto heartbeats = reader.read(10, 5s);
    ASSERT_EQ(heartbeats.size(), 1U);
    EXPECT_EQ(heartbeats[0].body, R"({"beat":1})");
    EXPECT_TRUE(wait_until([&] { return calls.has("ring"); }, 5s));
    EXPECT_EQ(errors_.count(), 0U);
}

TEST_F(Identity, RefusesAnAgentEverythingElseItMightPublish) {
    const auto witness = connect(anything());
    ensure_streams(*witness);
    Heard seen;
    const auto all = witness->subscribe(">", [&](const Message& message) {
        if (message.body == "forbidden") {
            seen.add(message.subject);
        }
    });
    witness->flush(5s);
    const auto connection = connect(agent("acme", "fra-1"));
    const std::vector<std::string> forbidden{
        "lumos.agent.acme.iad-1.heartbeat",
        "lumos.agent.other.fra-1.heartbeat",
        "lumos.agent.acme.fra-1.call",
        "lumos.agent.acme.fra-1.heartbeat.x",
        "lumos.agent.acme.fra-1",
        "lumos.bus.client.disconnect",
        "lumos.bus.client.connect",
        "lumos.bus.beat.node.replica",
        "lumos.cycle.tick",
        "lumos.job.acme.zone.example_com.check",
        "lumos.event.acme.server.fra-1.server_up",
        "lumos.dead.x",
        "$JS.API.STREAM.DELETE.AGENT",
        "$JS.API.STREAM.MSG.GET.AGENT",
        "$JS.API.DIRECT.GET.AGENT",
        "$JS.API.STREAM.LIST",
        "$JS.API.INFO",
        "$JS.ACK.JOB.failover_checks.1.1.1.1.1",
        "$JS.EVENT.ADVISORY.CONSUMER.MAX_DELIVERIES.JOB.failover_checks",
        "$SYS.REQ.ACCOUNT.PING.CONNZ",
        "$SYS.REQ.SERVER.PING",
        "$SYS.REQ.CLAIMS.UPDATE",
        "$SYS.ACCOUNT.X.DISCONNECT",
        "_INBOX.other.1",
        "anything"};

    for (const auto& subject : forbidden) {
        connection->publish(subject, "forbidden");
    }
    connection->flush(5s);

    ASSERT_TRUE(wait_until([&] { return errors_.count() >= forbidden.size(); }, 10s));
    const auto errors = errors_.all();
    for (std::size_t i = 0; i < forbidden.size(); ++i) {
        EXPECT_NE(errors[i].find("Permissions Violation for Publish"), std::string::npos)
            << errors[i];
    }
    // What the agent's connection sent before this message was let through or not by now.
    connection->publish("lumos.agent.acme.fra-1.heartbeat", "forbidden");
    ASSERT_TRUE(wait_until([&] { return seen.has("lumos.agent.acme.fra-1.heartbeat"); }, 5s));
    EXPECT_EQ(seen.count(), 1U);
    EXPECT_TRUE(connection->state().connected);
}

TEST_F(Identity, RefusesAnAgentEverythingElseItMightHear) {
    const auto connection = connect(agent("acme", "fra-1"));
    const std::vector<std::string> forbidden{
        ">",
        "lumos.>",
        "*.*.*.*.call",
        "lumos.agent.acme.*.call",
        "lumos.agent.acme.iad-1.call",
        "lumos.agent.acme.fra-1.heartbeat",
        "lumos.event.>",
        "lumos.bus.client.>",
        "_INBOX.>",
        "_INBOX.mine.*",
        "$SYS.>",
        "$JS.>",
        "$SRV.PING"};

    for (const auto& subject : forbidden) {
        const auto before = errors_.count();
        const auto subscription = connection->subscribe(subject, [](const Message&) {});
        EXPECT_TRUE(wait_until([&] { return errors_.count() > before; }, 5s)) << subject;
        EXPECT_NE(
            errors_.all().back().find("Permissions Violation for Subscription"), std::string::npos)
            << errors_.all().back();
    }
    EXPECT_TRUE(connection->state().connected);
}

TEST_F(Identity, GivesAnAgentNoAnswersToRequests) {
    const auto connection = connect(agent("acme", "fra-1"));

    EXPECT_THROW(
        (void)connection->request("$SYS.REQ.ACCOUNT.PING.CONNZ", "", 500ms), BusUnavailable);
    EXPECT_THROW(
        (void)connection->publish_acknowledged("lumos.agent.acme.fra-1.heartbeat", "x", "", 500ms),
        BusUnavailable);
}

TEST_F(Identity, LetsAUserAnswerWhereItMayPublishNothing) {
    Permissions permissions;
    permissions.publish_allow = {"nothing.of.use"};
    permissions.subscribe_allow = {"ask"};
    permissions.answers = true;
    const auto service = connect(user("service", permissions));
    const auto answer = service->subscribe(
        "ask", [&](const Message& message) { service->publish(message.reply, "answer"); });
    service->flush(5s);
    const auto asking = connect(anything());

    EXPECT_EQ(asking->request("ask", "", 5s), "answer");
}

TEST_F(Identity, KeepsWhoConnectsAndDisconnectsUnderTheProvenName) {
    const auto presence = connect(process("presence"));
    ensure_stream(*presence, kBusStream);
    std::string server_id;
    std::int64_t client_id = 0;
    {
        const auto connection = connect(agent("acme", "fra-1"));
        server_id = connection->state().nats_server;
        client_id = connection->state().client_id;
    }
    ReaderOptions reading;
    reading.stream = kBusStream;
    reading.name = "bus-reader";
    reading.filter = "lumos.>";
    Reader reader(*presence, reading);

    std::vector<json::object> of_agent;
    std::vector<std::string> subjects;
    ASSERT_TRUE(wait_until(
        [&] {
            for (const auto& message : reader.read(100, 50ms)) {
                auto body = json::parse(message.body).as_object();
                const auto* tag = body.at("client").as_object().if_contains("name_tag");
                if (tag != nullptr && *tag == "acme.fra-1") {
                    of_agent.push_back(std::move(body));
                    subjects.push_back(message.subject);
                }
            }
            return of_agent.size() == 2;
        },
        10s));

    EXPECT_EQ(subjects[0], "lumos.bus.client.connect");
    EXPECT_EQ(subjects[1], "lumos.bus.client.disconnect");
    EXPECT_EQ(of_agent[1].at("reason"), "Client Closed");
    for (const auto& body : of_agent) {
        EXPECT_EQ(body.at("server").at("id"), json::value(server_id));
        EXPECT_EQ(body.at("client").at("id"), client_id);
        EXPECT_TRUE(body.at("client").at("user").as_string().starts_with("U"));
    }
}

// The client library fails one login in 256, and gives up for good when that happens twice in a
// row.
TEST_F(Identity, ConnectsEachOfThreeHundredTimes) {
    const auto creds = agent("acme", "fra-1");
    for (int i = 0; i < 300; ++i) {
        Connection connection(options(creds));
        ASSERT_TRUE(connection.wait_connected(15s)) << i << connection.state().last_error;
    }
}

TEST_F(Identity, ComesBackWithCredentialsThatWerePutRight) {
    const auto path = agent("acme", "fra-1");
    const auto right = support::read_file(path);
    const auto connection = connect(path);
    // Signed by a stranger: refused as often as it tries, for which the library alone would give up
    // for ever.
    const SigningKey other{
        new_key_pair(KeyKind::Account), read_signing_key(directory_ + "/signing.key").account};
    support::write_file(path, mint_agent("acme", "fra-1", other, kNow).text);
    server_->kill();
    server_->start();
    ASSERT_TRUE(wait_until([&] { return connection->state().attempt >= 5; }, 15s));
    EXPECT_FALSE(connection->state().connected);
    EXPECT_NE(connection->state().last_error.find("Authorization"), std::string::npos)
        << connection->state().last_error;
    support::write_file(path, "");
    const auto attempt = connection->state().attempt;
    ASSERT_TRUE(wait_until([&] { return connection->state().attempt >= attempt + 2; }, 15s));

    support::write_file(path, right);

    EXPECT_TRUE(connection->wait_connected(15s));
}

TEST_F(Identity, CutsAndRefusesAnAgentWhoseAccountRevokedIt) {
    const auto path = agent("acme", "fra-1");
    const auto connection = connect(path);
    AccountClaims without;
    without.name = "LUMOS";
    without.public_key = read_signing_key(directory_ + "/signing.key").account;
    without.jetstream = true;  // No signing key: whoever it signed is nobody.

    push_account(without);

    EXPECT_TRUE(wait_until([&] { return !connection->state().connected; }, 10s));
    const auto attempt = connection->state().attempt;
    EXPECT_TRUE(wait_until([&] { return connection->state().attempt >= attempt + 3; }, 10s));
    // The pushed one outlives a restart, although the configuration still carries the first.
    server_->stop();
    server_->start();
    EXPECT_FALSE(connection->wait_connected(1s));
}

TEST_F(Identity, KeepsStreamsAcrossARestart) {
    const auto console = connect(process("console"));
    ensure_stream(*console, kEventStream);
    const auto before =
        console->publish_acknowledged("lumos.event.acme.server.fra-1.server_up", "{}", "id-1");
    server_->kill();
    server_->start();
    ASSERT_TRUE(wait_until([&] { return console->state().connected; }, 10s));

    PublishAck after;
    ASSERT_TRUE(wait_until(
        [&] {
            try {
                after = console->publish_acknowledged(
                    "lumos.event.acme.server.fra-1.server_up", "{}", "id-1", 1s);
                return true;
            } catch (const std::runtime_error&) {
                return false;
            }
        },
        10s));

    EXPECT_TRUE(after.duplicate);
    EXPECT_EQ(after.sequence, before.sequence);
}

}  // namespace
}  // namespace lumos::bus
