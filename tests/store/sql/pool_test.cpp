#include "sql/connection.h"
#include "sql/error.h"
#include "sql/transaction.h"
#include "tests/support/postgres_server.h"
#include "tests/support/wait_until.h"

#include <gtest/gtest.h>

#include <optional>
#include <thread>

namespace lumos::sql {
namespace {

using namespace std::chrono_literals;

std::int64_t session_of(Connection& connection) {
    return Transaction(connection).run_text("SELECT pg_backend_pid() AS pid").only().integer("pid");
}

TEST(Pool, GivesTheSameSessionAgain) {
    Pool pool(support::fresh_database(), "test/1", 2);
    const auto first = session_of(*pool.lease());
    EXPECT_EQ(session_of(*pool.lease()), first);
}

TEST(Pool, GivesDifferentSessionsAtTheSameTime) {
    Pool pool(support::fresh_database(), "test/1", 2);
    const auto first = pool.lease();
    const auto second = pool.lease();
    EXPECT_NE(session_of(*first), session_of(*second));
}

TEST(Pool, WaitsForASessionAndIsBusyWhenNoneComesBack) {
    Pool pool(support::fresh_database(), "test/1", 1);
    std::optional<Pool::Lease> only(pool.lease());
    EXPECT_THROW((void)pool.lease(), Busy);
    const std::jthread gives_back([&] { only.reset(); });
    EXPECT_NO_THROW((void)pool.lease());
}

TEST(Pool, DropsASessionThatWasLost) {
    Pool pool(support::fresh_database(), "test/1", 1);
    std::int64_t before = 0;
    {
        const auto lease = pool.lease();
        before = session_of(*lease);
        EXPECT_THROW(
            Transaction(*lease).run_text("SELECT pg_terminate_backend(pg_backend_pid())"), Lost);
    }
    EXPECT_NE(session_of(*pool.lease()), before);
}

TEST(Pool, NoticesThatTheServerWasRestartedMeanwhile) {
    support::PostgresServer server;
    Pool pool(server.url(), "test/1", 3);
    {
        const auto first = pool.lease();
        const auto second = pool.lease();
    }
    server.stop();
    EXPECT_THROW((void)pool.lease(), Lost);
    server.start();
    const auto first = pool.lease();
    const auto second = pool.lease();
    EXPECT_NE(session_of(*first), session_of(*second));
}

TEST(Pool, UsesTheNewUrlForAllThatCome) {
    auto& server = support::PostgresServer::shared();
    Pool pool(server.fresh_database(), "test/1", 2);
    const auto database_of = [](Connection& connection) {
        return Transaction(connection)
            .run_text("SELECT current_database()::text AS name")
            .only()
            .text("name");
    };
    const auto old_name = database_of(*pool.lease());
    {
        const auto in_use = pool.lease();
        pool.set_url(server.fresh_database());
        EXPECT_EQ(database_of(*in_use), old_name);
    }
    EXPECT_NE(database_of(*pool.lease()), old_name);
}

TEST(Pool, HasARoomAgainAfterAConnectFailed) {
    Pool pool("postgresql://u@127.0.0.1:1/x", "test/1", 1);
    EXPECT_THROW((void)pool.lease(), Lost);
    EXPECT_THROW((void)pool.lease(), Lost);
    pool.set_url(support::fresh_database());
    EXPECT_NO_THROW((void)pool.lease());
}

TEST(Pool, ServesManyThreads) {
    Pool pool(support::fresh_database(), "test/1", 3);
    std::atomic<int> done = 0;
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < 8; ++i) {
            threads.emplace_back([&] {
                for (int turn = 0; turn < 20; ++turn) {
                    (void)session_of(*pool.lease());
                    ++done;
                }
            });
        }
    }
    EXPECT_EQ(done, 160);
}

}  // namespace
}  // namespace lumos::sql
