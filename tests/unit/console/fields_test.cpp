#include "workers/console/fields.h"

#include "workers/console/problem.h"

#include <boost/json.hpp>
#include <gtest/gtest.h>

namespace lumos::console {
namespace {

// The problem that reading throws.
template <typename Read>
Problem problem_of(Read read) {
    try {
        read();
    } catch (const Problem& problem) {
        return problem;
    }
    ADD_FAILURE() << "nothing was refused";
    return conflict("nothing was refused");
}

TEST(Fields, NamesTheFieldThatWasMeant) {
    const auto problem = problem_of([] { Fields(R"({"severs":["fra-1"]})", {"servers", "ttl"}); });
    EXPECT_EQ(problem.status, 422);
    EXPECT_EQ(problem.field, "severs");
    EXPECT_EQ(problem.fix, "did you mean \"servers\"?");
}

TEST(Fields, RefusesWhatIsNoObject) {
    for (const char* body :
         {"[]",
          "3",
          "{",
          "null",
          "{\"a\":1}x",
          "{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{}}}}}}}}}"}) {
        EXPECT_EQ(problem_of([&] { Fields(body, {"a"}); }).status, 400) << body;
    }
}

TEST(Fields, TakesAnEmptyBodyAsAnEmptyObject) {
    EXPECT_FALSE(Fields("", {"a"}).has("a"));
}

TEST(Fields, TellsAbsentFromNull) {
    const Fields fields(R"({"region":null})", {"region", "name"});
    EXPECT_TRUE(fields.has("region"));
    EXPECT_FALSE(fields.has("name"));
    EXPECT_FALSE(fields.optional_text("region"));
}

TEST(Fields, NamesTheFieldOfEachMistake) {
    const Fields fields(
        R"({"id":7,"ttl":"x","servers":"fra-1","create":"yes","ipv4":"203.0.113","name":"a\nb","zero":"a\u0000b"})",
        {"id", "ttl", "servers", "create", "ipv4", "name", "zero"});
    EXPECT_EQ(problem_of([&] { (void)fields.slug("id"); }).field, "id");
    EXPECT_EQ(problem_of([&] { (void)fields.ttl("ttl"); }).field, "ttl");
    EXPECT_EQ(problem_of([&] { (void)fields.texts("servers"); }).field, "servers");
    EXPECT_EQ(problem_of([&] { (void)fields.boolean("create", false); }).field, "create");
    EXPECT_EQ(problem_of([&] { (void)fields.ipv4("ipv4"); }).field, "ipv4");
    EXPECT_EQ(problem_of([&] { (void)fields.display_name("name", ""); }).field, "name");
    EXPECT_EQ(problem_of([&] { (void)fields.text("zero"); }).field, "zero");
    EXPECT_EQ(problem_of([&] { (void)fields.text("missing"); }).field, "missing");
}

TEST(Fields, AnEditKeepsWhatIsNotGivenAndClearsWhatIsNull) {
    const Fields fields(R"({"ipv6":null})", {"ipv4", "ipv6"});
    EXPECT_EQ(fields.ipv4("ipv4", "203.0.113.10"), "203.0.113.10");
    EXPECT_FALSE(fields.ipv6("ipv6", "2001:db8::1"));
}

TEST(ProblemDocument, HasAllMembersOfTheContract) {
    auto problem = in_use("fra-1 is used", "domains", {"www.example.com"});
    problem.fix = "remove it";
    const auto response = to_response(problem);
    EXPECT_EQ(response.status, 409);
    EXPECT_EQ(response.content_type, "application/problem+json");
    const auto json = boost::json::parse(response.body).as_object();
    EXPECT_EQ(json.at("type").as_string(), "urn:lumos:problem:in-use");
    EXPECT_EQ(json.at("status").as_int64(), 409);
    EXPECT_EQ(json.at("detail").as_string(), "fra-1 is used");
    EXPECT_EQ(json.at("fix").as_string(), "remove it");
    EXPECT_TRUE(json.at("field").is_null());
    EXPECT_EQ(json.at("domains").as_array().size(), 1U);
}

TEST(ProblemDocument, SaysHowLongToWait) {
    Problem problem(ProblemType::RateLimited, "too many");
    problem.retry_after_seconds = 7;
    EXPECT_EQ(http::find_header(to_response(problem).headers, "retry-after"), "7");
}

TEST(ProblemDocument, KnowsTheRulesOfTheSchema) {
    EXPECT_EQ(problem_of_constraint("domains_name_unique").detail, "that name is already managed");
    EXPECT_EQ(problem_of_constraint("something_new").type, ProblemType::Conflict);
}

}  // namespace
}  // namespace lumos::console
