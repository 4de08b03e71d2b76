// A dump is restored into another cluster, whose transaction ids are lower than those that it
// brings along: whoever reads events with a cursor goes on where it was and misses nothing.

#include "sql/connection.h"
#include "sql/event_store.h"
#include "sql/transaction.h"
#include "tests/store/sql/event_follower.h"
#include "tests/support/child_process.h"
#include "tests/support/postgres_server.h"
#include "tests/support/temp_dir.h"

#include <fmt/core.h>
#include <gtest/gtest.h>
#include <pqxx/pqxx>

#include <set>

namespace lumos::sql {
namespace {

using namespace std::chrono_literals;
using Ids = std::vector<std::string>;

const std::string kPrograms = "/usr/lib/postgresql/15/bin/";

void run_program(std::vector<std::string> command) {
    const support::TempDir folder;
    support::ChildProcess program(
        {.command = std::move(command), .output_file = folder / "output"});
    ASSERT_EQ(program.wait(60s), 0) << program.output();
}

class RestoredEvents : public testing::Test {
protected:
    void SetUp() override {
        run(first_, "INSERT INTO accounts (slug, name, plan) VALUES ('acme', 'Acme', 'pro')");
        use_up_ids(first_, 3'000);
    }
    static void run(const std::string& url, const std::string& text) {
        Connection connection(url, "test/run");
        Transaction transaction(connection);
        transaction.run_text(text);
        transaction.commit();
    }
    // As others do who work on the same server.
    static void use_up_ids(const std::string& url, int transactions) {
        pqxx::connection connection(url);
        pqxx::nontransaction(connection)
            .exec(fmt::format(
                "DO $$ BEGIN FOR i IN 1..{} LOOP PERFORM pg_current_xact_id(); COMMIT; END LOOP; "
                "END $$",
                transactions));
    }
    static NewEvent event(int number) {
        return {
            .id = fmt::format("01935110-4f21-7c3e-9b1a-{}", 100'000'000'000 + number),
            .account_id = 1,
            .source = "presence",
            .type = "server_down",
            .kind = "server",
            .subject = "fra-1",
            .incident = std::nullopt,
            .data = "{}",
            .alert = true};
    }
    static void record(const std::string& url, int number) {
        Connection connection(url, "test/record");
        Transaction transaction(connection);
        record_event(transaction, event(number));
        transaction.commit();
    }
    static Ids ids(int from, int to) {
        Ids all;
        for (int number = from; number <= to; ++number) {
            all.push_back(event(number).id);
        }
        return all;
    }
    // A dump of the database as it is now, in a database of that server.
    static std::string restore(const std::string& from, support::PostgresServer& server) {
        const support::TempDir folder;
        auto to = server.empty_database();
        run_program({kPrograms + "pg_dump", "--file=" + (folder / "dump"), from});
        run_program(
            {kPrograms + "psql",
             "--quiet",
             "--no-psqlrc",
             "--set=ON_ERROR_STOP=1",
             "--file=" + (folder / "dump"),
             to});
        return to;
    }

    support::PostgresServer other_;  // Its ids begin anew.
    std::string first_ = support::fresh_database();
};

TEST_F(RestoredEvents, AreFollowedByNewOnesForWhoReadThemBefore) {
    for (int number = 1; number <= 5; ++number) {
        record(first_, number);
    }
    EventFollower before(first_);
    before.read();

    const auto second = restore(first_, other_);
    EventFollower after(second, before.cursor());
    record(second, 6);
    after.read();
    record(second, 7);
    after.read();

    EXPECT_EQ(after.seen, ids(6, 7));
}

TEST_F(RestoredEvents, AreReadInTheirOrderAndOnceByWhoBeginsAnew) {
    for (int number = 1; number <= 5; ++number) {
        record(first_, number);
    }
    const auto second = restore(first_, other_);
    EventFollower follower(second);

    follower.read_page(2);
    record(second, 6);
    follower.read();
    record(second, 7);
    follower.read();

    EXPECT_EQ(follower.seen, ids(1, 7));
}

TEST_F(RestoredEvents, AreNotHiddenWhileTheServersOwnIdsPassThem) {
    for (int number = 1; number <= 5; ++number) {
        use_up_ids(first_, 20);
        record(first_, number);
    }
    const auto second = restore(first_, other_);
    // Somebody else's transaction, open since before the server's ids reached those of the dump.
    Connection session(second, "test/open");
    Transaction open(session);
    open.run_text("SELECT pg_current_xact_id()");
    const auto restored = std::stoll([&] {
        Connection connection(second, "test/look");
        Transaction look(connection);
        return look.run_text("SELECT position::text AS value FROM events WHERE sequence = 3")
            .only()
            .text("value");
    }());
    Connection connection(second, "test/look");
    Transaction look(connection);
    const auto now =
        std::stoll(look.run_text("SELECT pg_snapshot_xmax(pg_current_snapshot())::text AS value")
                       .only()
                       .text("value"));
    ASSERT_LT(now, restored);
    use_up_ids(second, static_cast<int>(restored - now) + 1);

    EventFollower follower(second);
    follower.read();

    EXPECT_EQ(follower.seen, ids(1, 5));
}

TEST_F(RestoredEvents, AreNeverSteppedOverByALateCommitEither) {
    record(first_, 1);
    const auto second = restore(first_, other_);
    record(second, 2);
    EventFollower follower(second);
    Connection late_session(second, "test/late");
    Transaction late(late_session);
    record_event(late, event(3));
    record(second, 4);

    follower.read();
    EXPECT_EQ(follower.seen, ids(1, 2));
    late.commit();
    follower.read();

    EXPECT_EQ(follower.seen, ids(1, 4));
}

TEST_F(RestoredEvents, KeepTheirOrderWhenTwoRecordTheFirstOnesAtOnce) {
    record(first_, 1);
    const auto second = restore(first_, other_);
    EventFollower follower(second);
    follower.read();
    Connection one(second, "test/one");
    Connection other(second, "test/other");
    {
        // The second one's id is the lower, and it records later.
        Transaction later(other);
        later.run_text("SELECT pg_current_xact_id()");
        Transaction sooner(one);
        record_event(sooner, event(2));
        follower.read();
        sooner.commit();
        record_event(later, event(3));
        follower.read();
        later.commit();
    }
    follower.read();

    EXPECT_EQ(follower.seen.size(), 3U);
    EXPECT_EQ(std::set<std::string>(follower.seen.begin(), follower.seen.end()).size(), 3U);
}

TEST_F(RestoredEvents, SeveralInOneTransactionDoNotTakeEachOtherForRestoredOnes) {
    Connection connection(first_, "test/several");
    {
        Transaction transaction(connection);
        for (int number = 1; number <= 3; ++number) {
            record_event(transaction, event(number));
        }
        transaction.commit();
    }
    Transaction look(connection);

    const auto rows = look.run_text(
        "SELECT base, (SELECT count(DISTINCT position) FROM events) AS positions "
        "FROM event_base");

    EXPECT_EQ(rows.only().integer("base"), 0);
    EXPECT_EQ(rows.only().integer("positions"), 1);
}

TEST_F(RestoredEvents, MayComeBackToTheServerThatTheyCameFrom) {
    record(first_, 1);
    const auto second = restore(first_, other_);
    record(second, 2);
    EventFollower there(second);
    there.read();

    const auto third = restore(second, support::PostgresServer::shared());
    EventFollower follower(third, there.cursor());
    record(third, 3);
    record(third, 4);
    follower.read();

    EXPECT_EQ(follower.seen, ids(3, 4));
}

}  // namespace
}  // namespace lumos::sql
