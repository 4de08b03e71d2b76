#include "bus/nkeys.h"

#include "bus/error.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace lumos::bus {
namespace {

std::vector<unsigned char> bytes_of(std::string_view text) {
    return {text.begin(), text.end()};
}

TEST(Base32, WritesTheVectorsOfItsStandardWithoutPadding) {
    EXPECT_EQ(base32(bytes_of("")), "");
    EXPECT_EQ(base32(bytes_of("f")), "MY");
    EXPECT_EQ(base32(bytes_of("fo")), "MZXQ");
    EXPECT_EQ(base32(bytes_of("foo")), "MZXW6");
    EXPECT_EQ(base32(bytes_of("foob")), "MZXW6YQ");
    EXPECT_EQ(base32(bytes_of("fooba")), "MZXW6YTB");
    EXPECT_EQ(base32(bytes_of("foobar")), "MZXW6YTBOI");
}

TEST(Base32, ReadsBackWhatItWrote) {
    EXPECT_TRUE(rc::check([](const std::vector<unsigned char>& bytes) {
        RC_ASSERT(base32_bytes(base32(bytes)) == bytes);
    }));
}

TEST(Base32, RefusesWhatIsNotInItsAlphabet) {
    EXPECT_FALSE(base32_bytes("MZXW0"));
    EXPECT_FALSE(base32_bytes("mzxw6"));
    EXPECT_FALSE(base32_bytes("MZ=="));
}

TEST(Crc16, IsTheXmodemForm) {
    EXPECT_EQ(crc16(bytes_of("123456789")), 0x31C3);
    EXPECT_EQ(crc16({}), 0);
}

TEST(Nkeys, BeginWithTheLetterOfTheirKind) {
    for (const auto& [kind, open, secret] :
         {std::tuple{KeyKind::Operator, 'O', "SO"},
          std::tuple{KeyKind::Account, 'A', "SA"},
          std::tuple{KeyKind::User, 'U', "SU"}}) {
        const auto pair = new_key_pair(kind);
        EXPECT_EQ(pair.public_key.size(), 56U);
        EXPECT_EQ(pair.public_key.front(), open);
        EXPECT_EQ(pair.seed.size(), 58U);
        EXPECT_TRUE(pair.seed.starts_with(secret));
        EXPECT_EQ(pair.kind, kind);
    }
}

TEST(Nkeys, AreFoundAgainFromTheirSeed) {
    const auto pair = new_key_pair(KeyKind::Account);

    const auto again = key_pair_of_seed(pair.seed);

    EXPECT_EQ(again.public_key, pair.public_key);
    EXPECT_EQ(again.kind, KeyKind::Account);
    EXPECT_NE(new_key_pair(KeyKind::Account).public_key, pair.public_key);
}

// Pairs that NATS's documentation shows.
TEST(Nkeys, AgreeWithWhatNatsDerives) {
    const auto first =
        key_pair_of_seed("SUAEL6GG2L2HIF7DUGZJGMRUFKXELGGYFMHF76UO2AYBG3K4YLWR3FKC2Q");
    const auto second =
        key_pair_of_seed("SUAKYRHVIOREXV7EUZTBHUHL7NUMHPMAS7QMDU3GTIUWEI5LDNOXD43IZY");

    EXPECT_EQ(first.kind, KeyKind::User);
    EXPECT_EQ(first.public_key, "UD6OU4D3CIOGIDZVL4ANXU3NWXOW5DCDE2YPZDBHPBXCVKHSODUA4FKI");
    EXPECT_EQ(second.public_key, "UD466L6EBCM3YY5HEGHJANNTN4LSKTSUXTH7RILHCKEQMQHTBNLHJJXT");
}

TEST(Nkeys, RefuseASeedThatWasMistyped) {
    const auto seed = new_key_pair(KeyKind::User).seed;
    for (std::size_t at = 0; at < seed.size() - 1; ++at) {
        auto mistyped = seed;
        mistyped[at] = mistyped[at] == 'A' ? 'B' : 'A';
        EXPECT_FALSE(decode_seed(mistyped)) << at;
    }
    EXPECT_THROW(key_pair_of_seed(""), BusRefused);
    EXPECT_THROW(key_pair_of_seed("SUAEL6"), BusRefused);
    EXPECT_THROW(key_pair_of_seed(new_key_pair(KeyKind::User).public_key), BusRefused);
}

TEST(Nkeys, NeverShowASeedInAnError) {
    const auto seed = new_key_pair(KeyKind::User).seed;
    try {
        (void)key_pair_of_seed(seed.substr(0, 57));
        FAIL() << "was taken";
    } catch (const BusRefused& refused) {
        EXPECT_EQ(std::string(refused.what()).find(seed.substr(0, 20)), std::string::npos);
    }
}

TEST(Nkeys, SignWhatTheirPublicKeyVerifies) {
    const auto pair = new_key_pair(KeyKind::User);
    const auto open = decode_public(KeyKind::User, pair.public_key);
    ASSERT_TRUE(open);

    const auto signature = sign(pair.seed, "text");

    EXPECT_TRUE(verifies(*open, "text", signature));
    EXPECT_FALSE(verifies(*open, "texT", signature));
    EXPECT_FALSE(verifies(*open, "text", signature.substr(1)));
    EXPECT_FALSE(decode_public(KeyKind::Account, pair.public_key));
}

}  // namespace
}  // namespace lumos::bus
