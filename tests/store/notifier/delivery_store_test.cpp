#include "sql/delivery_store.h"

#include "sql/error.h"
#include "tests/store/notifier/delivery_world.h"
#include "workers/notifier/claim.h"
#include "workers/notifier/dead_event.h"

#include <gtest/gtest.h>

#include <atomic>
#include <mutex>
#include <set>
#include <thread>

namespace lumos::notifier {
namespace {

using sql::DeliveryResult;
using State = sql::DeliveryResult::State;
using std::chrono::milliseconds;
using std::chrono::seconds;

class DeliveryStoreTest : public testing::Test {
protected:
    DeliveryWorld world;

    std::vector<sql::ClaimedMessage> claim(std::int64_t channel, std::size_t messages_max = 100) {
        return claim_messages(world.store, channel, messages_max);
    }
    std::vector<std::string> record(
        const sql::ClaimedMessage& message, State state, milliseconds wait = {}) {
        std::vector<DeliveryResult> results;
        for (const auto& delivery : message.deliveries) {
            results.push_back(
                {delivery.id, delivery.attempt, state, state == State::Sent ? "" : "no", wait});
        }
        return world.store.record(results, {.channel_id = message.channel.id});
    }
    std::vector<std::int64_t> due_channels() { return world.store.due_channels(0, {}, 100); }
    static sql::NewEvent dead(const sql::BuriedDelivery& delivery) {
        return dead_event(delivery, runtime::new_uuid(runtime::SystemClock{}.now()));
    }
};

TEST_F(DeliveryStoreTest, AClaimHoldsAllThatSendingNeeds) {
    const auto hook = world.channel("hook", "webhook");
    world.run("UPDATE channels SET secret_key = 'k1', secret_box = '\\x00ff'");
    const auto recorded = world.record("server_down", "fra-1");
    const auto messages = claim(hook);
    ASSERT_EQ(messages.size(), 1U);
    const auto& channel = messages.front().channel;
    EXPECT_EQ(channel.slug, "hook");
    EXPECT_EQ(channel.account, "acme");
    EXPECT_EQ(channel.target, "https://hook.example/hook");
    EXPECT_EQ(channel.secret_key, "k1");
    EXPECT_EQ(channel.secret_box, std::string("\x00\xff", 2));
    const auto& delivery = messages.front().deliveries.front();
    EXPECT_EQ(delivery.attempt, 1);
    EXPECT_EQ(delivery.event.id, recorded.deliveries.front().event_id);
    EXPECT_EQ(delivery.event.sequence, recorded.sequence);
    EXPECT_EQ(delivery.event.time, recorded.time);
    EXPECT_EQ(delivery.event.account, "acme");
    EXPECT_EQ(delivery.event.data, R"({"message": "so it is"})");
}

TEST_F(DeliveryStoreTest, EachDeliveryIsClaimedByOneOfEightThreadsOnly) {
    const auto hook = world.channel("hook", "webhook");
    const auto mail = world.channel("mail", "email");
    constexpr int kEvents = 150;
    for (int i = 0; i < kEvents; ++i) {
        world.record("server_down", "s" + std::to_string(i));
    }
    std::mutex mutex;
    std::multiset<std::string> claimed;
    const auto take = [&](const auto& messages) {
        const std::scoped_lock lock(mutex);
        for (const auto& message : messages) {
            for (const auto& delivery : message.deliveries) {
                EXPECT_EQ(delivery.attempt, 1);
                claimed.insert(delivery.id);
            }
        }
    };
    std::vector<std::jthread> threads;
    for (int i = 0; i < 8; ++i) {
        threads.emplace_back([&] {
            while (world.count("NOT claimed") > 0) {
                try {
                    for (const auto channel : {hook, mail}) {
                        take(claim(channel, 7));
                    }
                    // What is under way makes the next mail wait; finishing it lets it go.
                    world.run(
                        "UPDATE deliveries SET state = 'sent', "
                        "sent_at = clock_timestamp() - interval '6 s' "
                        "WHERE claimed AND state = 'pending'");
                } catch (const sql::Busy&) {
                    continue;  // On a slow machine eight wait for each other too long: again.
                }
            }
        });
    }
    threads.clear();
    EXPECT_EQ(claimed.size(), 2U * kEvents);
    EXPECT_EQ(std::set<std::string>(claimed.begin(), claimed.end()).size(), 2U * kEvents);
}

TEST_F(DeliveryStoreTest, AnAttemptThatWasOvertakenChangesNothing) {
    const auto hook = world.channel("hook", "webhook");
    world.record("server_down", "fra-1");
    const auto first = claim(hook).at(0);
    EXPECT_TRUE(claim(hook).empty()) << "it is the first one's until its send limit";
    world.make_due();
    const auto second = claim(hook).at(0);
    EXPECT_EQ(second.deliveries.front().attempt, 2);
    for (const auto state : {State::Sent, State::Retry, State::Dead}) {
        EXPECT_TRUE(record(first, state).empty());
        EXPECT_EQ(
            world.count("state = 'pending' AND claimed AND attempt = 2 AND last_error IS NULL"), 1);
    }
    EXPECT_EQ(record(second, State::Sent).size(), 1U);
    EXPECT_TRUE(record(second, State::Sent).empty()) << "recorded once";
    EXPECT_EQ(world.count("state = 'sent' AND NOT claimed AND sent_at IS NOT NULL"), 1);
}

TEST_F(DeliveryStoreTest, ALaterDeliveryOfAThreadWaitsForTheEarlierOne) {
    const auto hook = world.channel("hook", "webhook");
    const auto incident = world.record("server_down", "fra-1").incident;
    world.record("server_up", "fra-1", incident);
    world.record("failover_triggered", "www.example.com", incident);
    world.record("server_down", "fra-1");
    const auto types = [](const std::vector<sql::ClaimedMessage>& messages) {
        std::vector<std::string> out;
        for (const auto& message : messages) {
            out.push_back(
                message.deliveries.front().event.type + " " +
                message.deliveries.front().event.subject);
        }
        return out;
    };
    auto messages = claim(hook);
    EXPECT_EQ(
        types(messages),
        (std::vector<std::string>{
            "server_down fra-1", "failover_triggered www.example.com", "server_down fra-1"}));
    EXPECT_TRUE(due_channels().empty()) << "what waits behind another is nobody's work";
    record(messages.at(0), State::Retry, seconds(60));
    EXPECT_TRUE(due_channels().empty());
    EXPECT_EQ(
        world.count("alert = 'server_up' AND next_at > clock_timestamp() + interval '50 s'"), 1);
    world.make_due();
    record(claim(hook).at(0), State::Sent);
    EXPECT_EQ(types(claim(hook)).back(), "server_up fra-1");
}

TEST_F(DeliveryStoreTest, ADeadDeliveryDoesNotHoldUpTheNextOne) {
    const auto hook = world.channel("hook", "webhook");
    const auto incident = world.record("server_down", "fra-1").incident;
    world.record("server_up", "fra-1", incident);
    record(claim(hook).at(0), State::Dead);
    EXPECT_EQ(claim(hook).at(0).deliveries.front().event.type, "server_up");
}

TEST_F(DeliveryStoreTest, ManyMailsOfOneAlertAreOneMessageAndWebhooksAreSingle) {
    const auto hook = world.channel("hook", "webhook");
    const auto mail = world.channel("mail", "email");
    for (int i = 0; i < 12; ++i) {
        world.record("failover_triggered", fmt::format("d{}.example.com", i));
    }
    world.record("server_down", "fra-1");
    const auto mails = claim(mail);
    ASSERT_EQ(mails.size(), 2U);
    EXPECT_EQ(mails[0].deliveries.size(), 12U);
    EXPECT_EQ(mails[0].deliveries.front().event.subject, "d0.example.com");
    EXPECT_EQ(mails[1].deliveries.size(), 1U);
    EXPECT_EQ(claim(hook).size(), 13U);
    EXPECT_EQ(record(mails[0], State::Sent).size(), 12U);
    EXPECT_EQ(
        world.count(
            fmt::format("state = 'sent' AND sent_with = '{}'", mails[0].deliveries.front().id)),
        11);
    EXPECT_EQ(world.count("state = 'sent' AND sent_with IS NULL"), 1);
}

TEST_F(DeliveryStoreTest, AfterABurstTheNextMailGathersAndThenListsAll) {
    const auto mail = world.channel("mail", "email");
    for (int i = 0; i < 8; ++i) {
        world.record("server_down", "s" + std::to_string(i));
    }
    record(claim(mail).at(0), State::Sent);
    world.record("server_down", "late-1");
    world.record("server_down", "late-2");
    EXPECT_TRUE(claim(mail).empty());
    world.run("UPDATE deliveries SET sent_at = sent_at - interval '6 s' WHERE state = 'sent'");
    const auto next = claim(mail);
    ASSERT_EQ(next.size(), 1U);
    EXPECT_EQ(next[0].deliveries.size(), 2U);
    record(next[0], State::Sent);
    world.run("UPDATE deliveries SET sent_at = sent_at - interval '31 s' WHERE state = 'sent'");
    world.record("server_down", "calm");
    EXPECT_EQ(claim(mail).at(0).deliveries.size(), 1U);
}

TEST_F(DeliveryStoreTest, ADeadDeliveryLeavesItsEventForOthers) {
    const auto hook = world.channel("hook", "webhook");
    const auto recorded = world.record("server_down", "fra-1");
    const auto message = claim(hook).at(0);
    const auto& delivery = message.deliveries.front();
    DeliveryResult result{delivery.id, delivery.attempt, State::Dead, "the receiver answered 500"};
    result.dead_event = dead(as_buried(delivery, message.channel, result.error));
    EXPECT_EQ(world.store.record({result}, {.channel_id = hook}).size(), 1U);
    EXPECT_TRUE(world.store.record({result}, {.channel_id = hook}).empty());
    const auto rows = world.run(
        "SELECT e.subject, e.incident, e.source, e.account_id, e.data->>'eventId' AS event, "
        "e.data->>'lastError' AS "
        "error, o.published_at FROM events e JOIN outbox o ON o.event_id = e.id WHERE e.type = "
        "'delivery_dead'");
    ASSERT_EQ(rows.size(), 1U);
    EXPECT_EQ(rows.at(0).text("subject"), "hook");
    EXPECT_EQ(rows.at(0).text("incident"), recorded.incident);
    EXPECT_EQ(rows.at(0).text("source"), "notifier");
    EXPECT_EQ(rows.at(0).text("event"), recorded.deliveries.front().event_id);
    EXPECT_EQ(rows.at(0).text("error"), "the receiver answered 500");
    EXPECT_TRUE(rows.at(0).is_null("published_at"));
    EXPECT_EQ(world.count("state = 'dead' AND last_error = 'the receiver answered 500'"), 1);
}

TEST_F(DeliveryStoreTest, WhatAChannelSelectedWhenItHappenedCounts) {
    const auto hook = world.channel("hook", "webhook", "'{server_down}'");
    world.record("server_down", "fra-1");
    world.record("server_up", "fra-1");
    world.run("UPDATE channels SET alerts = '{server_up}'");
    const auto messages = claim(hook);
    ASSERT_EQ(messages.size(), 1U);
    EXPECT_EQ(messages[0].deliveries.front().event.type, "server_down");
}

TEST_F(DeliveryStoreTest, AChannelThatIsGoneTakesItsBacklogAlong) {
    const auto hook = world.channel("hook", "webhook");
    const auto other = world.channel("other", "webhook");
    for (int i = 0; i < 5; ++i) {
        world.record("server_down", "s" + std::to_string(i));
    }
    const auto under_way = claim(hook, 2);
    world.store.record({}, {.channel_id = hook, .disable_why = "the receiver answered 410 (gone)"});
    EXPECT_EQ(due_channels(), std::vector<std::int64_t>{other});
    EXPECT_TRUE(claim(hook).empty());
    EXPECT_EQ(world.store.bury_disabled(2, dead), 2U);
    EXPECT_EQ(world.store.bury_disabled(10, dead), 1U)
        << "two are under way and say themselves what came of them";
    EXPECT_EQ(record(under_way.at(0), State::Sent).size(), 1U);
    EXPECT_EQ(
        world.number("SELECT count(*) AS number FROM events WHERE type = 'delivery_dead'"), 3);
    EXPECT_EQ(
        world.count("state = 'dead' AND last_error = 'the channel is switched off: the receiver "
                    "answered 410 (gone)'"),
        3);
    world.record("server_down", "later");
    EXPECT_EQ(world.count(fmt::format("channel_id = {} AND subject = 'later'", hook)), 0);
}

TEST_F(DeliveryStoreTest, APersonsReasonForSwitchingOffStays) {
    const auto hook = world.channel("hook", "webhook");
    world.run("UPDATE channels SET disabled_at = '2026-01-01', disabled_why = 'moving house'");
    world.store.record({}, {.channel_id = hook, .disable_why = "410"});
    EXPECT_EQ(
        world.run("SELECT disabled_why FROM channels").only().text("disabled_why"), "moving house");
}

TEST_F(DeliveryStoreTest, APauseHoldsAllThatWaitsForTheReceiver) {
    const auto hook = world.channel("hook", "webhook");
    const auto other = world.channel("other", "webhook");
    for (int i = 0; i < 4; ++i) {
        world.record("server_down", "s" + std::to_string(i));
    }
    const auto message = claim(hook, 1).at(0);
    world.store.record(
        {{message.deliveries[0].id, 1, State::Retry, "429", seconds(120)}},
        {.channel_id = hook, .disable_why = {}, .pause = seconds(120)});
    EXPECT_EQ(due_channels(), std::vector<std::int64_t>{other});
    EXPECT_EQ(
        world.count(fmt::format(
            "channel_id = {} AND next_at > clock_timestamp() + interval '110 s'", hook)),
        4);
}

TEST_F(DeliveryStoreTest, ALongBacklogHidesNobody) {
    std::vector<std::int64_t> channels;
    channels.push_back(world.channel("flood", "webhook", "'{server_up}'"));
    for (int i = 0; i < 5; ++i) {
        channels.push_back(world.channel("c" + std::to_string(i), "webhook", "'{server_down}'"));
    }
    for (int part = 0; part < 10; ++part) {  // Each within the limit of a statement.
        world.run(
            "WITH made AS ("
            "  INSERT INTO events (id, account_id, source, type, kind, subject, incident, data)"
            "  SELECT gen_random_uuid(), 1, 'presence', 'server_up', 'server', 's' || i,"
            "    gen_random_uuid(), '{}' FROM generate_series(1, 2000) i"
            "  RETURNING id, sequence, type, incident, subject)"
            "INSERT INTO deliveries (id, event_id, sequence, channel_id, account_id, alert, "
            "incident, subject, next_at) "
            "SELECT gen_random_uuid(), id, sequence, " +
            std::to_string(channels[0]) + ", 1, type, incident, subject, '2026-01-01' FROM made");
    }
    world.run("ANALYZE deliveries");
    world.record("server_down", "fra-1");
    EXPECT_EQ(due_channels(), channels);
    EXPECT_EQ(
        world.store.due_channels(channels[2], {channels[4]}, 2),
        (std::vector{channels[3], channels[5]}));
    EXPECT_EQ(claim(channels[0], 3).size(), 3U);
}

TEST_F(DeliveryStoreTest, AnEventOfTheControlPlaneIsTheChannelsAccountsToSend) {
    const auto mail = world.channel("mail", "email");
    const auto lease = world.pool.lease();
    sql::Transaction transaction(*lease);
    (void)sql::record_event(
        transaction,
        {.id = runtime::new_uuid(runtime::SystemClock{}.now()),
         .account_id = std::nullopt,
         .source = "failover",
         .type = "hearing_lost",
         .kind = "control",
         .subject = "hearing",
         .incident = std::nullopt,
         .data = "{}",
         .alert = true});
    transaction.commit();
    const auto message = claim(mail).at(0);
    EXPECT_EQ(message.channel.account, "acme");
    EXPECT_EQ(message.deliveries[0].event.account, std::nullopt);
    EXPECT_EQ(message.deliveries[0].account_id, 1);
}

}  // namespace
}  // namespace lumos::notifier
