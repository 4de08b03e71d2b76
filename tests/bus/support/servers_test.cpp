// The servers that all other tests stand on: they start, survive what tests do to them, and are
// gone afterwards.
#include "sql/connection.h"
#include "sql/error.h"
#include "sql/migrate.h"
#include "tests/support/child_process.h"
#include "tests/support/free_port.h"
#include "tests/support/nats_server.h"
#include "tests/support/postgres_server.h"
#include "tests/support/wait_until.h"

#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>
#include <set>
#include <thread>

namespace lumos::support {
namespace {

using namespace std::chrono_literals;

TEST(PostgresServer, GivesEachTestAMigratedDatabaseOfItsOwn) {
    sql::Connection first(fresh_database(), "test/1");
    sql::Connection second(fresh_database(), "test/1");
    EXPECT_EQ(sql::database_version(first), sql::schema_version());
    EXPECT_EQ(sql::database_version(second), sql::schema_version());
}

TEST(PostgresServer, ComesBackOnTheSamePortAfterAStopAndAfterACrash) {
    PostgresServer server;
    const std::string url = server.empty_database();
    server.stop();
    EXPECT_THROW(sql::Connection(url, "test/1"), sql::Lost);
    server.start();
    sql::Connection(url, "test/1");
    server.kill();
    EXPECT_THROW(sql::Connection(url, "test/1"), sql::Lost);
    server.start();
    sql::Connection(url, "test/1");
}

TEST(PostgresServer, HangsWhileFrozenAndGoesOnWhenThawed) {
    PostgresServer server;
    const std::string url = server.empty_database();
    server.freeze();
    EXPECT_THROW(sql::Connection(url + "?connect_timeout=2", "test/1"), sql::Lost);
    server.thaw();
    sql::Connection(url, "test/1");
}

TEST(PostgresServer, LeavesNothingBehind) {
    pid_t pid = 0;
    std::string url;
    {
        const PostgresServer server;
        pid = server.pid();
        url = server.url();
    }
    EXPECT_EQ(kill(pid, 0), -1);
    EXPECT_THROW(sql::Connection(url, "test/1"), sql::Lost);
}

TEST(NatsServer, StartsStopsAndStartsOnTheSamePort) {
    NatsServer server;
    const auto port = server.port();
    server.stop();
    server.start();
    server.kill();
    server.wipe_store();
    server.start();
    EXPECT_EQ(server.port(), port);
}

TEST(NatsServer, TakesNewUsersWithoutARestart) {
    NatsServer server;
    const pid_t before = server.pid();
    server.set_users(
        {{.name = "agent", .password = "x", .publish_allow = {"a.b"}, .subscribe_allow = {"c.d"}}});
    EXPECT_EQ(server.pid(), before);
}

TEST(ChildProcess, TellsHowItEnded) {
    ChildProcess seven({.command = {"sh", "-c", "exit 7"}});
    ChildProcess killed({.command = {"sleep", "600"}});
    killed.send(SIGKILL);
    EXPECT_EQ(seven.wait(10s), 7);
    EXPECT_EQ(killed.wait(10s), 128 + SIGKILL);
    EXPECT_THROW(ChildProcess({.command = {"/no/such/program"}}), std::runtime_error);
}

TEST(ChildProcess, OutlivesTheThreadThatStartedIt) {
    std::unique_ptr<ChildProcess> child;
    std::jthread([&] {
        child = std::make_unique<ChildProcess>(ChildOptions{.command = {"sleep", "600"}});
    }).join();
    EXPECT_EQ(child->wait(100ms), std::nullopt);
}

TEST(ChildProcess, HasItsOwnEnvironmentAndOutput) {
    const TempDir folder;
    ChildProcess child(
        {.command = {"sh", "-c", "echo $COLOUR-$HOME; pwd"},
         .environment = {"COLOUR=blue", "HOME"},
         .output_file = folder / "out",
         .directory = "/"});
    EXPECT_EQ(child.wait(10s), 0);
    EXPECT_EQ(child.output(), "blue-\n/\n");
}

TEST(TempDir, IsGoneWithItsContents) {
    std::string path;
    {
        const TempDir folder;
        path = folder.path();
        write_file(folder / "x", "y");
        EXPECT_EQ(read_file(folder / "x"), "y");
    }
    EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(FreePort, IsNeverGivenTwice) {
    std::set<std::uint16_t> ports;
    for (int i = 0; i < 100; ++i) {
        ports.insert(free_port());
    }
    EXPECT_EQ(ports.size(), 100U);
}

TEST(WaitUntil, EndsAtItsLimitAndAtTheCondition) {
    EXPECT_FALSE(wait_until([] { return false; }, 20ms));
    EXPECT_TRUE(wait_until([] { return true; }, 0ms));
}

}  // namespace
}  // namespace lumos::support
