#include "sql/event_store.h"

#include "sql/connection.h"
#include "sql/error.h"
#include "sql/transaction.h"
#include "tests/store/sql/event_follower.h"
#include "tests/support/postgres_server.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <random>
#include <set>
#include <thread>

namespace lumos::sql {
namespace {

using namespace std::chrono_literals;

class EventStoreTest : public testing::Test {
protected:
    std::string url = support::fresh_database();
    Connection connection{url, "test/1"};

    void SetUp() override {
        run("INSERT INTO accounts (slug, name, plan) VALUES ('acme', 'Acme', 'pro'), ('other', "
            "'Other', 'pro')");
        run("INSERT INTO channels (account_id, slug, name, kind, target, alerts, disabled_at) "
            "VALUES "
            "(1, 'all', '', 'email', 'a@b', NULL, NULL), "
            "(1, 'downs', '', 'email', 'a@b', '{server_down,hearing_lost}', NULL), "
            "(1, 'ups', '', 'email', 'a@b', '{server_up}', NULL), "
            "(1, 'none', '', 'email', 'a@b', '{}', NULL), "
            "(1, 'off', '', 'email', 'a@b', NULL, now()), "
            "(2, 'foreign', '', 'email', 'a@b', NULL, NULL)");
    }
    void run(const std::string& text) {
        Transaction transaction(connection);
        transaction.run_text(text);
        transaction.commit();
    }
    static NewEvent server_down(int number = 0) {
        const auto digits = std::to_string(100'000'000'000 + number);
        return {
            .id = "01935110-4f21-7c3e-9b1a-" + digits,
            .account_id = 1,
            .source = "presence",
            .type = "server_down",
            .kind = "server",
            .subject = "fra-1",
            .incident = std::nullopt,
            .data = R"({"serverId": "fra-1"})",
            .alert = true};
    }
    RecordedEvent record(const NewEvent& event) {
        Transaction transaction(connection);
        auto recorded = record_event(transaction, event);
        transaction.commit();
        return recorded;
    }
    static std::set<std::string> channels_of(const RecordedEvent& recorded) {
        std::set<std::string> names;
        for (const auto& delivery : recorded.deliveries) {
            names.insert(delivery.account + "/" + delivery.channel);
        }
        return names;
    }
    Rows rows(const std::string& text) { return Transaction(connection).run_text(text); }
};

TEST_F(EventStoreTest, DeliversToTheChannelsOfTheAccountThatSelectTheAlert) {
    EXPECT_EQ(
        channels_of(record(server_down())), (std::set<std::string>{"acme/all", "acme/downs"}));
}

TEST_F(EventStoreTest, DeliversNothingOfWhatIsNoAlert) {
    auto event = server_down();
    event.alert = false;
    EXPECT_TRUE(record(event).deliveries.empty());
    EXPECT_EQ(rows("SELECT FROM outbox").size(), 1U);
}

TEST_F(EventStoreTest, DeliversTheControlPlanesOwnToEveryAccount) {
    auto event = server_down();
    event.account_id = std::nullopt;
    event.type = "hearing_lost";
    event.kind = "control";
    event.subject = "hearing";
    const auto recorded = record(event);
    EXPECT_EQ(
        channels_of(recorded), (std::set<std::string>{"acme/all", "acme/downs", "other/foreign"}));
    EXPECT_EQ(rows("SELECT FROM deliveries WHERE account_id = 2").size(), 1U);
}

TEST_F(EventStoreTest, TellsWhatItWrote) {
    const auto recorded = record(server_down());
    const auto event = rows("SELECT * FROM events").only();
    EXPECT_EQ(event.text("id"), server_down().id);
    EXPECT_EQ(event.integer("sequence"), recorded.sequence);
    EXPECT_EQ(event.time("time"), recorded.time);
    EXPECT_EQ(event.text("data"), R"({"serverId": "fra-1"})");
    const auto queued = rows("SELECT * FROM outbox").only();
    EXPECT_EQ(queued.text("event_id"), server_down().id);
    EXPECT_EQ(queued.integer("sequence"), recorded.sequence);
    EXPECT_EQ(queued.text("stream"), "EVENT");
    EXPECT_TRUE(queued.is_null("published_at"));
    for (const auto& delivery : recorded.deliveries) {
        const auto row = rows("SELECT * FROM deliveries WHERE id = '" + delivery.id + "'").only();
        EXPECT_EQ(row.text("event_id"), delivery.event_id);
        EXPECT_EQ(row.integer("sequence"), recorded.sequence);
        EXPECT_EQ(row.text("alert"), "server_down");
        EXPECT_EQ(row.text("subject"), "fra-1");
        EXPECT_EQ(row.text("state"), "pending");
        EXPECT_EQ(delivery.id.at(14), '7') << "a UUID of version 7";
    }
}

TEST_F(EventStoreTest, OpensAnIncidentUnlessItBelongsToOne) {
    const auto opening = record(server_down(1));
    auto following = server_down(2);
    following.incident = opening.incident;
    const auto second = record(following);
    EXPECT_EQ(opening.incident, server_down(1).id);
    EXPECT_EQ(second.incident, opening.incident);
    EXPECT_EQ(second.deliveries.at(0).incident, opening.incident);
    EXPECT_GT(second.sequence, opening.sequence);
}

TEST_F(EventStoreTest, LeavesNothingWithoutItsCommit) {
    {
        Transaction transaction(connection);
        EXPECT_FALSE(record_event(transaction, server_down()).deliveries.empty());
    }
    EXPECT_TRUE(
        rows("SELECT FROM events UNION ALL SELECT FROM outbox UNION ALL SELECT FROM deliveries")
            .empty());
}

TEST_F(EventStoreTest, RefusesTheSameEventTwice) {
    record(server_down());
    try {
        record(server_down());
        FAIL() << "recorded twice";
    } catch (const Conflict& e) {
        EXPECT_EQ(e.constraint, "events_pk");
    }
}

class EventCursorTest : public EventStoreTest {
protected:
    using Follower = EventFollower;
};

TEST_F(EventCursorTest, DoesNotStepOverAnEventThatCommitsLate) {
    Connection second(url, "test/2");
    Follower follower(url);
    Transaction late(connection);
    record_event(late, server_down(1));
    Transaction early(second);
    record_event(early, server_down(2));
    early.commit();
    follower.read();
    late.commit();
    follower.read();
    std::ranges::sort(follower.seen);
    EXPECT_EQ(follower.seen, (std::vector<std::string>{server_down(1).id, server_down(2).id}));
}

TEST_F(EventCursorTest, DoesNotStepOverALowerSequenceOfALaterTransaction) {
    Connection second(url, "test/2");
    Follower follower(url);
    Transaction older(connection);
    older.run_text("SELECT pg_current_xact_id()");
    Transaction younger(second);
    younger.run_text("SELECT pg_current_xact_id()");
    const auto lower = record_event(younger, server_down(1)).sequence;
    const auto higher = record_event(older, server_down(2)).sequence;
    ASSERT_LT(lower, higher);
    older.commit();
    follower.read();
    younger.commit();
    follower.read();
    std::ranges::sort(follower.seen);
    EXPECT_EQ(follower.seen, (std::vector<std::string>{server_down(1).id, server_down(2).id}));
}

TEST_F(EventCursorTest, ShowsEachEventOnceWhoeverWritesMeanwhile) {
    constexpr int kWriters = 4;
    constexpr int kEach = 60;
    Follower follower(url);
    std::atomic<int> writing = kWriters;
    {
        std::vector<std::jthread> writers;
        for (int writer = 0; writer < kWriters; ++writer) {
            writers.emplace_back([&, writer] {
                Connection session(url, "test/writer");
                std::mt19937 random(static_cast<unsigned>(writer));
                for (int i = 0; i < kEach; ++i) {
                    Transaction transaction(session);
                    if (random() % 2 == 0) {
                        transaction.run_text("SELECT pg_current_xact_id(), pg_sleep(0.001)");
                    }
                    record_event(transaction, server_down(writer * 1'000 + i));
                    if (random() % 2 == 0) {
                        transaction.run_text("SELECT pg_sleep(0.002)");
                    }
                    transaction.commit();
                }
                --writing;
            });
        }
        while (writing > 0) {
            follower.read();
        }
    }
    follower.read();
    EXPECT_EQ(follower.seen.size(), static_cast<std::size_t>(kWriters * kEach));
    EXPECT_EQ(std::set(follower.seen.begin(), follower.seen.end()).size(), follower.seen.size());
}

}  // namespace
}  // namespace lumos::sql
