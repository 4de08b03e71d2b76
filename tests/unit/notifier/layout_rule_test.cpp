#include "workers/notifier/layout_rule.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <limits>

namespace lumos::notifier {
namespace {

TEST(Layout, DurationsAreShort) {
    EXPECT_EQ(short_duration(4), "4s");
    EXPECT_EQ(short_duration(412.4), "6m52s");
    EXPECT_EQ(short_duration(126), "2m06s");
    EXPECT_EQ(short_duration(7'500), "2h05m");
    EXPECT_EQ(short_duration(273'600), "3d04h");
    EXPECT_EQ(short_duration(-3), "0s");
    EXPECT_EQ(short_duration(std::numeric_limits<double>::infinity()), "0s");
    EXPECT_EQ(short_duration(std::numeric_limits<double>::quiet_NaN()), "0s");
}

TEST(Layout, LinesAreCutBetweenCharacters) {
    EXPECT_EQ(one_line("a\r\n\tb"), "a b");
    EXPECT_EQ(one_line("日本語", 9), "日本語");
    EXPECT_EQ(one_line("日本語日", 9), "日本…");
    EXPECT_EQ(one_line("日本語日", 8), "日…");
}

TEST(Layout, EscapedTextHoldsNoMarkup) {
    EXPECT_TRUE(rc::check([](const std::string& text) {
        const auto escaped = escape_html(text);
        RC_ASSERT(escaped.find_first_of("<>\"'") == std::string::npos);
        auto back = escaped;
        for (const auto& [entity, character] : std::vector<std::pair<std::string, std::string>>{
                 {"&lt;", "<"}, {"&gt;", ">"}, {"&quot;", "\""}, {"&#39;", "'"}, {"&amp;", "&"}}) {
            for (auto at = back.find(entity); at != std::string::npos;
                 at = back.find(entity, at + 1)) {
                back.replace(at, entity.size(), character);
            }
        }
        RC_ASSERT(back == text);
    }));
}

}  // namespace
}  // namespace lumos::notifier
