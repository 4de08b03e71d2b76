// The threads that read AGENT and BUS, at a real nats-server: what they give to the round, and that
// nothing is missing after anything broke off.

#include "workers/presence/stream_readers.h"

#include "bus/error.h"
#include "bus/streams.h"
#include "schemas/subjects.h"
#include "tests/bus/bus/bus_fixture.h"
#include "tests/bus/bus/identity_fixture.h"
#include "tests/bus/presence/messages.h"
#include "workers/presence/heard.h"

#include <algorithm>
#include <optional>

namespace lumos::presence {
namespace {

using namespace std::chrono_literals;
using support::wait_until;

constexpr auto kSoon = 15s;

std::string advisory(const std::string& name, std::int64_t client, bool connected) {
    const std::string kind = connected ? "connect" : "disconnect";
    return R"({"type":"io.nats.server.advisory.v1.client_)" + kind +
           R"(","server":{"id":"N1"},"client":{"id":)" + std::to_string(client) +
           R"(,"user":"U","name_tag":")" + name + R"("},"reason":"Read Error"})";
}

// What a round does of all this: a beat, and what lies above a sequence.
struct Reading {
    Reading(bus::Connection& through, const std::string& name)
        : connection(through),
          replica(name),
          readers(std::make_unique<StreamReaders>(through, heard, name)) {}

