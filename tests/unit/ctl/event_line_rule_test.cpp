#include "workers/ctl/event_line_rule.h"

#include <boost/json.hpp>
#include <gtest/gtest.h>

namespace lumos::ctl {
namespace {

TEST(EventLine, SaysWhenWhatWhoAndWhy) {
    const boost::json::value event{
        {"time", "2026-11-22T03:12:04.117Z"},
        {"type", "server_down"},
        {"serverId", "fra-1"},
        {"data", {{"message", "The agent's connection dropped."}}}};

    EXPECT_EQ(
        event_line(event),
        "2026-11-22T03:12:04.117Z  server_down           fra-1  The agent's connection dropped.");
}

TEST(EventLine, TakesWhateverShapeItGets) {
    EXPECT_NE(event_line(boost::json::value(3)).size(), 0U);
    EXPECT_NE(event_line(boost::json::value{{"data", 1}, {"time", 2}}).size(), 0U);
}

}  // namespace
}  // namespace lumos::ctl
