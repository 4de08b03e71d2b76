#include "schemas/envelope.h"

#include "tests/unit/schemas/examples.h"

#include <boost/json.hpp>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <cmath>

namespace lumos::schemas {
namespace {

namespace json = boost::json;

Envelope an_envelope() {
    return {
        .id = "x-1",
        .source = "/lumos/presence",
        .what = "server_down",
        .subject = "fra-1",
        .time = *parse_time("2026-11-22T03:12:04.117Z"),
        .account = "acme",
        .sequence = 918,
        .correlationid = "01935110-4f21-7c3e-9b1a-5d2f6a7c8e90"};
}

std::string refusal_to_open(const std::string& body) {
    return refusal_of(envelope_of, body);
}

std::string without(const char* name) {
    auto message = json::parse(seal(an_envelope(), json::object{})).get_object();
    message.erase(name);
    return json::serialize(message);
}

std::string with(const char* name, const json::value& value) {
    auto message = json::parse(seal(an_envelope(), json::object{})).get_object();
    message[name] = value;
    return json::serialize(message);
}

TEST(Envelope, IsReadAsItWasSealed) {
    json::value data;
    const auto read = open(seal(an_envelope(), json::object{{"a", 1}}), data);
    EXPECT_EQ(seal(read, data), seal(an_envelope(), json::object{{"a", 1}}));
    EXPECT_EQ(data, (json::value{{"a", 1}}));
}

TEST(Envelope, WritesItsSequenceWithTwentyDigits) {
    const auto message = json::parse(seal(an_envelope(), json::object{}));
    EXPECT_EQ(message.at("sequence").as_string(), "00000000000000000918");
    EXPECT_EQ(message.at("type").as_string(), "gate.lumos.server_down.v1");
    EXPECT_EQ(message.at("dataschema").as_string(), "urn:lumos:schema:server_down:1");
}

TEST(Envelope, LeavesOutWhatItDoesNotHave) {
    auto envelope = an_envelope();
    envelope.account = std::nullopt;
    envelope.sequence = std::nullopt;
    envelope.correlationid = std::nullopt;
    const auto message = json::parse(seal(envelope, json::object{})).get_object();
    EXPECT_FALSE(message.contains("account"));
    EXPECT_FALSE(message.contains("sequence"));
    EXPECT_FALSE(message.contains("correlationid"));
}

TEST(Envelope, RefusesMissingAttributesByName) {
    for (const auto* name : {"specversion", "id", "source", "type", "subject", "time", "data"}) {
        EXPECT_EQ(refusal_to_open(without(name)), std::string(name) + ": missing");
    }
}

TEST(Envelope, RefusesMistypedAttributesByName) {
    EXPECT_EQ(refusal_to_open(with("specversion", "2.0")), "specversion: expected 1.0");
    EXPECT_EQ(refusal_to_open(with("id", 7)), "id: expected a string");
    EXPECT_EQ(refusal_to_open(with("id", "")), "id: is empty");
    EXPECT_EQ(
        refusal_to_open(with("time", "yesterday")),
        "time: expected a time as in 2026-11-22T03:12:04.117Z");
    for (const auto* type :
         {"gate.lumos.server_down.v2", "gate.lumos..v1", "other", "gate.lumos.a.b.v1"}) {
        EXPECT_EQ(refusal_to_open(with("type", type)), "type: expected gate.lumos.<what>.v1")
            << type;
    }
    for (const auto* sequence :
         {"918", "-0000000000000000918", "0000000000000000091x", "99999999999999999999"}) {
        EXPECT_EQ(refusal_to_open(with("sequence", sequence)), "sequence: expected 20 digits")
            << sequence;
    }
    EXPECT_EQ(refusal_to_open(with("account", 1)), "account: expected a string");
}

TEST(Envelope, IgnoresAttributesItDoesNotKnow) {
    EXPECT_EQ(refusal_to_open(with("traceparent", "00-x")), "accepted");
    EXPECT_EQ(refusal_to_open(without("dataschema")), "accepted");
}

TEST(Envelope, IsNotLargerThanItsLimit) {
    EXPECT_THROW(
        (void)seal(an_envelope(), json::value(std::string(70'000, 'x'))), std::length_error);
    EXPECT_EQ(refusal_to_open(std::string(70'000, ' ')), "body: larger than 65536 bytes");
}

TEST(Envelope, NoTextDisturbsItsReader) {
    const auto reads = [](const std::string& body) {
        try {
            json::value data;
            (void)open(body, data);
        } catch (const InvalidMessage&) {
            return;
        }
    };
    EXPECT_TRUE(rc::check(reads));
    const auto good = seal(an_envelope(), json::object{{"a", 1}});
    EXPECT_TRUE(rc::check([&] {
        auto body = good;
        for (int i = 0; i < 3; ++i) {
            body[*rc::gen::inRange<std::size_t>(0, body.size())] = *rc::gen::arbitrary<char>();
        }
        reads(body.substr(0, *rc::gen::inRange<std::size_t>(0, body.size() + 1)));
    }));
    reads(std::string(10'000, '['));
    reads(std::string(10'000, '{'));
}

TEST(JsonText, WritesNumbersAsPeopleDo) {
    EXPECT_EQ(
        json_text(json::value{{"a", 412.4}, {"b", 15.0}, {"c", -7}, {"d", 0.0004}, {"e", nullptr}}),
        R"({"a":412.4,"b":15,"c":-7,"d":4e-04,"e":null})");
    EXPECT_EQ(
        json_text(json::array{true, "q\"\n", json::array{}, json::object{}}),
        R"([true,"q\"\n",[],{}])");
    EXPECT_EQ(json_text(std::numeric_limits<double>::quiet_NaN()), "null");
}

TEST(JsonText, IsTheSameValueWhenParsedAgain) {
    EXPECT_TRUE(rc::check([](const std::vector<std::pair<std::string, double>>& members) {
        json::object object;
        for (const auto& [ignored, number] : members) {
            object["k" + std::to_string(object.size())] = number;
        }
        const auto again = json::parse(json_text(object)).get_object();
        for (const auto& member : object) {
            const double value = member.value().to_number<double>();
            // Boost.JSON 1.81 reads a number back exactly but for its last bit.
            RC_ASSERT(
                std::abs(again.at(member.key()).to_number<double>() - value) <=
                std::abs(value) * 1e-15);
        }
    }));
}

}  // namespace
}  // namespace lumos::schemas
