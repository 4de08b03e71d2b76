#include "workers/shared/runtime/api_token.h"

#include <gtest/gtest.h>

namespace lumos::runtime {
namespace {

TEST(ApiToken, IsLongAndNeverTheSame) {
    const Secret one = new_api_token();
    const Secret other = new_api_token();

    EXPECT_EQ(one.reveal().size(), 6 + 43);
    EXPECT_TRUE(one.reveal().starts_with("lumos_"));
    EXPECT_NE(one.reveal(), other.reveal());
}

TEST(ApiToken, HashTellsTokensApartAndIsStable) {
    EXPECT_EQ(hash_of_api_token("lumos_a"), hash_of_api_token("lumos_a"));
    EXPECT_NE(hash_of_api_token("lumos_a"), hash_of_api_token("lumos_b"));
    EXPECT_EQ(hash_of_api_token("lumos_a").size(), 32U);
}

}  // namespace
}  // namespace lumos::runtime
