// Credentials are taken back from a running server, for good.

#include "bus/revocations.h"

#include "bus/rotation.h"
#include "tests/bus/bus/identity_fixture.h"

#include <filesystem>

namespace lumos::bus {
namespace {

class Revocations : public IdentityTest {
protected:
    Revocations() : key_(read_revoker_key(directory_ + "/revoker.key")) {
        system_ = connect(key_.creds_file);
    }

    std::string key_of(const std::string& creds_file) {
        return key_in_credentials(support::read_file(creds_file)).value();
    }

    bool is_let_in(const std::string& creds_file) {
        const Connection connection(options(creds_file));
        EXPECT_TRUE(wait_until(
            [&] { return connection.state().connected || connection.state().attempt > 3; }, 15s));
        return connection.state().connected;
    }

    RevokerKey key_;
    std::unique_ptr<Connection> system_;
};

TEST_F(Revocations, CutWhoIsConnectedAndRefuseHimFromThenOn) {
    const auto fra = agent("acme", "fra-1");
    const auto connection = connect(fra);
    const auto other = connect(agent("acme", "iad-1"));
    const auto begun = std::chrono::steady_clock::now();

    EXPECT_TRUE(ensure_revoked(*system_, key_, {key_of(fra)}, kNow));

    EXPECT_TRUE(wait_until([&] { return !connection->state().connected; }, 2s));
    EXPECT_LT(std::chrono::steady_clock::now() - begun, 2s);
    const auto attempt = connection->state().attempt;
    EXPECT_TRUE(wait_until([&] { return connection->state().attempt >= attempt + 3; }, 15s));
    EXPECT_FALSE(connection->state().connected);
    EXPECT_TRUE(other->state().connected);
    EXPECT_FALSE(ensure_revoked(*system_, key_, {key_of(fra)}, kNow)) << "it was already";
}

TEST_F(Revocations, OutliveARestartAndEachOther) {
    const auto fra = agent("acme", "fra-1");
    const auto iad = agent("acme", "iad-1");
    EXPECT_TRUE(ensure_revoked(*system_, key_, {key_of(fra)}, kNow));
    EXPECT_TRUE(ensure_revoked(*system_, key_, {key_of(iad)}, kNow));
    server_->stop();
    server_->start();

    EXPECT_FALSE(is_let_in(fra));
    EXPECT_FALSE(is_let_in(iad));
    EXPECT_TRUE(is_let_in(agent("acme", "sin-1")));
    EXPECT_TRUE(is_let_in(process("presence")));
}

TEST_F(Revocations, ComeBackWhereTheServerLostThem) {
    const auto fra = agent("acme", "fra-1");
    EXPECT_TRUE(ensure_revoked(*system_, key_, {key_of(fra)}, kNow));
    server_->stop();
    std::filesystem::remove_all(directory_ + "/jwt");
    server_->start();
    ASSERT_TRUE(wait_until([&] { return system_->wait_connected(1s); }, 15s));
    const auto connection = connect(fra);

    EXPECT_TRUE(ensure_revoked(*system_, key_, {key_of(fra)}, kNow));

    EXPECT_TRUE(wait_until([&] { return !connection->state().connected; }, 2s));
}

TEST_F(Revocations, AreNotTheRevokersForAnythingElse) {
    const auto& operator_key = key_.op;
    EXPECT_THROW((void)system_->request("$SYS.REQ.SERVER.PING", "", 300ms), BusUnavailable);
    EXPECT_THROW((void)system_->request("$SYS.REQ.ACCOUNT.PING.CONNZ", "", 300ms), BusUnavailable);
    EXPECT_NE(operator_key.public_key, offline_key("operator").public_key);
}

// A process comes back with what its file holds by then.
TEST_F(Revocations, AreSurvivedByAProcessWhoseFileWasReplaced) {
    const auto presence = connect(process("presence"));
    const auto before = support::read_file(process("presence"));

    const auto rotated = rotate_process(directory_, "presence", kNow);
    EXPECT_TRUE(presence->state().connected);
    const auto client = presence->state().client_id;
    EXPECT_TRUE(ensure_revoked(*system_, key_, {rotated.previous_key}, kNow));

    EXPECT_TRUE(wait_until(
        [&] { return presence->state().connected && presence->state().client_id != client; }, 15s));
    EXPECT_NO_THROW(ensure_stream(*presence, kAgentStream));
    support::write_file(folder_ / "old.creds", before);
    EXPECT_FALSE(is_let_in(folder_ / "old.creds"));
}

}  // namespace
}  // namespace lumos::bus
