// Every kind of process does its whole work with its own credentials, on a real server, and none of
// it is refused. What they may not do: tests/system/test_permissions.py.

#include "bus/consumer.h"
#include "tests/bus/bus/identity_fixture.h"

namespace lumos::bus {
namespace {

class ProcessRights : public IdentityTest {
protected:
    // On its acknowledgement, a publish was allowed and taken by a stream.
    static void publishes(Connection& connection, const std::string& subject) {
        EXPECT_NO_THROW((void)connection.publish_acknowledged(subject, "{}", "")) << subject;
    }

    static void reads(Connection& connection, std::string_view stream) {
        ensure_stream(connection, stream);
        ReaderOptions reading;
        reading.stream = std::string(stream);
        reading.name = "presence-0123";
        reading.filter = "lumos.>";
        reading.last_per_subject = stream == kAgentStream;
        Reader reader(connection, reading);
        EXPECT_NO_THROW((void)reader.read(1, 100ms)) << stream;
        EXPECT_NO_THROW((void)stream_state(connection, stream)) << stream;
    }

    // A wake-up comes, and one that cannot be dealt with is buried.
    void takes(
        const std::string& kind,
        std::string_view stream,
        std::string_view durable,
        const std::string& subject) {
        const auto publisher = connect(anything());
        const auto connection = connect(process(kind));
        Heard taken;
        const WakeUps wake_ups(
            *connection,
            std::string(stream),
            std::string(durable),
            [&](const StreamMessage& message) {
                taken.add(message.subject);
                throw std::runtime_error("not to be dealt with");
            },
            [this](const std::string& what) { troubles_.add(what); });
        ASSERT_TRUE(wait_until(
            [&] {
                try {
                    (void)publisher->publish_acknowledged(subject, "{}", "");
                    return true;
                } catch (const std::runtime_error&) {
                    return false;  // The stream is being made.
                }
            },
            10s));
        ASSERT_TRUE(wait_until([&] { return taken.has(subject); }, 10s)) << kind;
        EXPECT_TRUE(wait_until(
            [&] {
                try {
                    return stream_state(*publisher, kDeadStream).messages > 0;
                } catch (const StreamMissing&) {
                    return false;
                }
            },
            10s))
            << kind;
        EXPECT_EQ(troubles_.count(subject + ": not to be dealt with"), 1U);
        EXPECT_EQ(troubles_.count(), 1U) << troubles_.all().back();
    }

    void TearDown() override {
        EXPECT_EQ(errors_.count(), 0U) << (errors_.count() == 0 ? "" : errors_.all().front());
    }

    Heard troubles_;
};

TEST_F(ProcessRights, LetPresenceHearBeatAndTell) {
    const auto presence = connect(process("presence"));
    reads(*presence, kAgentStream);
    reads(*presence, kBusStream);
    ensure_stream(*presence, kEventStream);
    ensure_stream(*presence, kJobStream);

    publishes(*presence, "lumos.bus.beat.node.replica");
    publishes(*presence, "lumos.event.acme.server.fra-1.server_down");
    publishes(*presence, "lumos.event._system.control.bus.hearing_lost");
    publishes(*presence, "lumos.job.acme.server.fra-1.check");
    publishes(*presence, "lumos.job.acme.zone.example_com.check");
    publishes(*presence, "lumos.job.acme.channel.ops.notify");
}

TEST_F(ProcessRights, LetTheSchedulerTick) {
    const auto scheduler = connect(process("scheduler"));
    ensure_stream(*scheduler, kCycleStream);

    publishes(*scheduler, "lumos.cycle.tick");
}

TEST_F(ProcessRights, LetFailoverTakeTicksCallAndTell) {
    takes("failover", kCycleStream, kFailoverTicks, "lumos.cycle.tick");
    const auto failover = connect(process("failover"));
    ensure_stream(*failover, kEventStream);
    ensure_stream(*failover, kJobStream);

    publishes(*failover, "lumos.event.acme.domain.www_example_com.failover_triggered");
    publishes(*failover, "lumos.job.acme.zone.example_com.check");
    publishes(*failover, "lumos.job.acme.channel.ops.notify");
    failover->publish("lumos.agent.acme.fra-1.call", "{}");
    failover->flush(5s);
}

TEST_F(ProcessRights, LetFailoverTakeChecks) {
    takes("failover", kJobStream, kFailoverChecks, "lumos.job.acme.zone.example_com.check");
}

TEST_F(ProcessRights, LetTheNotifierTakeItsJobsAndTell) {
    takes("notifier", kJobStream, kNotifierJobs, "lumos.job.acme.channel.ops.notify");
    const auto notifier = connect(process("notifier"));
    ensure_stream(*notifier, kEventStream);

    publishes(*notifier, "lumos.event.acme.channel.ops.delivery_dead");
}

TEST_F(ProcessRights, LetTheConsoleTellAndAsk) {
    const auto console = connect(process("console"));
    ensure_stream(*console, kEventStream);
    ensure_stream(*console, kJobStream);

    publishes(*console, "lumos.event.acme.server.fra-1.server_added");
    publishes(*console, "lumos.job.acme.zone.example_com.check");
    publishes(*console, "lumos.job.acme.channel.ops.notify");
}

TEST_F(ProcessRights, LetCtlLookAndAdminRepair) {
    ensure_streams(*connect(anything()));
    const auto ctl = connect(process("ctl"));
    const auto admin = connect(process("admin"));

    EXPECT_EQ(stream_state(*ctl, kEventStream).name, kEventStream);
    EXPECT_NE(ctl->request("$JS.API.STREAM.NAMES", "", 5s).find("\"AGENT\""), std::string::npos);
    EXPECT_NE(
        ctl->request("$SYS.REQ.ACCOUNT.PING.CONNZ", "", 5s).find("\"cid\""), std::string::npos);
    EXPECT_NE(
        admin->request("$JS.API.STREAM.DELETE.DEAD", "", 5s).find("\"success\":true"),
        std::string::npos);
    Heard heard;
    const auto following =
        ctl->subscribe("lumos.>", [&](const Message& message) { heard.add(message.subject); });
    ctl->flush(5s);
    publishes(*connect(process("scheduler")), "lumos.cycle.tick");
    EXPECT_TRUE(wait_until([&] { return heard.has("lumos.cycle.tick"); }, 5s));
}

}  // namespace
}  // namespace lumos::bus
