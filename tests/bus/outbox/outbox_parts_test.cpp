// Whose turn it is, what is kept, and the wake-ups.

#include "tests/bus/outbox/outbox_fixture.h"

namespace lumos::outbox {
namespace {

TEST_F(OutboxTest, WaitsWhileAnotherProcessHasTheTurn) {
    (void)bus::ensure_stream(connection, bus::kEventStream);
    sql::OutboxStore store(pool);
    const auto stream = bus::stream_state(connection, bus::kEventStream);
    const auto id = record("fra-1");
    sql::OutboxRound other;

    const auto mine = store.round(
        {"EVENT", stream.created_at}, {}, [&](const std::vector<sql::StoredEvent>& events) {
            other = store.round({"EVENT", stream.created_at}, {}, [](const auto&) {
                ADD_FAILURE() << "both had the turn";
                return std::vector<std::string>{};
            });
            return std::vector<std::string>{events.at(0).id};
        });

    EXPECT_TRUE(mine.mine);
    EXPECT_EQ(mine.published, 1U);
    EXPECT_FALSE(other.mine);
    EXPECT_EQ(count("published_at IS NOT NULL AND event_id = '" + id + "'"), 1);
}

TEST_F(OutboxTest, DeletesRowsThatWerePublishedADayAgoOnly) {
    const auto ids = record_many(3);
    run("UPDATE outbox SET published_at = now() - interval '25 hours' WHERE event_id = '" + ids[0] +
        "'");
    run("UPDATE outbox SET published_at = now() - interval '23 hours' WHERE event_id = '" + ids[1] +
        "'");
    run("UPDATE outbox SET created_at = now() - interval '25 hours'");
    sql::OutboxStore store(pool);

    EXPECT_EQ(store.delete_old(std::chrono::hours(24), 100), 1U);

    EXPECT_EQ(count("event_id = '" + ids[0] + "'"), 0);
    EXPECT_EQ(count("true"), 2);
}

TEST_F(OutboxTest, PublishesWakeUpsWithAnIdForEachCause) {
    Outbox outbox(connection, pool, "presence");
    const CheckJob job{
        .account = "acme",
        .is_zone = true,
        .name = "example.com",
        .trigger = "server_event",
        .id = "1",
        .trigger_id = std::nullopt};
    auto next = job;
    next.id = "2";

    outbox.check(job);
    outbox.check(job);  // The same cause again: swallowed.
    outbox.check(next);
    outbox.notify(
        {{.id = "01935110-7b40-7c11-9d2e-5f6a7b8c9d0e",
          .account = "acme",
          .channel = "ops",
          .event_id = "01935110-7b02-7d44-a1c5-3e9f0b2d4c6a",
          .alert = "server_down",
          .incident = "01935110-7b02-7d44-a1c5-3e9f0b2d4c6a"}});

    ASSERT_TRUE(wait_until(
        [&] {
            try {
                return bus::stream_state(connection, bus::kJobStream).messages == 3;
            } catch (const std::runtime_error&) {
                return false;
            }
        },
        10s));
}

TEST_F(OutboxTest, NeitherWaitsNorThrowsWhileNatsIsAway) {
    server.kill();
    Outbox outbox(connection, pool, "presence");

    const auto before = std::chrono::steady_clock::now();
    for (int i = 0; i < 11'000; ++i) {
        outbox.check(
            {.account = "acme",
             .is_zone = false,
             .name = "fra-1",
             .trigger = "server_event",
             .id = std::to_string(i),
             .trigger_id = std::nullopt});
    }
    outbox.wake();

    EXPECT_LT(std::chrono::steady_clock::now() - before, 20s);  // Not one wait of two seconds each.
}

}  // namespace
}  // namespace lumos::outbox
