// Recorded events reach the EVENT stream in order, once, and again when it was wiped.

#include "tests/bus/outbox/outbox_fixture.h"

namespace lumos::outbox {
namespace {

TEST_F(OutboxTest, PublishesWhatWasRecordedUnderItsIdAndSubject) {
    Outbox outbox(connection, pool, "presence");
    const auto id = record("fra-1");
    const auto control = record("", std::nullopt);

    const auto before = std::chrono::steady_clock::now();
    outbox.wake();
    ASSERT_TRUE(all_published());
    const auto took = std::chrono::steady_clock::now() - before;

    EXPECT_LT(took, 1s);
    const auto messages = read_stream("EVENT");
    ASSERT_EQ(messages.size(), 2U);
    EXPECT_EQ(messages[0].subject, "lumos.event.acme.server.fra-1.server_down");
    EXPECT_EQ(messages[1].subject, "lumos.event._system.control.hearing.hearing_lost");
    boost::json::value data;
    const auto envelope = schemas::open(messages[0].body, data);
    EXPECT_EQ(envelope.id, id);
    EXPECT_EQ(envelope.source, "/lumos/presence");
    EXPECT_EQ(envelope.account, "acme");
    EXPECT_EQ(envelope.correlationid, id);
    EXPECT_TRUE(envelope.sequence);
    EXPECT_EQ(data.at("serverId"), "fra-1");
    EXPECT_TRUE(connection.publish_acknowledged(messages[0].subject, "x", id).duplicate);
    EXPECT_TRUE(connection.publish_acknowledged(messages[1].subject, "x", control).duplicate);
}

TEST_F(OutboxTest, PublishesInOrder) {
    record_many(500);

    const Outbox outbox(connection, pool, "presence");

    ASSERT_TRUE(all_published());
    const auto events = published_events();
    ASSERT_EQ(events.size(), 500U);
    for (std::size_t i = 1; i < events.size(); ++i) {
        EXPECT_GT(events[i].sequence, events[i - 1].sequence);
    }
}

TEST_F(OutboxTest, SweepsWhatAProcessLeftBehind) {
    record("first");
    const Outbox outbox(connection, pool, "failover");
    ASSERT_TRUE(all_published());
    const auto before = std::chrono::steady_clock::now();

    const auto id = record("fra-1");  // By a process that dies before it publishes.

    ASSERT_TRUE(all_published());
    EXPECT_GE(std::chrono::steady_clock::now() - before, 1s);
    EXPECT_LT(std::chrono::steady_clock::now() - before, 6s);
    EXPECT_EQ(ids_of(published_events()).count(id), 1U);
}

TEST_F(OutboxTest, SharesTheWorkOfSeveralProcessesWithoutPublishingTwice) {
    bus::Connection other(options_for(server));
    ASSERT_TRUE(other.wait_connected(10s));
    Outbox first(connection, pool, "presence");
    Outbox second(other, pool, "failover");
    std::vector<std::string> ids;
    {
        std::jthread waker([&](const std::stop_token& stop) {
            while (!stop.stop_requested()) {
                first.wake();
                second.wake();
                std::this_thread::yield();
            }
        });
        ids = record_many(1'000, 3);
    }

    ASSERT_TRUE(all_published());
    const auto events = published_events();
    EXPECT_EQ(ids_of(events), std::multiset<std::string>(ids.begin(), ids.end()));
    expect_order_within_subjects(events);
}

TEST_F(OutboxTest, PublishesAfterNatsWasAway) {
    const Outbox outbox(connection, pool, "presence");
    ASSERT_TRUE(wait_until([&] { return bus_has_event_stream(); }, 10s));
    server.kill();
    const auto ids = record_many(100);

    server.start();

    ASSERT_TRUE(all_published());
    const auto events = published_events();
    EXPECT_EQ(ids_of(events), std::multiset<std::string>(ids.begin(), ids.end()));
    expect_order_within_subjects(events);
}

TEST_F(OutboxTest, PublishesAllAgainUnderTheSameIdsAfterTheStoreWasWiped) {
    const Outbox outbox(connection, pool, "presence");
    const auto ids = record_many(300);
    ASSERT_TRUE(all_published());

    wipe();

    ASSERT_TRUE(wait_until([&] { return connection.state().connected; }, 10s));
    ASSERT_TRUE(wait_until(
        [&] {
            try {
                return bus::stream_state(connection, bus::kEventStream).messages == 300;
            } catch (const std::runtime_error&) {
                return false;
            }
        },
        30s));
    const auto events = published_events();
    EXPECT_EQ(ids_of(events), std::multiset<std::string>(ids.begin(), ids.end()));
    expect_order_within_subjects(events);
}

TEST_F(OutboxTest, PutsWhatWasThereBeforeAWipeBeforeWhatCameAfter) {
    std::vector<std::string> ids = record_many(50, 1);
    {
        const Outbox outbox(connection, pool, "presence");
        ASSERT_TRUE(all_published());
    }
    wipe();
    ASSERT_TRUE(wait_until([&] { return connection.state().connected; }, 10s));
    // Another process makes the stream anew before anybody looks.
    ASSERT_TRUE(wait_until(
        [&] {
            try {
                return bus::ensure_stream(connection, bus::kEventStream).messages == 0;
            } catch (const bus::BusUnavailable&) {
                return false;
            }
        },
        10s));
    const auto later = record_many(50, 1);
    ids.insert(ids.end(), later.begin(), later.end());

    const Outbox outbox(connection, pool, "failover");

    ASSERT_TRUE(wait_until(
        [&] { return bus::stream_state(connection, bus::kEventStream).messages == 100; }, 20s));
    const auto events = published_events();
    EXPECT_EQ(ids_of(events), std::multiset<std::string>(ids.begin(), ids.end()));
    expect_order_within_subjects(events);
}

TEST_F(OutboxTest, GoesOnAfterTheDatabaseWasAway) {
    support::PostgresServer own;
    sql::Pool own_pool(own.fresh_database(), "test/2", 4);
    Outbox outbox(connection, own_pool, "presence");
    ASSERT_TRUE(wait_until([&] { return bus_has_event_stream(); }, 10s));
    own.stop();
    outbox.wake();
    own.start();
    {
        const auto session = own_pool.lease();
        sql::Transaction transaction(*session);
        (void)sql::record_event(
            transaction,
            {.id = runtime::new_uuid(runtime::SystemClock().now()),
             .account_id = std::nullopt,
             .source = "failover",
             .type = "hearing_lost",
             .kind = "control",
             .subject = "hearing",
             .incident = std::nullopt,
             .data = "{}"});
        transaction.commit();
    }

    EXPECT_TRUE(wait_until(
        [&] { return bus::stream_state(connection, bus::kEventStream).messages == 1; }, 20s));
}

TEST_F(OutboxTest, IsNotHeldUpByAnEventThatCanNeverBePublished) {
    const auto large = record("large");
    run("UPDATE events SET data = jsonb_build_object('x', repeat('y', 70000)) WHERE id = '" +
        large + "'");
    const auto small = record("small");

    const Outbox outbox(connection, pool, "presence");

    ASSERT_TRUE(all_published());
    EXPECT_EQ(ids_of(published_events()), std::multiset<std::string>{small});
}

}  // namespace
}  // namespace lumos::outbox
