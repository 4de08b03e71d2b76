#include "sql/transaction.h"

#include <gtest/gtest.h>

#include <limits>

namespace lumos::sql {
namespace {

using namespace std::chrono_literals;
using Texts = std::vector<std::string>;

TEST(Param, IsTextThatPostgresReadsBack) {
    EXPECT_EQ(Param("a'b").text(), "a'b");
    EXPECT_EQ(Param(true).text(), "true");
    EXPECT_EQ(Param(-7).text(), "-7");
    EXPECT_EQ(Param(0.1).text(), "0.1");
    EXPECT_EQ(Param(std::numeric_limits<double>::infinity()).text(), "Infinity");
    EXPECT_EQ(Param(-std::numeric_limits<double>::infinity()).text(), "-Infinity");
    EXPECT_EQ(Param(std::numeric_limits<double>::quiet_NaN()).text(), "NaN");
    EXPECT_EQ(Param(Time{1us}).text(), "1970-01-01T00:00:00.000001Z");
    EXPECT_EQ(Param(1500ms).text(), "1500000 microseconds");
    EXPECT_EQ(Param::bytes(std::string("\0\xffz", 3)).text(), "\\x00ff7a");
}

TEST(Param, IsNullForNothing) {
    EXPECT_EQ(Param(std::nullopt).text(), std::nullopt);
    EXPECT_EQ(Param(std::optional<std::string>()).text(), std::nullopt);
    EXPECT_EQ(Param(std::optional<std::int64_t>(7)).text(), "7");
    EXPECT_EQ(Param(std::optional<Time>()).text(), std::nullopt);
}

TEST(Param, QuotesTheItemsOfAList) {
    EXPECT_EQ(Param(Texts{}).text(), "{}");
    EXPECT_EQ(
        Param(Texts{"a", "b\"c\\", "", "NULL", "{,}"}).text(), R"({"a","b\"c\\","","NULL","{,}"})");
    EXPECT_EQ(Param(std::vector<std::int64_t>{1, -2}).text(), R"({"1","-2"})");
    EXPECT_EQ(
        Param(std::vector<std::optional<std::string>>{"a", std::nullopt}).text(), R"({"a",NULL})");
}

}  // namespace
}  // namespace lumos::sql
