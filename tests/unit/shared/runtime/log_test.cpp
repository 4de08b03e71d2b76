#include "workers/shared/runtime/log.h"

#include "workers/shared/runtime/errors.h"
#include "workers/shared/runtime/log_line.h"

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace lumos::runtime {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

Time at(std::int64_t microseconds) {
    return Time(std::chrono::microseconds(microseconds));
}

TEST(LogText, ReadsTimeLevelEventAndFields) {
    const auto line = text_line(
        at(1'795'317'010'123'456),
        {LogLevel::Warn, "check_failed", {{"check", "tcp://a:1"}, {"failures", 3}}});
    EXPECT_EQ(line, "2026-11-22T03:10:10.123Z warn  check_failed check=tcp://a:1 failures=3");
}

TEST(LogText, PutsTheSentenceFirst) {
    const auto line = text_line(
        at(0), {LogLevel::Info, "connected", {{"message", "connected to \"x\" as a/b"}, {"n", 1}}});
    EXPECT_EQ(
        line, "1970-01-01T00:00:00.000Z info  connected to \"x\" as a/b  event=connected n=1");
}

TEST(LogText, StaysOneLineWhateverTheValueHolds) {
    const auto line = text_line(
        at(0),
        {LogLevel::Info,
         "e",
         {{"message", "a\nb"}, {"v", "x\r\ny \"q\" \x01\xff"}, {"empty", ""}}});
    EXPECT_THAT(line, Not(HasSubstr("\n")));
    EXPECT_THAT(
        line,
        HasSubstr(R"(v="x\r\ny \"q\" \u0001)"
                  "\xef\xbf\xbd\""));
    EXPECT_THAT(line, HasSubstr(R"(empty="")"));
}

TEST(LogJson, IsOneObjectWithTheFields) {
    const auto line = json_line(
        "lumos-agent",
        at(0),
        {LogLevel::Error,
         "failed",
         {{"message", "it \"broke\"\n"}, {"bad", std::string("\xc3\x28\xf0")}, {"good", "é"}}});
    const auto object = boost::json::parse(line).as_object();
    EXPECT_EQ(object.at("time"), "1970-01-01T00:00:00.000Z");
    EXPECT_EQ(object.at("level"), "error");
    EXPECT_EQ(object.at("process"), "lumos-agent");
    EXPECT_EQ(object.at("event"), "failed");
    EXPECT_EQ(object.at("message"), "it \"broke\"\n");
    EXPECT_EQ(object.at("bad"), "\xef\xbf\xbd(\xef\xbf\xbd");
    EXPECT_EQ(object.at("good"), "é");
}

TEST(Log, WritesToStderrWhatIsAtLeastTheLevel) {
    configure_log("lumos-test", "warn", "text");
    testing::internal::CaptureStderr();
    log_info("quiet");
    log_warn("loud", {{"k", "v"}});
    const auto text = testing::internal::GetCapturedStderr();
    EXPECT_THAT(text, Not(HasSubstr("quiet")));
    EXPECT_THAT(text, HasSubstr("loud k=v\n"));
    configure_log("lumos-test", "info", "text");
}

TEST(Log, RefusesALevelOrFormatThatIsNone) {
    EXPECT_THROW(configure_log("x", "loud", "text"), UsageError);
    EXPECT_THROW(configure_log("x", "info", "xml"), UsageError);
}

}  // namespace
}  // namespace lumos::runtime
