#include "workers/notifier/layout_rule.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace lumos::notifier {
namespace {

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
