// A subscriber reads its account's events and nothing else, on a real server.

#include "bus/subscribers.h"

#include "bus/connection_impl.h"
#include "bus/pull.h"
#include "tests/bus/bus/identity_fixture.h"

namespace lumos::bus {
namespace {

const std::string kAcmeEvent = "lumos.event.acme.server.fra-1.server_down";
const std::string kOtherEvent = "lumos.event.other.server.fra-1.server_down";

class Subscribers : public IdentityTest {
protected:
    Subscribers() : console_(connect(process("console"))) {
        (void)subscriber_consumers(*console_);  // Makes the stream.
    }

    std::string subscriber(const std::string& account, const std::string& name) {
        const auto path = folder_ / (account + "_" + name + ".creds");
        support::write_file(
            path,
            mint_subscriber(account, name, read_signing_key(directory_ + "/signing.key"), kNow)
                .text);
        return path;
    }

    void tell(const std::string& subject, const std::string& body) {
        (void)console_->publish_acknowledged(subject, body, "");
    }

    // What its consumer gives it, in order, until it is silent. Nothing is acknowledged, so all of
    // it would come again half a minute later.
    static std::vector<std::string> read(Connection& connection, const std::string& consumer) {
        PullOptions pulling;
        pulling.stream = kEventStream;
        pulling.consumer = consumer;
        Pull pull(connection.impl().link(), pulling);
        std::vector<std::string> bodies;
        while (const auto delivery = pull.take(deadline_in(bodies.empty() ? 2s : 300ms))) {
            bodies.push_back(delivery->message.body);
        }
        return bodies;
    }

    void make(const std::string& account, const std::string& name, std::optional<Time> from = {}) {
        make_subscriber_consumer(*console_, {.account = account, .subscriber = name, .from = from});
    }

    bool is_refused(Connection& connection, const std::string& subject, const std::string& body) {
        const auto before = errors_.count();
        connection.publish(subject, body);
        connection.flush(5s);
        return wait_until([&] { return errors_.count() > before; }, 500ms);
    }

