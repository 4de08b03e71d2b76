#include "workers/failover/switch_event.h"

#include "tests/unit/failover/builders.h"

#include <boost/json.hpp>
#include <gtest/gtest.h>

namespace lumos::failover {
namespace {

using namespace testing;

struct Scene {
    sql::ZoneRow zone;
    sql::DomainRow row;
    Domain made;
    Servers servers;
    explicit Scene(Domain given, Servers fleet)
        : made(std::move(given)),
          servers(std::move(fleet)) {
        zone.name = "example.com";
        row.id = made.id;
        row.name = made.name;
        row.servers = made.servers;
        row.published_server = made.published;
        row.failed_over = made.failed_over;
        row.epoch = 6;
    }
    [[nodiscard]] DomainFacts facts() const { return {zone, row, made, servers, kNow}; }
};

Scene failing() {
    auto dead = out(kPrimary);
    dead.incident = "01935110-4f21-7c3e-9b1a-5d2f6a7c8e90";
    return Scene(domain(), fleet({dead, ready(kSecond)}));
}

Target to(Id server, std::int64_t ttl) {
    return {server, {"203.0.113." + std::to_string(server), std::nullopt}, ttl, false};
}

TEST(DraftSwitch, TellsAFailoverInTheProductsWords) {
    const auto scene = failing();

    const auto draft = draft_switch(scene.facts(), to(kSecond, 60), "why", "server_event");

    EXPECT_EQ(draft.incident, "01935110-4f21-7c3e-9b1a-5d2f6a7c8e90");
    EXPECT_FALSE(draft.event.recovered);
    EXPECT_EQ(draft.event.reason, "Primary server down");
    EXPECT_EQ(draft.event.cause, "disconnect");
    EXPECT_EQ(draft.event.from_ip, "203.0.113.1");
    EXPECT_EQ(draft.event.to_ip, "203.0.113.2");
    EXPECT_EQ(draft.event.from_server_id, "s-1");
    EXPECT_EQ(draft.event.to_server_id, "s-2");
    EXPECT_EQ(draft.event.failover_status, "failed_over");
    EXPECT_EQ(draft.event.ttl, 60);
    EXPECT_EQ(draft.event.detected_at, kNow - 13s);
    EXPECT_EQ(draft.event.decided_at, kNow);
}

TEST(DraftSwitch, TellsASwitchFromADeadSecondary) {
    const Scene scene(
        domain(kSecond, {kPrimary, kSecond, kThird}),
        fleet({out(kPrimary), out(kSecond), ready(kThird)}));

    const auto draft = draft_switch(scene.facts(), to(kThird, 60), "why", "cycle");

    EXPECT_EQ(draft.event.cause, "active_secondary_down");
    EXPECT_EQ(draft.event.from_server_id, "s-2");
    EXPECT_EQ(draft.event.primary_server_id, "s-1");
}

TEST(DraftSwitch, TellsARecoveryInTheIncidentOfItsFailover) {
    Scene scene(domain(kSecond), fleet({ready(kPrimary), ready(kSecond)}));
    scene.row.incident = "01935110-4f21-7c3e-9b1a-5d2f6a7c8e90";
    scene.row.failed_over_at = kNow - 462s;

    auto draft = draft_switch(scene.facts(), to(kPrimary, 300), "why", "server_event");
    complete(draft, scene.row, {kNow + 400ms, "change", false});

    EXPECT_TRUE(draft.event.recovered);
    EXPECT_EQ(draft.incident, scene.row.incident);
    EXPECT_EQ(draft.event.reason, "Primary server recovered");
    EXPECT_EQ(draft.event.cause, "heartbeat");
    EXPECT_EQ(draft.event.primary_ip, "203.0.113.1");
    EXPECT_EQ(
        draft.event.message, "s-1 is healthy again; traffic is back after 7 min 42 s on s-2.");
    EXPECT_EQ(draft.event.failed_over_seconds, 462.4);
    EXPECT_EQ(draft.event.epoch, 7);
    EXPECT_EQ(draft.event.previous_failover_status, "failed_over");
}

TEST(DraftSwitch, TellsAnEditForWhatItIs) {
    const Scene scene(domain(kThird), fleet({ready(kPrimary), ready(kSecond), ready(kThird)}));

    const auto draft = draft_switch(scene.facts(), to(kSecond, 60), "why", "config_change");

    EXPECT_EQ(draft.event.reason, "Operator request");
    EXPECT_EQ(draft.event.cause, "operator");
    EXPECT_EQ(draft.event.trigger, "config_change");
}

TEST(Draft, IsTheSameAfterItWasWrittenAndRead) {
    const auto scene = failing();
    const auto draft = draft_switch(scene.facts(), to(kSecond, 60), "why", "server_event");

    const auto read = read_draft(write_draft(draft));

    ASSERT_TRUE(read.has_value());
    EXPECT_EQ(read->incident, draft.incident);
    EXPECT_EQ(schemas::to_json(read->event), schemas::to_json(draft.event));
}

TEST(Draft, SaysWhereItWasFoundBySettling) {
    const auto scene = failing();
    auto draft = draft_switch(scene.facts(), to(kSecond, 60), "why", "server_event");

    complete(draft, scene.row, {kNow, "change", true});

    EXPECT_EQ(draft.event.cause, "settled");
    EXPECT_EQ(draft.event.change_id, "change");
}

TEST(HeldEvent, NamesEachServerAndWhyItCannotBeUsed) {
    auto broken = out(kSecond);
    broken.status = Status::Error;
    broken.failed_checks = "check tcp://127.0.0.1:443 fails: connection refused";
    const Scene scene(domain(), fleet({out(kPrimary), broken}));

    const auto event = held_event(scene.facts(), "no_healthy_secondary", "message", std::nullopt);

    ASSERT_EQ(event.candidates.size(), 2U);
    EXPECT_EQ(event.candidates[0].status, "offline");
    EXPECT_EQ(event.candidates[1].why, "check tcp://127.0.0.1:443 fails: connection refused");
    EXPECT_FALSE(event.candidates[1].usable);
}

}  // namespace
}  // namespace lumos::failover
