#include "sql/migrate.h"

#include "sql/error.h"
#include "sql/transaction.h"
#include "tests/support/postgres_server.h"
#include "tests/support/wait_until.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace lumos::sql {
namespace {

using namespace std::chrono_literals;

std::string empty_database() {
    return support::PostgresServer::shared().empty_database();
}

void run(Connection& connection, const std::string& text) {
    Transaction transaction(connection);
    transaction.run_text(text);
    transaction.commit();
}

TEST(Migrate, BringsAnEmptyDatabaseToWhatThisProgramKnows) {
    Connection connection(empty_database(), "test/1");
    EXPECT_EQ(database_version(connection), 0);
    EXPECT_FALSE(migration_states(connection).front().applied);

    const auto applied = migrate(connection);

    EXPECT_EQ(applied.back(), schema_version());
    EXPECT_EQ(database_version(connection), schema_version());
    for (const auto& state : migration_states(connection)) {
        EXPECT_TRUE(state.applied) << state.name;
        EXPECT_FALSE(state.changed) << state.name;
    }
}

TEST(Migrate, DoesNothingTheSecondTime) {
    Connection connection(support::fresh_database(), "test/1");
    EXPECT_TRUE(migrate(connection).empty());
}

TEST(Migrate, IsDoneOnceWhenTenStartAtOnce) {
    const std::string url = empty_database();
    std::atomic<int> steps = 0;
    std::atomic<int> failures = 0;
    {
        std::vector<std::jthread> processes;
        for (int i = 0; i < 10; ++i) {
            processes.emplace_back([&] {
                try {
                    Connection connection(url, "test/1");
                    steps += static_cast<int>(migrate(connection).size());
                } catch (const std::exception& e) {
                    ADD_FAILURE() << e.what();
                    ++failures;
                }
            });
        }
    }
    Connection connection(url, "test/1");
    EXPECT_EQ(failures, 0);
    EXPECT_EQ(steps, static_cast<int>(migration_states(connection).size()));
}

TEST(Migrate, WaitsForAnotherThatIsUnderWay) {
    const std::string url = empty_database();
    Connection other(url, "test/other");
    auto under_way = std::make_unique<Transaction>(other);
    under_way->run(queries::schema_migrations::lock);
    std::atomic<bool> is_done = false;
    const std::jthread second([&] {
        Connection connection(url, "test/second");
        migrate(connection);
        is_done = true;
    });
    Connection watcher(url, "test/watcher");
    const auto is_waiting = [&] {
        Transaction look(watcher);
        return look.run_text("SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
                   .size() == 1;
    };
    // It has given up on the lock once and come back, so that more than its first wait is seen.
    EXPECT_TRUE(support::wait_until(is_waiting, 5s));
    EXPECT_TRUE(support::wait_until([&] { return !is_waiting(); }, 10s));
    EXPECT_FALSE(is_done);
    under_way.reset();
    EXPECT_TRUE(support::wait_until([&] { return is_done.load(); }, 10s));
}

TEST(Migrate, RefusesAStepThatWasChangedAfterItHadBeenApplied) {
    Connection connection(support::fresh_database(), "test/1");
    run(connection, "UPDATE schema_migrations SET checksum = 'x' WHERE number = 1");
    EXPECT_TRUE(migration_states(connection).front().changed);
    EXPECT_THROW(migrate(connection), Broken);
}

TEST(Migrate, GoesOnWithADatabaseThatIsOneStepAheadButNotTwo) {
    Connection connection(support::fresh_database(), "test/1");
    const auto ahead = [&](int steps) {
        const auto number = std::to_string(schema_version() + steps);
        run(connection,
            "INSERT INTO schema_migrations (number, name, checksum) VALUES (" + number +
                ", 'later', 'y')");
    };
    ahead(1);
    EXPECT_TRUE(migrate(connection).empty());
    ahead(2);
    EXPECT_THROW(migrate(connection), Broken);
}

TEST(Migrate, LeavesNothingOfAStepThatFails) {
    Connection connection(empty_database(), "test/1");
    run(connection,
        "CREATE TABLE audit (in_the_way integer)");  // The last but one table of the first step.
    EXPECT_THROW(migrate(connection), Broken);
    EXPECT_EQ(database_version(connection), 0);
    Transaction look(connection);
    EXPECT_EQ(
        look.run_text("SELECT FROM information_schema.tables WHERE table_schema = 'public'").size(),
        1U);
}

}  // namespace
}  // namespace lumos::sql