    std::unique_ptr<Connection> console_;
};

using Bodies = std::vector<std::string>;

TEST_F(Subscribers, ReadTheirAccountsEventsInOrderAndNobodyElses) {
    make("acme", "billing");
    make("other", "billing");
    tell(kAcmeEvent, "1");
    tell(kOtherEvent, "2");
    tell("lumos.event.acme.domain.www_example_com.failover_triggered", "3");
    tell("lumos.event._system.control.bus.hearing_lost", "4");
    const auto acme = connect(subscriber("acme", "billing"));
    const auto other = connect(subscriber("other", "billing"));

    EXPECT_EQ(read(*acme, "sub_acme_billing"), (Bodies{"1", "3"}));
    EXPECT_EQ(read(*other, "sub_other_billing"), Bodies{"2"});
    EXPECT_EQ(errors_.count(), 0U);
}

TEST_F(Subscribers, HearTheirAccountsEventsLive) {
    const auto acme = connect(subscriber("acme", "billing"));
    Heard heard;
    const auto subscription = acme->subscribe(
        "lumos.event.acme.>", [&](const Message& message) { heard.add(message.body); });
    acme->flush(5s);

    tell(kOtherEvent, "1");
    tell(kAcmeEvent, "2");

    EXPECT_TRUE(wait_until([&] { return heard.has("2"); }, 5s));
    EXPECT_EQ(heard.count(), 1U);
}

TEST_F(Subscribers, ReachNothingElse) {
    make("acme", "billing");
    make("acme", "audit");
    const auto acme = connect(subscriber("acme", "billing"));

    for (const auto* subject :
         {"$JS.API.CONSUMER.MSG.NEXT.EVENT.sub_acme_audit",
          "$JS.API.CONSUMER.INFO.EVENT.sub_other_billing",
          "$JS.ACK.EVENT.sub_acme_audit.1.1.1.1.1",
          "$JS.API.CONSUMER.DURABLE.CREATE.EVENT.sub_acme_billing",
          "$JS.API.CONSUMER.CREATE.EVENT.x.lumos.event.acme.>",
          "$JS.API.CONSUMER.DELETE.EVENT.sub_acme_billing",
          "$JS.API.STREAM.INFO.EVENT",
          "$JS.API.STREAM.MSG.GET.EVENT",
          "$JS.API.DIRECT.GET.EVENT",
          "$JS.API.CONSUMER.NAMES.EVENT",
          "$JS.API.INFO",
          "lumos.event.acme.server.fra-1.server_down"}) {
        EXPECT_TRUE(is_refused(*acme, subject, "{}")) << subject;
    }
    for (const auto* subject :
         {"lumos.event.>",
          "lumos.event.other.>",
          "lumos.event.*.server.fra-1.server_down",
          "lumos.>",
          "_INBOX.>",
          "_INBOX_acme_audit.>",
          "_INBOX_console.>"}) {
        const auto before = errors_.count();
        const auto subscription = acme->subscribe(subject, [](const Message&) {});
        EXPECT_TRUE(wait_until([&] { return errors_.count() > before; }, 5s)) << subject;
    }
}

// What may be done stands with the key that signs, not with the name.
TEST_F(Subscribers, AreNoAgentsWhateverTheirName) {
    auto signer = read_signing_key(directory_ + "/signing.key");
    signer.key = *signer.subscribers;
    const auto path = folder_ / "forged.creds";
    support::write_file(path, mint_agent("acme", "fra-1", signer, kNow).text);
    const auto forged = connect(path);

    EXPECT_TRUE(is_refused(*forged, "lumos.agent.acme.fra-1.heartbeat", "{}"));
    const auto before = errors_.count();
    const auto subscription = forged->subscribe("lumos.event.acme.>", [](const Message&) {});
    EXPECT_TRUE(wait_until([&] { return errors_.count() > before; }, 5s));
}

TEST_F(Subscribers, BeginAnewWhereTheyAreToldTo) {
    tell(kAcmeEvent, "1");
    make("acme", "billing");
    const auto acme = connect(subscriber("acme", "billing"));
    EXPECT_EQ(read(*acme, "sub_acme_billing"), Bodies{"1"});
    EXPECT_EQ(read(*acme, "sub_acme_billing"), Bodies{});

    make("acme", "billing");
    EXPECT_EQ(read(*acme, "sub_acme_billing"), Bodies{"1"});

    const auto later = std::chrono::system_clock::now() + 300ms;
    make("acme", "billing", std::chrono::time_point_cast<Time::duration>(later));
    ASSERT_TRUE(wait_until([&] { return std::chrono::system_clock::now() > later; }, 5s));
    tell(kAcmeEvent, "2");
    EXPECT_EQ(read(*acme, "sub_acme_billing"), Bodies{"2"});
}

TEST_F(Subscribers, AreListedAndSeenAndRemoved) {
    EXPECT_EQ(subscriber_consumers(*console_), Bodies{});
    EXPECT_FALSE(subscriber_consumer_state(*console_, "sub_acme_billing"));
    make("acme", "billing");
    make("acme", "audit");
    tell(kAcmeEvent, "1");
    tell(kAcmeEvent, "2");
    const auto acme = connect(subscriber("acme", "billing"));
    EXPECT_EQ(read(*acme, "sub_acme_billing"), (Bodies{"1", "2"}));
    tell(kAcmeEvent, "3");

    const auto state = subscriber_consumer_state(*console_, "sub_acme_billing");

    ASSERT_TRUE(state);
    EXPECT_EQ(state->pending + state->unacknowledged, 3U);
    EXPECT_GE(state->unacknowledged, 2U);
    remove_subscriber_consumer(*console_, "sub_acme_billing");
    remove_subscriber_consumer(*console_, "sub_acme_billing");
    EXPECT_EQ(subscriber_consumers(*console_), Bodies{"sub_acme_audit"});
}

TEST_F(Subscribers, AreNotMintedByAKeyThatHasNoneForThem) {
    auto signer = read_signing_key(directory_ + "/signing.key");
    EXPECT_THROW((void)mint_subscriber("acme", "a_b", signer, kNow), BusRefused);
    signer.subscribers.reset();
    EXPECT_THROW((void)mint_subscriber("acme", "billing", signer, kNow), BusRefused);
}

}  // namespace
}  // namespace lumos::bus
