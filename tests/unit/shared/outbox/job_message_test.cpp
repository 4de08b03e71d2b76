#include "workers/shared/outbox/job_message.h"

#include "schemas/work_messages.h"

#include <boost/json.hpp>
#include <gtest/gtest.h>

namespace lumos::outbox {
namespace {

const Time kNow = *parse_time("2026-11-22T03:12:14.118Z");

CheckJob zone_check() {
    return {
        .account = "acme",
        .is_zone = true,
        .name = "example.com",
        .trigger = "server_event",
        .id = "01935110-4f21-7c3e-9b1a-5d2f6a7c8e90",
        .trigger_id = "01935110-4f21-7c3e-9b1a-5d2f6a7c8e90"};
}

TEST(CheckMessage, NamesTheZoneItsCauseAndHowLongItIsOfUse) {
    const auto message = check_message(zone_check(), "/lumos/presence", kNow);

    EXPECT_EQ(message.id, "check-acme-example_com-01935110-4f21-7c3e-9b1a-5d2f6a7c8e90");
    EXPECT_EQ(message.subject, "lumos.job.acme.zone.example_com.check");
    boost::json::value data;
    const auto envelope = schemas::open(message.body, data);
    EXPECT_EQ(envelope.id, message.id);
    EXPECT_EQ(envelope.source, "/lumos/presence");
    EXPECT_EQ(envelope.what, "zone_check");
    EXPECT_EQ(envelope.subject, "example.com");
    EXPECT_EQ(envelope.account, "acme");
    EXPECT_EQ(envelope.correlationid, zone_check().trigger_id);
    const auto check = schemas::read_check(message.body);
    EXPECT_TRUE(check.is_zone);
    EXPECT_EQ(check.name, "example.com");
    EXPECT_EQ(check.trigger, "server_event");
    EXPECT_EQ(to_rfc3339(check.not_after), "2026-11-22T03:17:14.118Z");
}

TEST(CheckMessage, NamesTheServer) {
    auto job = zone_check();
    job.is_zone = false;
    job.name = "fra-1";
    job.id = "7";
    job.trigger_id = std::nullopt;

    const auto message = check_message(job, "/lumos/console", kNow);

    EXPECT_EQ(message.id, "check-acme-fra-1-7");
    EXPECT_EQ(message.subject, "lumos.job.acme.server.fra-1.check");
    const auto check = schemas::read_check(message.body);
    EXPECT_FALSE(check.is_zone);
    EXPECT_EQ(check.name, "fra-1");
    EXPECT_EQ(check.trigger_id, std::nullopt);
}

TEST(NotifyMessage, NamesTheDeliveryAndNothingSecret) {
    const sql::NewDelivery delivery{
        .id = "01935110-7b40-7c11-9d2e-5f6a7b8c9d0e",
        .account = "acme",
        .channel = "ops-mail",
        .event_id = "01935110-7b02-7d44-a1c5-3e9f0b2d4c6a",
        .alert = "failover_triggered",
        .incident = "01935110-4f21-7c3e-9b1a-5d2f6a7c8e90"};

    const auto message = notify_message(delivery, "/lumos/failover", kNow);

    EXPECT_EQ(message.id, "notify-01935110-7b40-7c11-9d2e-5f6a7b8c9d0e-1");
    EXPECT_EQ(message.subject, "lumos.job.acme.channel.ops-mail.notify");
    const auto notify = schemas::read_notify(message.body);
    EXPECT_EQ(notify.delivery_id, delivery.id);
    EXPECT_EQ(notify.channel_id, "ops-mail");
    EXPECT_EQ(notify.event_id, delivery.event_id);
    EXPECT_EQ(notify.alert, "failover_triggered");
    EXPECT_EQ(notify.attempt, 1);
    boost::json::value data;
    EXPECT_EQ(schemas::open(message.body, data).correlationid, delivery.incident);
}

}  // namespace
}  // namespace lumos::outbox
