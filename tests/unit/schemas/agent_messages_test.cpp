#include "schemas/agent_messages.h"

#include "tests/unit/schemas/examples.h"

#include <boost/json.hpp>
#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace lumos::schemas {
namespace {

namespace json = boost::json;

TEST(Heartbeat, ExampleIsWhatOurWriterWrites) {
    const auto body = example("heartbeat");
    EXPECT_EQ(write_heartbeat(envelope_of(body), read_heartbeat(body)), compact(body));
}

TEST(Heartbeat, RefusesMissingFieldsByName) {
    for (const auto* name :
         {"status",
          "session",
          "bootId",
          "count",
          "intervalSeconds",
          "natsServer",
          "clientId",
          "call",
          "agentVersion",
          "startedAt",
          "checks"}) {
        EXPECT_EQ(
            refusal_of(
                read_heartbeat, edited("heartbeat", [&](json::object& data) { data.erase(name); })),
            "data." + std::string(name) + ": missing");
    }
    EXPECT_EQ(
        refusal_of(
            read_heartbeat,
            edited(
                "heartbeat",
                [](json::object& data) {
                    data["checks"].get_array()[0].get_object().erase("ok");
                })),
        "data.checks[0].ok: missing");
}

TEST(Heartbeat, RefusesMistypedFieldsByName) {
    const auto refusal_with = [](const char* name, const json::value& value) {
        return refusal_of(
            read_heartbeat, edited("heartbeat", [&](json::object& data) { data[name] = value; }));
    };
    EXPECT_EQ(refusal_with("status", "fine"), "data.status: expected online | error | offline");
    EXPECT_EQ(refusal_with("count", "7"), "data.count: expected an integer");
    EXPECT_EQ(refusal_with("count", 7.5), "data.count: expected an integer");
    EXPECT_EQ(
        refusal_with("clientId", 18446744073709551615ULL), "data.clientId: expected an integer");
    EXPECT_EQ(
        refusal_with("intervalSeconds", 0),
        "data.intervalSeconds: expected more than 0, at most 3600");
    EXPECT_EQ(
        refusal_with("intervalSeconds", 1e300),
        "data.intervalSeconds: expected more than 0, at most 3600");
    EXPECT_EQ(refusal_with("intervalSeconds", nullptr), "data.intervalSeconds: expected a number");
    EXPECT_EQ(refusal_with("startedAt", 7), "data.startedAt: expected a string");
    EXPECT_EQ(refusal_with("checks", json::object{}), "data.checks: expected an array");
    EXPECT_EQ(refusal_with("checks", json::array{1}), "data.checks[0]: expected an object");
    EXPECT_EQ(refusal_of(read_heartbeat, "[]"), ": expected an object");
}

TEST(Heartbeat, TellsWhyItSaysGoodbye) {
    const auto goodbye = [](const json::value& cause) {
        return edited("heartbeat", [&](json::object& data) {
            data["status"] = "offline";
            data["cause"] = cause;
        });
    };
    EXPECT_EQ(read_heartbeat(goodbye("stopping")).cause, GoodbyeCause::Stopping);
    EXPECT_EQ(read_heartbeat(goodbye("restarting")).cause, GoodbyeCause::Restarting);
    EXPECT_EQ(refusal_of(read_heartbeat, goodbye(nullptr)), "data.cause: expected a string");
    EXPECT_EQ(
        refusal_of(read_heartbeat, goodbye("tired")), "data.cause: expected stopping | restarting");
}

TEST(Heartbeat, NeedsNoCauseWithoutAGoodbyeAndIgnoresOne) {
    EXPECT_EQ(
        refusal_of(
            read_heartbeat, edited("heartbeat", [](json::object& data) { data.erase("cause"); })),
        "accepted");
    const auto odd = edited("heartbeat", [](json::object& data) { data["cause"] = "stopping"; });
    EXPECT_EQ(read_heartbeat(odd).cause, std::nullopt);
}

TEST(Heartbeat, StaysInsideItsLimits) {
    const auto crowd = edited("heartbeat", [](json::object& data) {
        const auto check = data["checks"].get_array()[0];
        data["checks"].get_array().resize(17, check);
    });
    EXPECT_EQ(refusal_of(read_heartbeat, crowd), "data.checks: more than 16 items");
    EXPECT_EQ(
        refusal_of(read_heartbeat, example("heartbeat") + std::string(4096, ' ')),
        "body: larger than 4096 bytes");
    const auto talkative = edited("heartbeat", [](json::object& data) {
        data["checks"].get_array()[0].get_object()["error"] = std::string(257, 'x');
    });
    EXPECT_EQ(refusal_of(read_heartbeat, talkative), "data.checks[0].error: longer than 256 bytes");
}

// One message that the database cannot take would break the round in which all servers are judged.
TEST(Heartbeat, HoldsNothingThatTheDatabaseCannotTake) {
    const auto refusal_with = [](const char* name, const json::value& value) {
        return refusal_of(
            read_heartbeat, edited("heartbeat", [&](json::object& data) { data[name] = value; }));
    };
    const json::string with_nul("s\0t", 3);
    for (const auto* name : {"session", "bootId", "natsServer", "agentVersion", "call"}) {
        EXPECT_EQ(
            refusal_with(name, with_nul),
            "data." + std::string(name) + ": contains a NUL character");
    }
    for (const auto* name : {"session", "bootId", "natsServer", "agentVersion"}) {
        EXPECT_EQ(
            refusal_with(name, json::string(129, 'x')),
            "data." + std::string(name) + ": longer than 128 bytes");
        EXPECT_EQ(refusal_with(name, json::string(128, 'x')), "accepted");
    }
    for (const auto* time :
         {"0000-01-01T00:00:00Z", "0001-01-01T00:00:00+23:00", "9999-12-31T23:59:59-23:00"}) {
        EXPECT_EQ(
            refusal_with("startedAt", time),
            "data.startedAt: expected a time between 1970 and 9999");
    }
    for (const auto* name : {"name", "error"}) {
        EXPECT_EQ(
            refusal_of(
                read_heartbeat,
                edited(
                    "heartbeat",
                    [&](json::object& data) {
                        data["checks"].get_array()[0].get_object()[name] = with_nul;
                    })),
            "data.checks[0]." + std::string(name) + ": contains a NUL character");
    }
}

Heartbeat with_errors(std::size_t checks, const std::string& error) {
    auto heartbeat = read_heartbeat(example("heartbeat"));
    heartbeat.checks.assign(
        checks,
        {.name = "tcp://127.0.0.1:443",
         .ok = false,
         .latency_ms = 1,
         .error = error,
         .since = heartbeat.started_at});
    return heartbeat;
}

TEST(Heartbeat, ShortensErrorsUntilItFits) {
    const auto envelope = envelope_of(example("heartbeat"));
    const auto body = write_heartbeat(envelope, with_errors(16, std::string(1'000, 'x')));
    EXPECT_LE(body.size(), kHeartbeatBytesMax);
    EXPECT_EQ(read_heartbeat(body).checks.size(), 16U);
    EXPECT_EQ(
        read_heartbeat(write_heartbeat(envelope, with_errors(1, std::string(1'000, 'x'))))
            .checks[0]
            .error->size(),
        256U);
    auto endless = with_errors(16, "x");
    endless.session = std::string(5'000, 's');
    EXPECT_THROW((void)write_heartbeat(envelope, endless), std::length_error);
}

TEST(Heartbeat, CanBeReadWhateverAnErrorSays) {
    const auto envelope = envelope_of(example("heartbeat"));
    EXPECT_TRUE(rc::check([&](const std::string& error) {
        const auto read = read_heartbeat(
            write_heartbeat(envelope, with_errors(2, error + error + "\xC3\xBC\xE2\x82")));
        RC_ASSERT(read.checks.size() == 2U);
        RC_ASSERT(read.checks[0].error->size() <= kCheckErrorBytesMax);
    }));
    EXPECT_EQ(
        read_heartbeat(write_heartbeat(envelope, with_errors(1, std::string("a\0b", 3))))
            .checks[0]
            .error,
        "a?b");
    const std::string umlauts = "\xC3\xBC\xC3\xBC";
    EXPECT_EQ(
        read_heartbeat(write_heartbeat(envelope, with_errors(1, umlauts))).checks[0].error,
        umlauts);
}

TEST(Heartbeat, ComesBackAsItWas) {
    const auto envelope = envelope_of(example("heartbeat"));
    EXPECT_TRUE(rc::check([&](std::int64_t count, std::int64_t client, bool ok) {
        auto heartbeat = read_heartbeat(example("heartbeat"));
        heartbeat.count = count;
        heartbeat.client_id = client;
        heartbeat.checks[0].ok = ok;
        heartbeat.interval_seconds = 0.2;
        const auto body = write_heartbeat(envelope, heartbeat);
        const auto read = read_heartbeat(body);
        RC_ASSERT(read.count == count);
        RC_ASSERT(read.client_id == client);
        RC_ASSERT(read.checks[0].ok == ok);
        RC_ASSERT(write_heartbeat(envelope, read) == body);
    }));
}

TEST(Heartbeat, NoTextDisturbsItsReader) {
    const auto good = compact(example("heartbeat"));
    EXPECT_TRUE(rc::check([&] {
        auto body = good;
        for (int i = 0; i < 4; ++i) {
            body[*rc::gen::inRange<std::size_t>(0, body.size())] =
                *rc::gen::elementOf(std::string("{}[]\",:0-9ntf\\ \x80"));
        }
        try {
            (void)read_heartbeat(body);
        } catch (const InvalidMessage&) {
            return;
        }
    }));
}

TEST(AgentCall, ExampleIsWhatOurWriterWrites) {
    const auto body = example("agent_call");
    EXPECT_EQ(write_agent_call(envelope_of(body), read_agent_call(body)), compact(body));
    EXPECT_THROW((void)read_agent_call(example("heartbeat")), InvalidMessage);
}

TEST(Beat, ExampleIsWhatOurWriterWrites) {
    const auto body = example("beat");
    EXPECT_EQ(write_beat(envelope_of(body), read_beat(body)), compact(body));
}

TEST(Checks, ComeBackFromTheirColumn) {
    const auto checks = read_heartbeat(example("heartbeat")).checks;
    EXPECT_EQ(to_json(read_checks(to_json(checks))), to_json(checks));
    EXPECT_THROW((void)read_checks(json::value("x")), InvalidMessage);
}

constexpr const char* kDisconnect =
    R"({"type":"io.nats.server.advisory.v1.client_disconnect","id":"x",
    "timestamp":"2026-11-22T03:12:04.11Z","server":{"name":"lumos-1","host":"0.0.0.0","id":"NABC","ver":"2.9.10"},
    "client":{"start":"2026-11-22T03:00:00Z","host":"127.0.0.1","id":42,"acc":"APP","user":"UABC","name":"anything",
    "name_tag":"acme.fra-1","kind":"Client"},"sent":{"msgs":1},"received":{"msgs":1},"reason":"Client Closed"})";

TEST(ClientAdvisory, TellsWhichConnectionEndedAndWhy) {
    const auto advisory = read_client_advisory(kDisconnect);
    ASSERT_TRUE(advisory);
    EXPECT_FALSE(advisory->connected);
    EXPECT_EQ(advisory->nats_server, "NABC");
    EXPECT_EQ(advisory->client_id, 42);
    EXPECT_EQ(advisory->user, "UABC");
    EXPECT_EQ(advisory->name_tag, "acme.fra-1");
    EXPECT_EQ(advisory->reason, "Client Closed");
}

TEST(ClientAdvisory, OfAConnectHasNoReason) {
    auto message = json::parse(kDisconnect).get_object();
    message["type"] = "io.nats.server.advisory.v1.client_connect";
    message.erase("reason");
    const auto advisory = read_client_advisory(json::serialize(message));
    ASSERT_TRUE(advisory);
    EXPECT_TRUE(advisory->connected);
}

TEST(ClientAdvisory, OfAClientWithoutAProvenNameIsNothing) {
    for (const auto* name : {"name_tag", "user"}) {
        auto message = json::parse(kDisconnect).get_object();
        message["client"].get_object().erase(name);
        EXPECT_FALSE(read_client_advisory(json::serialize(message))) << name;
        message["client"].get_object()[name] = "";
        EXPECT_FALSE(read_client_advisory(json::serialize(message))) << name;
    }
    EXPECT_FALSE(read_client_advisory("{}"));
    EXPECT_FALSE(read_client_advisory(example("heartbeat")));
    EXPECT_TRUE(rc::check([](const std::string& text) { RC_ASSERT(!read_client_advisory(text)); }));
}

}  // namespace
}  // namespace lumos::schemas
