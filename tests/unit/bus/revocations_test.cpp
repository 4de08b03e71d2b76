#include "bus/revocations.h"

#include "bus/error.h"
#include "bus/jwt.h"
#include "bus/rotation.h"
#include "tests/support/temp_dir.h"

#include <boost/json.hpp>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>

namespace lumos::bus {
namespace {

const Time kNow = *parse_time("2026-11-22T03:12:04Z");

std::string account_jwt(Time issued_at) {
    AccountClaims claims;
    claims.name = "LUMOS";
    claims.public_key = new_key_pair(KeyKind::Account).public_key;
    claims.jetstream = true;
    return mint_account(claims, new_key_pair(KeyKind::Operator), issued_at);
}

std::int64_t issued_at(const std::string& jwt) {
    return claims_of(jwt)->at("iat").as_int64();
}

TEST(WithRevoked, AddsToWhatIsThereAndKeepsTheRest) {
    const auto op = new_key_pair(KeyKind::Operator);
    const auto before = account_jwt(kNow);

    const auto first = with_revoked(before, {"UA"}, op, kNow + std::chrono::hours(1)).value();
    const auto second = with_revoked(first, {"UA", "UB"}, op, kNow).value();

    EXPECT_TRUE(is_signed_by(second, KeyKind::Operator, op.public_key));
    const auto claims = *claims_of(second);
    EXPECT_EQ(claims.at("iss"), boost::json::value(op.public_key));
    EXPECT_EQ(claims.at("sub"), claims_of(before)->at("sub"));
    EXPECT_EQ(claims.at("nats").at("limits"), claims_of(before)->at("nats").at("limits"));
    const auto& revocations = claims.at("nats").at("revocations").as_object();
    EXPECT_EQ(revocations.size(), 2U);
    // Whatever the clock of whoever minted them said.
    EXPECT_GT(revocations.at("UA").as_int64(), issued_at(second) + 60LL * 60 * 24 * 365);
    // Newer than the one before, although our clock went back.
    EXPECT_GT(issued_at(second), issued_at(first));
}

TEST(WithRevoked, IsNothingWhereNothingChanges) {
    const auto op = new_key_pair(KeyKind::Operator);
    const auto jwt = with_revoked(account_jwt(kNow), {"UA", "UB"}, op, kNow).value();

    EXPECT_EQ(with_revoked(jwt, {"UB"}, op, kNow), std::nullopt);
    EXPECT_EQ(with_revoked(jwt, {}, op, kNow), std::nullopt);
}

TEST(WithRevoked, HasABoundAndRefusesWhatIsNoAccount) {
    const auto op = new_key_pair(KeyKind::Operator);
    std::vector<std::string> keys(kRevocationsMax);
    for (std::size_t i = 0; i < keys.size(); ++i) {
        keys[i] = std::string(50, 'U') + std::to_string(100'000 + i);
    }
    const auto full = with_revoked(account_jwt(kNow), keys, op, kNow).value();

    EXPECT_LT(full.size(), 1'000'000U) << "NATS takes a mebibyte";
    EXPECT_THROW((void)with_revoked(full, {"one more"}, op, kNow), BusRefused);
    EXPECT_THROW((void)with_revoked("nonsense", {"UA"}, op, kNow), BusRefused);
    EXPECT_THROW((void)with_revoked("", {"UA"}, op, kNow), BusRefused);
}

TEST(ReadRevokerKey, SaysWhatItNeeds) {
    const support::TempDir folder;
    BusInit init;
    init.directory = folder / "bus";
    (void)init_bus(init, kNow);

    const auto key = read_revoker_key(folder / "bus/revoker.key");

    EXPECT_EQ(key.op.kind, KeyKind::Operator);
    EXPECT_EQ(key.account, read_signing_key(folder / "bus/signing.key").account);
    EXPECT_THROW((void)read_revoker_key(folder / "missing"), BusRefused);
    EXPECT_THROW((void)read_revoker_key(folder / "bus/signing.key"), BusRefused);
}

TEST(RotateProcess, PutsNewCredentialsInPlaceOfTheOld) {
    const support::TempDir folder;
    BusInit init;
    init.directory = folder / "bus";
    (void)init_bus(init, kNow);
    const auto path = folder / "bus/creds/notifier.creds";
    const auto before = support::read_file(path);

    const auto rotated = rotate_process(init.directory, "notifier", kNow);

    const auto after = support::read_file(path);
    EXPECT_EQ(rotated.path, path);
    EXPECT_EQ(rotated.previous_key, key_in_credentials(before));
    EXPECT_NE(key_in_credentials(after), key_in_credentials(before));
    EXPECT_EQ(name_in_credentials(after), "notifier");
    struct stat status {};
    ASSERT_EQ(::stat(path.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0600U);
    EXPECT_THROW((void)rotate_process(init.directory, "nobody", kNow), BusRefused);
    std::filesystem::remove(folder / "bus/offline/processes.key");
    EXPECT_THROW((void)rotate_process(init.directory, "notifier", kNow), BusRefused);
    EXPECT_EQ(support::read_file(path), after);
}

}  // namespace
}  // namespace lumos::bus