    std::optional<Heard::BeatRead> beat() {
        try {
            const auto ack = connection.publish_acknowledged(
                schemas::subjects::beat("N1", replica), "beat", "", 1s);
            return heard.wait_for_beat(static_cast<std::int64_t>(ack.sequence), 1s, {});
        } catch (const std::runtime_error&) {
            return std::nullopt;  // A stream that is missing, a server that is away.
        }
    }
    // What a round would be given now; waits until one could take place.
    std::vector<HeardServer> above(std::int64_t sequence = 0) {
        std::optional<std::vector<HeardServer>> found;
        EXPECT_TRUE(wait_until(
            [&] {
                const auto read = beat();
                found = read ? heard.above(sequence, read->generation) : std::nullopt;
                return found.has_value();
            },
            kSoon));
        return found.value_or(std::vector<HeardServer>{});
    }
    std::vector<NamedClientEvent> events(std::int64_t sequence, std::size_t expected) {
        std::optional<Heard::BusRead> read;
        EXPECT_TRUE(wait_until(
            [&] {
                read = heard.bus_events(sequence, 1'000);
                return read && read->events.size() >= expected;
            },
            kSoon));
        return read ? read->events : std::vector<NamedClientEvent>{};
    }

    bus::Connection& connection;
    std::string replica;
    Heard heard;
    std::unique_ptr<StreamReaders> readers;
};

class StreamReadersTest : public bus::ConnectedTest {
protected:
    void SetUp() override {
        ConnectedTest::SetUp();
        (void)bus::ensure_streams(connection);
    }
    void speaks(const std::string& who, const std::string& session = "s1") {
        (void)connection.publish_acknowledged(
            schemas::subjects::heartbeat("acme", who),
            body_of({.server = who, .session = session}),
            "");
    }
    void advises(const std::string& name, std::int64_t client, bool connected) {
        (void)connection.publish_acknowledged(
            connected ? "lumos.bus.client.connect" : "lumos.bus.client.disconnect",
            advisory(name, client, connected),
            "");
    }
    void remove(const std::string& stream) {
        (void)connection.request("$JS.API.STREAM.DELETE." + stream, "", 5s);
    }
};

TEST_F(StreamReadersTest, GiveEverythingThatWasStoredBeforeABeat) {
    Reading reading(connection, "r1");
    (void)reading.above();
    for (int number = 0; number < 500; ++number) {
        speaks("s-" + std::to_string(number));
    }
    const auto heard = reading.above();
    ASSERT_EQ(heard.size(), 500U);
    EXPECT_EQ(heard[0].account, "acme");
    EXPECT_EQ(heard[0].newest.through, (ConnectionKey{"N1", 7}));
    EXPECT_EQ(heard[0].report.version, "1.0");
}

TEST_F(StreamReadersTest, BeginWithEveryServersLastHeartbeat) {
    for (int round = 0; round < 3; ++round) {
        for (int number = 0; number < 50; ++number) {
            speaks("s-" + std::to_string(number), "session-" + std::to_string(round));
        }
    }
    Reading reading(connection, "r1");
    const auto heard = reading.above();
    EXPECT_EQ(heard.size(), 50U);
    EXPECT_TRUE(std::ranges::all_of(
        heard, [](const HeardServer& one) { return one.newest.session == "session-2"; }));
}

TEST_F(StreamReadersTest, GiveEachReplicaEverything) {
    Reading first(connection, "r1");
    Reading second(connection, "r2");
    (void)first.above();
    (void)second.above();
    for (int number = 0; number < 50; ++number) {
        speaks("s-" + std::to_string(number));
    }
    EXPECT_EQ(first.above().size(), 50U);
    EXPECT_EQ(second.above().size(), 50U);
}

TEST_F(StreamReadersTest, SkipWhatIsNoHeartbeat) {
    Reading reading(connection, "r1");
    for (const std::string body : {"", "{}", "no JSON", R"({"data":{}})"}) {
        (void)connection.publish_acknowledged(
            schemas::subjects::heartbeat("acme", "odd"), body, "");
    }
    std::string with_nul = body_of({.server = "odd", .session = "SESSION"});
    with_nul.replace(with_nul.find("SESSION"), 7, R"(s\u0000)");
    (void)connection.publish_acknowledged(
        schemas::subjects::heartbeat("acme", "odd"), with_nul, "");
    speaks("good");
    const auto heard = reading.above();
    ASSERT_EQ(heard.size(), 1U);
    EXPECT_EQ(heard[0].server, "good");
}

TEST_F(StreamReadersTest, MakeAWipedStreamAnewAndForgetTheOneBefore) {
    Reading reading(connection, "r1");
    speaks("before");
    ASSERT_EQ(reading.above().size(), 1U);
    const auto old = reading.beat();
    ASSERT_TRUE(old);
    remove("AGENT");

    EXPECT_TRUE(wait_until(
        [&] {
            const auto read = reading.beat();
            return read && read->stream_created != old->stream_created;
        },
        kSoon));
    EXPECT_FALSE(reading.heard.above(0, old->generation)) << "a round of before ends";
    EXPECT_EQ(reading.above().size(), 0U);
    speaks("after");
    const auto heard = reading.above();
    ASSERT_EQ(heard.size(), 1U);
    EXPECT_EQ(heard[0].server, "after");
}

TEST_F(StreamReadersTest, BeginAnewWithASnapshotWhenTheyAreToldTo) {
    Reading reading(connection, "r1");
    speaks("fra-1");
    (void)reading.above();
    const auto before = reading.beat();
    ASSERT_TRUE(before);

    reading.heard.break_off();

    EXPECT_TRUE(wait_until(
        [&] {
            const auto read = reading.beat();
            return read && read->generation != before->generation;
        },
        kSoon));
    EXPECT_EQ(reading.above().size(), 1U);
}

TEST_F(StreamReadersTest, BeginAnewAfterAGapSoThatNothingIsMissing) {
    Reading reading(connection, "r1");
    (void)reading.above();
    const auto before = reading.beat();
    ASSERT_TRUE(before);
    bus::Connection thief(bus::options_for(server));
    ASSERT_TRUE(thief.wait_connected(10s));

    int spoken = 0;
    const auto is_stolen_and_noticed = [&] {
        speaks("s-" + std::to_string(spoken++));
        try {  // Another's request at the reader's own consumer: what it is given, the reader
               // lacks.
            (void)thief.request("$JS.API.CONSUMER.MSG.NEXT.AGENT.presence-r1", "1", 50ms);
        } catch (const std::runtime_error&) {
            // The reader was given it.
        }
        const auto read = reading.beat();
        return read && read->generation != before->generation;
    };
    EXPECT_TRUE(wait_until(is_stolen_and_noticed, kSoon));
    EXPECT_EQ(reading.above().size(), static_cast<std::size_t>(spoken));
}

TEST_F(StreamReadersTest, GoOnAfterARestartOfNats) {
    Reading reading(connection, "r1");
    speaks("before");
    (void)reading.above();
    const auto old = reading.beat();
    ASSERT_TRUE(old);
    server.kill();
    EXPECT_TRUE(wait_until([&] { return !reading.heard.above(0, old->generation); }, kSoon));
    server.start();

    const auto heard = reading.above();
    EXPECT_TRUE(heard.empty()) << "AGENT lies in memory";
    once_ready([&] { speaks("after"); });
    EXPECT_TRUE(wait_until([&] { return reading.above().size() == 1; }, kSoon));
}

// ---- BUS ----

TEST_F(StreamReadersTest, GiveConnectsAndDisconnectsInOrder) {
    Reading reading(connection, "r1");
    advises("acme.fra-1", 7, true);
    advises("presence", 8, true);  // A process of ours.
    advises("acme.fra-1", 7, false);
    const auto events = reading.events(0, 2);
    ASSERT_EQ(events.size(), 2U);
    EXPECT_EQ(events[0].account, "acme");
    EXPECT_EQ(events[0].server, "fra-1");
    EXPECT_TRUE(events[0].event.connected);
    EXPECT_EQ(events[0].event.key, (ConnectionKey{"N1", 7}));
    EXPECT_FALSE(events[1].event.connected);
    EXPECT_EQ(events[1].event.reason, "Read Error");
    EXPECT_EQ(reading.heard.bus_events(0, 10)->read_until, 3);
}

TEST_F(StreamReadersTest, ReadBusOnFromWhereTheDatabaseStands) {
    for (int client = 1; client <= 5; ++client) {
        advises("acme.fra-1", client, true);
    }
    const Time created = bus::stream_state(connection, bus::kBusStream).created_at;
    Heard heard;
    heard.set_bus_row(created, 3);
    const StreamReaders readers(connection, heard, "r1");
    std::optional<Heard::BusRead> read;
    ASSERT_TRUE(wait_until(
        [&] {
            read = heard.bus_events(0, 10);
            return read && read->events.size() == 2;
        },
        kSoon));
    EXPECT_EQ(read->events[0].sequence, 4);
    EXPECT_EQ(read->stream_created, created);
}

TEST_F(StreamReadersTest, ReadBusFromItsFirstMessageWhereItIsAnotherStream) {
    for (int client = 1; client <= 5; ++client) {
        advises("acme.fra-1", client, true);
    }
    const Time another = bus::stream_state(connection, bus::kBusStream).created_at - 1h;
    Heard heard;
    heard.set_bus_row(another, 3);
    const StreamReaders readers(connection, heard, "r1");
    std::optional<Heard::BusRead> read;
    ASSERT_TRUE(wait_until(
        [&] {
            read = heard.bus_events(0, 10);
            return read && read->events.size() == 5;
        },
        kSoon));
    EXPECT_EQ(read->made_after, another);
}

TEST_F(StreamReadersTest, ReadBusAnewWhereTheDatabaseSpeaksOfAnotherStreamSince) {
    Reading reading(connection, "r1");
    advises("acme.fra-1", 1, true);
    (void)reading.events(0, 1);
    const Time another = bus::stream_state(connection, bus::kBusStream).created_at + 1h;

    reading.heard.set_bus_row(another, 90);

    EXPECT_TRUE(wait_until(
        [&] {
            const auto read = reading.heard.bus_events(0, 10);
            return read && read->made_after == another && read->events.size() == 1;
        },
        kSoon));
}

TEST_F(StreamReadersTest, MakeAWipedBusAnewAndReadItFromTheBeginning) {
    Reading reading(connection, "r1");
    advises("acme.fra-1", 1, true);
    (void)reading.events(0, 1);
    const Time old = bus::stream_state(connection, bus::kBusStream).created_at;
    reading.heard.set_bus_row(old, 1);
    remove("BUS");
    ASSERT_TRUE(wait_until(
        [&] {
            const auto read = reading.heard.bus_events(0, 10);
            return read && read->stream_created != old;
        },
        kSoon));
    advises("acme.fra-1", 2, true);
    const auto events = reading.events(0, 1);
    ASSERT_EQ(events.size(), 1U);
    EXPECT_EQ(events[0].event.key.client_id, 2);
    EXPECT_EQ(reading.heard.bus_events(0, 10)->made_after, old);
}

// ---- with the identities of production ----

class StreamReadersAndAgents : public bus::IdentityTest {};

TEST_F(StreamReadersAndAgents, NatsItselfTellsWhichAgentCameAndWent) {
    const auto presence = connect(process("presence"));
    Reading reading(*presence, "r1");
    EXPECT_TRUE(wait_until([&] { return reading.beat().has_value(); }, kSoon));
    ASSERT_TRUE(wait_until([&] { return reading.heard.bus_events(0, 1).has_value(); }, kSoon));
    std::int64_t client = 0;
    {
        const auto agent_connection = connect(agent("acme", "fra-1"));
        client = agent_connection->state().client_id;
        agent_connection->publish(
            schemas::subjects::heartbeat("acme", "fra-1"), body_of({.server = "fra-1"}));
        agent_connection->flush(5s);
        EXPECT_EQ(reading.above().size(), 1U);
    }
    const auto events = reading.events(0, 2);
    ASSERT_EQ(events.size(), 2U);
    EXPECT_EQ(events[0].account + "." + events[0].server, "acme.fra-1");
    EXPECT_TRUE(events[0].event.connected);
    EXPECT_EQ(events[0].event.key.client_id, client);
    EXPECT_EQ(events[0].event.key.nats_server, presence->state().nats_server);
    EXPECT_FALSE(events[1].event.connected);
    EXPECT_EQ(events[1].event.reason, "Client Closed");
}

}  // namespace
}  // namespace lumos::presence
