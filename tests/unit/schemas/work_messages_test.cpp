#include "schemas/work_messages.h"

#include "tests/unit/schemas/examples.h"

#include <boost/json.hpp>
#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace lumos::schemas {
namespace {

namespace json = boost::json;

TEST(CycleTick, ExampleIsWhatOurWriterWrites) {
    const auto body = example("cycle_tick");
    const auto tick = read_cycle_tick(body);
    EXPECT_EQ(write_cycle_tick(envelope_of(body), tick), compact(body));
    EXPECT_EQ(envelope_of(body).id, tick_id(tick.interval_seconds, 1'795'317'000));
    EXPECT_FALSE(envelope_of(body).account);
}

TEST(CycleTick, RefusesAnIntervalThatIsNone) {
    const auto body = edited("cycle_tick", [](json::object& data) { data["intervalSeconds"] = 0; });
    EXPECT_EQ(refusal_of(read_cycle_tick, body), "data.intervalSeconds: expected more than 0");
}

TEST(Check, ExamplesAreWhatOurWriterWrites) {
    for (const auto* what : {"zone_check", "server_check"}) {
        const auto body = example(what);
        EXPECT_EQ(write_check(envelope_of(body), read_check(body)), compact(body));
    }
    EXPECT_EQ(read_check(example("zone_check")).name, "example.com");
    EXPECT_EQ(read_check(example("server_check")).name, "fra-1");
    EXPECT_FALSE(read_check(example("server_check")).is_zone);
}

TEST(Check, RefusesByName) {
    EXPECT_EQ(
        refusal_of(
            read_check, edited("zone_check", [](json::object& data) { data.erase("zone"); })),
        "data.zone: missing");
    EXPECT_EQ(
        refusal_of(
            read_check, edited("server_check", [](json::object& data) { data.erase("serverId"); })),
        "data.serverId: missing");
    EXPECT_EQ(
        refusal_of(
            read_check,
            edited("zone_check", [](json::object& data) { data["notAfter"] = "soon"; })),
        "data.notAfter: expected a time as in 2026-11-22T03:12:04.117Z");
    EXPECT_THROW(
        (void)read_check(
            edited("zone_check", [](json::object& data) { data["trigger"] = "whim"; })),
        InvalidMessage);
    EXPECT_THROW((void)read_check(example("notify")), InvalidMessage);
}

TEST(Check, MayHaveNoTriggerId) {
    const auto body = edited("zone_check", [](json::object& data) { data["triggerId"] = nullptr; });
    EXPECT_EQ(read_check(body).trigger_id, std::nullopt);
}

TEST(Notify, ExampleIsWhatOurWriterWrites) {
    const auto body = example("notify");
    EXPECT_EQ(write_notify(envelope_of(body), read_notify(body)), compact(body));
}

TEST(Notify, RefusesByName) {
    for (const auto* name : {"deliveryId", "channelId", "eventId", "alert", "attempt"}) {
        EXPECT_EQ(
            refusal_of(
                read_notify, edited("notify", [&](json::object& data) { data.erase(name); })),
            "data." + std::string(name) + ": missing");
    }
}

TEST(WorkMessages, NoTextDisturbsTheirReaders) {
    EXPECT_TRUE(rc::check([] {
        auto body = compact(example(*rc::gen::elementOf(
            std::vector<std::string>{"cycle_tick", "zone_check", "server_check", "notify"})));
        for (int i = 0; i < 4; ++i) {
            body[*rc::gen::inRange<std::size_t>(0, body.size())] =
                *rc::gen::elementOf(std::string("{}[]\",:0-9ntf\\ \x80"));
        }
        (void)refusal_of(read_cycle_tick, body);
        (void)refusal_of(read_check, body);
        (void)refusal_of(read_notify, body);
    }));
}

}  // namespace
}  // namespace lumos::schemas
