// Each example beside a schema is what our writer makes of these values, field by field and in
// order.
#include "schemas/event_messages.h"

#include "schemas/envelope.h"
#include "tests/unit/schemas/examples.h"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include <set>

namespace lumos::schemas {
namespace {

namespace json = boost::json;

constexpr const char* kNode = "NCXU5EDYR6ZJB5ACLXQB4UHTUN2C7HEKGX7RQ4PJGV6AZ3G7EXAMPLE1";

Time at(const std::string& text) {
    return parse_time(text).value();
}

Time at_clock(const std::string& clock) {
    return at("2026-11-22T" + clock + "Z");
}

// What a receiver gets: the example's envelope around our data.
void expect_example(const std::string& what, const json::value& data) {
    json::value ignored;
    const auto envelope = open(example(what), ignored);
    EXPECT_EQ(seal(envelope, data), compact(example(what)));
}

ServerStatusEvent down() {
    return {
        .server_id = "fra-1",
        .server_name = "Frankfurt 1",
        .status = "offline",
        .previous_status = "online",
        .cause = "disconnect",
        .message = "The agent's connection dropped (Client Closed).",
        .since = at_clock("03:12:04.113"),
        .last_seen = at_clock("03:11:58.020"),
        .ipv4 = "203.0.113.10",
        .ipv6 = std::nullopt,
        .failed_checks = {},
        .domains_published = 12,
        .down_seconds = std::nullopt};
}

DomainSwitchEvent triggered() {
    DomainSwitchEvent event;
    event.domain = "www.example.com";
    event.zone = "example.com";
    event.from_ip = "203.0.113.10";
    event.to_ip = "198.51.100.20";
    event.from_server_id = "fra-1";
    event.from_server_name = "Frankfurt 1";
    event.to_server_id = "iad-1";
    event.to_server_name = "Ashburn 1";
    event.primary_server_id = "fra-1";
    event.reason = "Primary server down";
    event.cause = "disconnect";
    event.message =
        "fra-1 is offline since 03:12:04Z (connection dropped); iad-1 is the first healthy "
        "secondary.";
    event.failover_status = "failed_over";
    event.previous_failover_status = "active";
    event.epoch = 7;
    event.ttl = 60;
    event.trigger = "server_event";
    event.detected_at = at_clock("03:12:04.113");
    event.decided_at = at_clock("03:12:14.120");
    event.applied_at = at_clock("03:12:14.890");
    event.change_id = "01935110-76aa-7e01-b0c1-9d8e7f6a5b4c";
    return event;
}

DomainSwitchEvent recovered() {
    auto event = triggered();
    std::swap(event.from_ip, event.to_ip);
    std::swap(event.from_server_id.value(), event.to_server_id);
    std::swap(event.from_server_name.value(), event.to_server_name);
    event.reason = "Primary server recovered";
    event.cause = "heartbeat";
    event.message = "fra-1 has been healthy for 60 s; traffic is back after 7 min 42 s on iad-1.";
    std::swap(event.failover_status, event.previous_failover_status);
    event.epoch = 8;
    event.ttl = 300;
    event.detected_at = at_clock("03:18:56.471");
    event.decided_at = at_clock("03:19:56.600");
    event.applied_at = at_clock("03:19:57.295");
    event.change_id = "01935117-85d0-7f22-8a1b-2c3d4e5f6071";
    event.recovered = true;
    event.primary_ip = "203.0.113.10";
    event.failed_over_seconds = 462.4;
    return event;
}

TEST(EventMessages, ServerDownIsItsExample) {
    expect_example("server_down", to_json(down()));
}

TEST(EventMessages, ServerUpIsItsExample) {
    auto up = down();
    up.status = "online";
    up.previous_status = "offline";
    up.cause = "heartbeat";
    up.message = "The agent is back after 6 min 52 s.";
    up.since = at_clock("03:18:56.471");
    up.last_seen = at_clock("03:18:56.471");
    up.domains_published = 0;
    up.down_seconds = 412.40000001;
    expect_example("server_up", to_json(up));
}

TEST(EventMessages, SwitchesAreTheirExamples) {
    expect_example("failover_triggered", to_json(triggered()));
    expect_example("server_recovered", to_json(recovered()));
}

TEST(EventMessages, SwitchesComeBackFromTheirDrafts) {
    for (const auto& event : {triggered(), recovered()}) {
        EXPECT_EQ(to_json(read_domain_switch_event(to_json(event))), to_json(event));
    }
    auto odd = to_json(triggered()).get_object();
    odd.erase("toServerId");
    EXPECT_THROW((void)read_domain_switch_event(odd), InvalidMessage);
    EXPECT_THROW((void)read_domain_switch_event(json::value("x")), InvalidMessage);
}

TEST(EventMessages, HeldIsItsExample) {
    expect_example(
        "failover_held",
        to_json(FailoverHeldEvent{
            .domain = "www.example.com",
            .zone = "example.com",
            .published_ip = "203.0.113.10",
            .published_ipv6 = std::nullopt,
            .failover_status = "active",
            .epoch = 6,
            .code = "no_healthy_secondary",
            .message = "fra-1 is offline and no other server of this domain is healthy; DNS stays "
                       "as it is.",
            .candidates =
                {{"fra-1", "offline", false, "disconnected since 03:12:04Z"},
                 {"iad-1", "error", false, "check tcp://127.0.0.1:443 fails: connection refused"}},
            .retry_at = std::nullopt}));
}

TEST(EventMessages, TroubleWithTheProviderIsItsExample) {
    expect_example(
        "record_drifted",
        to_json(RecordDriftedEvent{
            "www.example.com",
            "example.com",
            "A 203.0.113.10",
            "A 192.0.2.9",
            "A www.example.com is 192.0.2.9, which is no server of this domain; it is left as it "
            "is."}));
    expect_example(
        "failover_not_applied",
        to_json(FailoverNotAppliedEvent{
            .domain = "shop.example.net",
            .zone = "example.net",
            .to_ip = "198.51.100.20",
            .code = "token_permission",
            .message = "iad-1 was decided on, but Cloudflare says 10000 Authentication error.",
            .provider_http_status = 403,
            .provider_code = 10000,
            .provider_message = "Authentication error",
            .decided_at = at_clock("03:12:14.120"),
            .attempts = 2}));
}

TEST(EventMessages, IdentityConflictIsItsExample) {
    expect_example(
        "identity_conflict",
        to_json(IdentityConflictEvent{
            .server_id = "fra-1",
            .server_name = "Frankfurt 1",
            .connections =
                {{kNode,
                  42,
                  "6b1d0f0a-6f4e-4c57-8f27-3f2b1a5c9d10",
                  "8f0c2d6e",
                  at("2026-11-21T07:34:13.020Z")},
                 {kNode,
                  977,
                  "e2a94c1b-0d35-47c8-9a66-b7f0c8d1e2f3",
                  "51c07be2",
                  at_clock("03:46:58.810")}},
            .message = "Two machines speak as fra-1. Stop one of them, or give it credentials of "
                       "its own."}));
}

TEST(EventMessages, HearingIsItsExamples) {
    const auto hearing = [](const std::string& clock, const std::string& message) {
        return to_json(HearingEvent{
            at_clock(clock), {{kNode, "nats://bus.acme.example:4222", at_clock(clock)}}, message});
    };
    expect_example(
        "hearing_lost",
        hearing(
            "03:50:12.009",
            "The agents have not been heard since 03:50:12Z. Nobody is declared down and DNS stays "
            "as it is until they "
            "are."));
    expect_example("hearing_restored", hearing("03:55:40.001", "The agents are heard again."));
}

TEST(EventMessages, OfChannelsAreTheirExamples) {
    expect_example(
        "channel_test",
        to_json(ChannelTestEvent{"ops-hook", "This is a test of channel ops-hook."}));
    expect_example(
        "delivery_dead",
        to_json(DeliveryDeadEvent{
            "ops-hook",
            "01935110-7b02-7d44-a1c5-3e9f0b2d4c6a",
            "failover_triggered",
            14,
            "503 Service Unavailable"}));
}

TEST(EventMessages, EditsAreTheirExamples) {
    const ServerFacts facts{
        .name = "Frankfurt 1", .ipv4 = "203.0.113.10", .ipv6 = std::nullopt, .region = "eu"};
    auto moved = facts;
    moved.ipv4 = "203.0.113.11";
    expect_example(
        "server_added",
        to_json(ServerEditEvent{"fra-1", "Frankfurt 1", std::nullopt, facts, "ops"}));
    expect_example(
        "server_changed", to_json(ServerEditEvent{"fra-1", "Frankfurt 1", facts, moved, "ops"}));
    expect_example(
        "server_revoked",
        to_json(ServerEditEvent{"fra-1", "Frankfurt 1", facts, std::nullopt, "ops"}));
}

TEST(Alerts, EachHasASchemaAndASeverity) {
    const std::set<std::string_view> severities{"critical", "warning", "info"};
    for (const auto& name : alert_names()) {
        EXPECT_FALSE(example(name).empty()) << name;
        EXPECT_TRUE(severities.contains(severity(name))) << name;
    }
    EXPECT_EQ(severity("server_down"), "critical");
    EXPECT_EQ(severity("server_recovered"), "info");
    EXPECT_EQ(severity("something_else"), "info");
}

}  // namespace
}  // namespace lumos::schemas
