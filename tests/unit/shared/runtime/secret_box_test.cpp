#include "workers/shared/runtime/secret_box.h"

#include "workers/shared/runtime/errors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <type_traits>

namespace lumos::runtime {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

template <typename Error, typename Call>
std::string message_of(Call call) {
    try {
        call();
    } catch (const Error& error) {
        return error.what();
    }
    return "nothing was thrown";
}

TEST(SecretBox, OpensWhatItSealed) {
    const auto ring = KeyRing::from_text(new_key_line("k1"));
    const auto sealed = ring.seal(Secret("hunter2"), "providers/42/token");
    EXPECT_EQ(sealed.key_id, "k1");
    EXPECT_THAT(sealed.box, Not(HasSubstr("hunter2")));
    EXPECT_EQ(ring.open(sealed, "providers/42/token").reveal(), "hunter2");
    EXPECT_TRUE(ring.open(ring.seal(Secret(), "c"), "c").empty());
}

TEST(SecretBox, SealsTheSameSecretDifferentlyEachTime) {
    const auto ring = KeyRing::from_text(new_key_line("k1"));
    EXPECT_NE(ring.seal(Secret("x"), "c").box, ring.seal(Secret("x"), "c").box);
}

TEST(SecretBox, DoesNotOpenInAnotherRow) {
    const auto ring = KeyRing::from_text(new_key_line("k1"));
    const auto sealed = ring.seal(Secret("hunter2"), "providers/42/token");
    EXPECT_THROW((void)ring.open(sealed, "providers/43/token"), Permanent);
}

TEST(SecretBox, DoesNotOpenWhenAnyByteWasChanged) {
    const auto ring = KeyRing::from_text(new_key_line("k1"));
    const auto sealed = ring.seal(Secret("hunter2"), "c");
    for (std::size_t i = 0; i < sealed.box.size(); ++i) {
        auto changed = sealed;
        changed.box[i] = static_cast<char>(changed.box[i] ^ 1);
        EXPECT_THROW((void)ring.open(changed, "c"), Permanent) << i;
    }
    EXPECT_THROW((void)ring.open({"k1", "short"}, "c"), Permanent);
}

TEST(SecretBox, TheFirstKeyEncryptsAndAllDecrypt) {
    const auto old_line = new_key_line("k1");
    const auto sealed = KeyRing::from_text(old_line).seal(Secret("x"), "c");
    const auto ring =
        KeyRing::from_text("# two keys\n" + new_key_line("k2") + "\n\n" + old_line + "\n");
    EXPECT_EQ(ring.seal(Secret("x"), "c").key_id, "k2");
    EXPECT_EQ(ring.open(sealed, "c").reveal(), "x");
}

TEST(SecretBox, NamesTheKeyThatIsMissing) {
    const auto sealed =
        KeyRing::from_text(new_key_line("k2")).seal(Secret("x"), "provider cf-main");
    const auto ring = KeyRing::from_text(new_key_line("k1"));
    EXPECT_THAT(
        message_of<Permanent>([&] { (void)ring.open(sealed, "provider cf-main"); }),
        AllOf(
            HasSubstr("provider cf-main is encrypted with key k2"), HasSubstr("does not contain")));
}

TEST(KeyRing, SaysWhichLineIsWrongWithoutRepeatingIt) {
    const auto secret_part = std::string("c2VjcmV0LWJ1dC1zaG9ydA==");
    EXPECT_THAT(
        message_of<UsageError>([&] { (void)KeyRing::from_text("\nk1:" + secret_part); }),
        AllOf(HasSubstr("line 2"), HasSubstr("32 bytes"), Not(HasSubstr(secret_part))));
    EXPECT_THAT(
        message_of<UsageError>([&] { (void)KeyRing::from_text("nonsense"); }), HasSubstr("line 1"));
    const auto line = new_key_line("k1");
    EXPECT_THAT(
        message_of<UsageError>([&] { (void)KeyRing::from_text(line + "\n" + line); }),
        HasSubstr("twice"));
    EXPECT_THAT(
        message_of<UsageError>([&] { (void)KeyRing::from_text("# none\n"); }), HasSubstr("no key"));
}

TEST(KeyRing, IsReadFromAFileThatNobodyElseMayRead) {
    std::string path = (std::filesystem::temp_directory_path() / "ring-XXXXXX").string();
    const int descriptor = mkstemp(path.data());
    ASSERT_GE(descriptor, 0);
    close(descriptor);
    std::ofstream(path) << new_key_line("k1") << "\n";
    EXPECT_EQ(KeyRing::from_file(path).seal(Secret("x"), "c").key_id, "k1");
    chmod(path.c_str(), 0640);
    EXPECT_THAT(
        message_of<UsageError>([&] { (void)KeyRing::from_file(path); }),
        AllOf(HasSubstr(path), HasSubstr("chmod 0600")));
    std::filesystem::remove(path);
    EXPECT_THAT(
        message_of<UsageError>([&] { (void)KeyRing::from_file(path); }), HasSubstr("No such file"));
}

TEST(SecretText, CannotBecomeAStringByAccident) {
    static_assert(!std::is_convertible_v<Secret, std::string>);
    static_assert(!std::is_convertible_v<std::string, Secret>);
    Secret secret("x");
    const Secret moved = std::move(secret);
    EXPECT_EQ(moved.reveal(), "x");
}

}  // namespace
}  // namespace lumos::runtime
