#include "workers/ctl/table_rule.h"

#include <gtest/gtest.h>

namespace lumos::ctl {
namespace {

TEST(Table, AlignsColumnsByWhatAPersonSees) {
    EXPECT_EQ(
        table({"A", "LONGER"}, {{"frankfürt", "1"}, {"x", ""}}),
        "A          LONGER\n"
        "frankfürt  1\n"
        "x\n");
}

TEST(Table, KeepsControlCharactersFromTheTerminal) {
    EXPECT_EQ(table({"A"}, {{"x\x1b[2Jy\n"}}), "A\nx?[2Jy?\n");
}

TEST(Table, FillsRowsThatAreTooShort) {
    EXPECT_EQ(table({"A", "B"}, {{"x"}}), "A  B\nx\n");
}

}  // namespace
}  // namespace lumos::ctl
