// Reading a stream without acknowledgements: snapshots, order, speed, and noticing that it is gone.

#include "bus/consumer.h"
#include "bus/error.h"
#include "bus/streams.h"
#include "tests/bus/bus/bus_fixture.h"

#include <map>
#include <thread>

namespace lumos::bus {
namespace {

using std::chrono::steady_clock;

std::string heartbeat_subject(int server) {
    return "lumos.agent.acme.s" + std::to_string(server) + ".heartbeat";
}

class ReaderTest : public ConnectedTest {
protected:
    void SetUp() override {
        ConnectedTest::SetUp();
        ensure_streams(connection);
    }

    static ReaderOptions last_of_agents(const std::string& name = "presence-a") {
        ReaderOptions options;
        options.stream = kAgentStream;
        options.name = name;
        options.filter = "lumos.>";
        options.last_per_subject = true;
        return options;
    }

    static ReaderOptions all_events() {
        ReaderOptions options;
        options.stream = kEventStream;
        options.name = "reader";
        options.start_sequence = 1;
        return options;
    }

    // Reads until `count` messages came, or nothing more within ten seconds.
    static std::vector<StreamMessage> read_all(Reader& reader, std::size_t count) {
        std::vector<StreamMessage> all;
        while (all.size() < count) {
            auto some = reader.read(1'000, 10s);
            if (some.empty()) {
                break;
            }
            std::move(some.begin(), some.end(), std::back_inserter(all));
        }
        return all;
    }
};

TEST_F(ReaderTest, GivesTheLastMessageOfEachOfTenThousandSubjectsAndThenWhatIsNew) {
    constexpr int kServers = 10'000;
    for (int round = 0; round < 2; ++round) {
        for (int i = 0; i < kServers; ++i) {
            connection.publish(heartbeat_subject(i), std::to_string(round));
        }
    }
    connection.flush(10s);
    ASSERT_TRUE(wait_until(
        [&] { return stream_state(connection, kAgentStream).last_sequence == 2 * kServers; }, 10s));

    const auto before = steady_clock::now();
    Reader reader(connection, last_of_agents());
    const auto snapshot = read_all(reader, kServers);
    const auto took = steady_clock::now() - before;

    ASSERT_EQ(snapshot.size(), static_cast<std::size_t>(kServers));
    std::map<std::string, std::string> seen;
    for (const auto& message : snapshot) {
        EXPECT_EQ(message.body, "1");
        seen[message.subject] = message.body;
    }
    EXPECT_EQ(seen.size(), static_cast<std::size_t>(kServers));
    EXPECT_EQ(snapshot.back().pending, 0U);
    RecordProperty(
        "snapshot_ms",
        static_cast<int>(std::chrono::duration_cast<std::chrono::milliseconds>(took).count()));
    EXPECT_LT(took, 5s);

    connection.publish(heartbeat_subject(3), "new");
    const auto later = reader.read(10, 10s);
    ASSERT_EQ(later.size(), 1U);
    EXPECT_EQ(later[0].subject, heartbeat_subject(3));
    EXPECT_EQ(later[0].body, "new");
    EXPECT_GT(later[0].stored_at, snapshot.back().stored_at);
}

TEST_F(ReaderTest, GivesEachOfFiftyThousandMessagesOnceAndInOrder) {
    constexpr std::uint64_t kMessages = 50'000;
    Reader reader(connection, all_events());
    std::jthread publisher([&] {
        Connection other(options_for(server));
        if (other.wait_connected(10s)) {
            for (std::uint64_t i = 1; i <= kMessages; ++i) {
                other.publish("lumos.event.acme.server.fra.up", std::to_string(i));
            }
            other.flush(10s);
        }
    });

    const auto all = read_all(reader, kMessages);

    ASSERT_EQ(all.size(), kMessages);
    for (std::uint64_t i = 1; i <= kMessages; ++i) {
        ASSERT_EQ(all[i - 1].body, std::to_string(i));
        ASSERT_EQ(all[i - 1].stream_sequence, i);
    }
    EXPECT_TRUE(reader.read(10, 100ms).empty());
}

TEST_F(ReaderTest, StartsWhereItIsTold) {
    for (int i = 1; i <= 10; ++i) {
        (void)connection.publish_acknowledged("lumos.event.a.server.b.c", std::to_string(i), "");
    }
    auto options = all_events();
    options.start_sequence = 8;

    Reader reader(connection, options);
    const auto messages = reader.read(100, 10s);

    ASSERT_GE(messages.size(), 1U);
    EXPECT_EQ(messages[0].stream_sequence, 8U);
    EXPECT_EQ(messages[0].body, "8");
    EXPECT_EQ(messages[0].pending, 2U);
}

TEST_F(ReaderTest, ReturnsABeatRightAfterItsAcknowledgement) {
    Reader reader(connection, last_of_agents());
    std::vector<double> milliseconds;

    for (int i = 0; i < 200; ++i) {
        const auto before = steady_clock::now();
        const auto ack =
            connection.publish_acknowledged("lumos.bus.beat.n.r", std::to_string(i), "");
        std::uint64_t read_until = 0;
        while (read_until < ack.sequence) {
            const auto messages = reader.read(500, 5s);
            ASSERT_FALSE(messages.empty());
            read_until = messages.back().stream_sequence;
        }
        EXPECT_EQ(read_until, ack.sequence);
        milliseconds.push_back(
            std::chrono::duration<double, std::milli>(steady_clock::now() - before).count());
    }

    std::sort(milliseconds.begin(), milliseconds.end());
    RecordProperty("beat_median_us", static_cast<int>(milliseconds[100] * 1000));
    RecordProperty("beat_99th_us", static_cast<int>(milliseconds[198] * 1000));
    EXPECT_LT(milliseconds[100], 20.0);
}

TEST_F(ReaderTest, ReturnsNothingInTimeWhereNothingIs) {
    Reader reader(connection, last_of_agents());

    const auto before = steady_clock::now();
    EXPECT_TRUE(reader.read(10, 200ms).empty());
    const auto took = steady_clock::now() - before;

    EXPECT_GE(took, 190ms);
    EXPECT_LT(took, 2s);
}

TEST_F(ReaderTest, GoesOnAfterNobodyReadForAWhile) {
    Reader reader(connection, last_of_agents());
    EXPECT_TRUE(reader.read(10, 10ms).empty());
    (void)wait_until([] { return false; }, 4s);  // Longer than the silence that it would verify.
    connection.publish(heartbeat_subject(1), "x");

    EXPECT_EQ(reader.read(10, 5s).size(), 1U);
}

TEST_F(ReaderTest, KnowsWhenItsStreamWasMade) {
    Reader reader(connection, last_of_agents());

    EXPECT_EQ(reader.stream_created_at(), stream_state(connection, kAgentStream).created_at);
}

TEST_F(ReaderTest, SaysThatItsStreamIsMissing) {
    (void)connection.request("$JS.API.STREAM.DELETE.AGENT", "", 5s);

    EXPECT_THROW(Reader(connection, last_of_agents()), StreamMissing);
}

TEST_F(ReaderTest, NoticesThatItsConsumerIsGone) {
    Reader reader(connection, last_of_agents());
    EXPECT_TRUE(reader.read(10, 10ms).empty());
    (void)connection.request("$JS.API.CONSUMER.DELETE.AGENT.presence-a", "", 5s);

    const auto before = steady_clock::now();
    EXPECT_THROW((void)reader.read(10, 10s), StreamMissing);
    EXPECT_LT(steady_clock::now() - before, 5s);
}

TEST_F(ReaderTest, NoticesThatItsStreamIsGoneAndMadeAnewByShortReadsToo) {
    Reader reader(connection, last_of_agents());
    EXPECT_TRUE(reader.read(10, 10ms).empty());
    (void)connection.request("$JS.API.STREAM.DELETE.AGENT", "", 5s);
    ensure_stream(connection, kAgentStream);

    const auto before = steady_clock::now();
    EXPECT_THROW(
        {
            while (steady_clock::now() - before < 10s) {
                (void)reader.read(10, 50ms);
            }
        },
        StreamMissing);
    EXPECT_LT(steady_clock::now() - before, 6s);
}

TEST_F(ReaderTest, IsFinalOnceTheConnectionWasLost) {
    Reader reader(connection, last_of_agents());
    connection.publish(heartbeat_subject(1), "x");
    EXPECT_EQ(reader.read(10, 5s).size(), 1U);
    server.kill();
    server.start();
    ASSERT_TRUE(wait_until([&] { return connection.state().connected; }, 10s));

    EXPECT_THROW((void)reader.read(10, 1s), BusUnavailable);
    EXPECT_THROW((void)reader.read(10, 1s), BusUnavailable);
    once_ready([&] { ensure_streams(connection); });
    Reader next(connection, last_of_agents());
    connection.publish(heartbeat_subject(2), "y");
    EXPECT_EQ(next.read(10, 5s).size(), 1U);
}

TEST_F(ReaderTest, TakesTheNameOfAnEarlierReader) {
    connection.publish(heartbeat_subject(1), "x");
    for (int i = 0; i < 5; ++i) {
        Reader reader(connection, last_of_agents());
        EXPECT_EQ(reader.read(10, 5s).size(), 1U);
    }
}

TEST_F(ReaderTest, ManyReadersOfOneStreamEachGetAll) {
    std::vector<std::unique_ptr<Reader>> readers;
    for (int i = 0; i < 5; ++i) {
        readers.push_back(
            std::make_unique<Reader>(connection, last_of_agents("presence-" + std::to_string(i))));
    }
    for (int i = 0; i < 100; ++i) {
        connection.publish(heartbeat_subject(i), "x");
    }

    for (auto& reader : readers) {
        EXPECT_EQ(read_all(*reader, 100).size(), 100U);
    }
}

}  // namespace
}  // namespace lumos::bus
