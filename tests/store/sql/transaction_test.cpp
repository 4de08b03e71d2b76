#include "sql/transaction.h"

#include "sql/connection.h"
#include "sql/error.h"
#include "sql/migrate.h"
#include "tests/support/postgres_server.h"
#include "tests/support/wait_until.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <atomic>
#include <thread>

namespace lumos::sql {
namespace {

using namespace std::chrono_literals;

class TransactionTest : public testing::Test {
protected:
    static constexpr Transaction::Limits kShort{.lock_wait = 100ms, .statement = 1s, .idle = 15s};

    std::string url = support::fresh_database();
    Connection connection{url, "test/1"};
    Connection other{url, "test/2"};

    void run(Connection& session, const std::string& text) {
        Transaction transaction(session);
        transaction.run_text(text);
        transaction.commit();
    }
    std::size_t accounts() {
        Transaction transaction(other);
        return transaction.run_text("SELECT FROM accounts").size();
    }
    void cut_from_outside() {
        run(other,
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = "
            "'test/1' AND datname = "
            "current_database()");
    }
    static inline const std::string kInsert =
        "INSERT INTO accounts (slug, name, plan) VALUES ('acme', 'Acme', 'pro')";
};

TEST_F(TransactionTest, IsThereForOthersAfterItsCommitOnly) {
    Transaction transaction(connection);
    transaction.run_text(kInsert);
    EXPECT_EQ(accounts(), 0U);
    transaction.commit();
    EXPECT_EQ(accounts(), 1U);
}

TEST_F(TransactionTest, LeavesNothingWhenItIsDestroyed) {
    { Transaction(connection).run_text(kInsert); }
    EXPECT_EQ(accounts(), 0U);
    run(connection, kInsert);
    EXPECT_EQ(accounts(), 1U);
}

TEST_F(TransactionTest, IsBusyWhereAnotherHoldsTheRow) {
    run(connection, kInsert);
    Transaction holder(other);
    holder.run_text("SELECT FROM accounts FOR UPDATE");
    {
        Transaction waiter(connection, kShort);
        EXPECT_THROW(waiter.run_text("SELECT FROM accounts FOR UPDATE"), Busy);
    }
    EXPECT_THROW(
        Transaction(connection, kShort).run_text("SELECT FROM accounts FOR UPDATE NOWAIT"), Busy);
    EXPECT_FALSE(connection.is_lost());
}

TEST_F(TransactionTest, IsBusyWhenAStatementTakesTooLong) {
    EXPECT_THROW(Transaction(connection, kShort).run_text("SELECT pg_sleep(60)"), Busy);
    run(connection, kInsert);
}

TEST_F(TransactionTest, IsBusyForOneOfTwoThatWaitForEachOther) {
    run(connection,
        "INSERT INTO accounts (slug, name, plan) VALUES ('a', 'A', 'pro'), ('b', 'B', 'pro')");
    const auto take = [](Transaction& transaction, const std::string& slug) {
        transaction.run_text("UPDATE accounts SET name = name WHERE slug = '" + slug + "'");
    };
    Transaction first(connection, {.lock_wait = 10s, .statement = 20s, .idle = 30s});
    Transaction second(other, {.lock_wait = 10s, .statement = 20s, .idle = 30s});
    take(first, "a");
    take(second, "b");
    std::atomic<int> busy = 0;
    // The server ends one of them and gives its locks to the other at once.
    const auto cross = [&](Transaction& transaction, const std::string& slug) {
        try {
            take(transaction, slug);
        } catch (const Busy&) {
            ++busy;
        }
    };
    {
        const std::jthread crossing([&] { cross(first, "b"); });
        cross(second, "a");
    }
    EXPECT_EQ(busy, 1);
}

TEST_F(TransactionTest, NamesTheConstraintThatSaysNo) {
    const auto constraint_of = [&](const std::string& text) -> std::string {
        try {
            Transaction(connection).run_text(text);
        } catch (const Conflict& e) {
            return e.constraint;
        }
        return "none";
    };
    run(connection, kInsert);
    EXPECT_EQ(constraint_of(kInsert), "accounts_slug_unique");
    EXPECT_EQ(
        constraint_of("INSERT INTO accounts (slug, name, plan) VALUES ('A B', 'x', 'pro')"),
        "accounts_slug_form");
    EXPECT_EQ(
        constraint_of("INSERT INTO accounts (slug, name, plan) VALUES ('b', 'x', 'gold')"),
        "accounts_plan_known");
    EXPECT_THROW(
        Transaction(connection)
            .run_text("INSERT INTO accounts (slug, name, plan) VALUES ('b', NULL, 'pro')"),
        Broken);
}

TEST_F(TransactionTest, IsRefusedAtItsCommitByADeferredConstraintAndTheSessionGoesOn) {
    run(connection,
        "CREATE TABLE places (position integer CONSTRAINT places_unique UNIQUE DEFERRABLE "
        "INITIALLY DEFERRED)");
    {
        Transaction transaction(connection);
        transaction.run_text("INSERT INTO places VALUES (1), (1)");
        EXPECT_THROW(transaction.commit(), Conflict);
    }
    run(connection, "INSERT INTO places VALUES (1)");
}

TEST_F(TransactionTest, CannotBeCommittedAfterAnErrorOrTwice) {
    Transaction failed(connection);
    EXPECT_THROW(failed.run_text("nonsense"), Broken);
    EXPECT_THROW(failed.run_text("SELECT 1"), Broken);
    EXPECT_THROW(failed.commit(), Broken);
    Transaction ended(other);
    ended.commit();
    EXPECT_THROW(ended.commit(), Broken);
    EXPECT_THROW(ended.run_text("SELECT 1"), Broken);
}

TEST_F(TransactionTest, IsTheOnlyOneOfItsSession) {
    Transaction first(connection);
    first.run_text(kInsert);
    EXPECT_THROW(Transaction second(connection), Broken);
    first.commit();
    EXPECT_EQ(accounts(), 1U);
}

TEST_F(TransactionTest, IsLostWithItsSessionAndTheSessionStaysLost) {
    cut_from_outside();
    for (int use = 0; use < 5; ++use) {
        EXPECT_THROW(Transaction(connection).run_text("SELECT 1"), Lost) << use;
        EXPECT_TRUE(connection.is_lost());
    }
}

TEST_F(TransactionTest, IsLostWhenTheSessionGoesInTheMiddle) {
    Transaction transaction(connection);
    transaction.run_text(kInsert);
    cut_from_outside();
    EXPECT_THROW(transaction.run_text("SELECT 1"), Lost);
    EXPECT_EQ(accounts(), 0U);
}

TEST_F(TransactionTest, IsInDoubtWhenTheSessionGoesBeforeTheCommitIsAnswered) {
    Transaction transaction(connection);
    transaction.run_text(kInsert);
    cut_from_outside();
    EXPECT_THROW(transaction.commit(), InDoubt);
    EXPECT_TRUE(connection.is_lost());
}

TEST_F(TransactionTest, IsLostWhenItWasIdleForTooLong) {
    Transaction transaction(connection, {.lock_wait = 1s, .statement = 1s, .idle = 50ms});
    transaction.run_text(kInsert);
    EXPECT_TRUE(support::wait_until(
        [&] {
            Transaction look(other);
            return look
                .run_text(
                    "SELECT FROM pg_stat_activity WHERE application_name = 'test/1' AND datname = "
                    "current_database()")
                .empty();
        },
        10s));
    EXPECT_THROW(transaction.run_text("SELECT 1"), Lost);
}

TEST(TransactionOnAFrozenServer, IsLostWithinItsLimitAndSomeSeconds) {
    support::PostgresServer server;
    Connection connection(server.url(), "test/1");
    const auto begun = std::chrono::steady_clock::now();
    {
        Transaction transaction(connection, {.lock_wait = 1s, .statement = 1s, .idle = 60s});
        server.freeze();
        EXPECT_THROW(transaction.run_text("SELECT 1"), Lost);
    }
    EXPECT_LT(std::chrono::steady_clock::now() - begun, 9s);
    EXPECT_TRUE(connection.is_lost());
    server.thaw();
    Connection again(server.url(), "test/1");
    EXPECT_EQ(Transaction(again).run_text("SELECT 1 AS one").only().integer("one"), 1);
}

TEST_F(TransactionTest, RunsAPreparedQueryManyTimesInManyTransactions) {
    for (int i = 0; i < 20; ++i) {
        Transaction transaction(connection);
        EXPECT_EQ(
            transaction.run(queries::schema_migrations::list).size(),
            static_cast<std::size_t>(schema_version()));
    }
}

TEST_F(TransactionTest, ReadsTimesAsTheyAreWhateverTheRolePrefers) {
    run(connection, "ALTER ROLE lumos SET TimeZone = 'Asia/Kolkata'");
    run(connection, "ALTER ROLE lumos SET DateStyle = 'German'");
    Connection session(url, "test/3");
    Transaction transaction(session);
    const auto row =
        transaction.run_text("SELECT '2026-11-22 03:12:04.117345+00'::timestamptz AS at").only();
    EXPECT_EQ(to_sql_time(row.time("at")), "2026-11-22T03:12:04.117345Z");
    run(connection, "ALTER ROLE lumos RESET ALL");
}

TEST_F(TransactionTest, ReadsEachTypeAndRefusesWhatIsAnother) {
    Transaction transaction(connection);
    const auto row =
        transaction
            .run_text(
                "SELECT 7 AS n, 1.5::float8 AS d, true AS b, 'x' AS t, NULL::text AS none, "
                "'\\x00ff'::bytea AS raw, ARRAY['a,b', 'c\"d', ''] AS list, ARRAY[NULL, 'a'] AS "
                "odd, "
                "'infinity'::timestamptz AS never")
            .only();
    EXPECT_EQ(row.integer("n"), 7);
    EXPECT_EQ(row.number("d"), 1.5);
    EXPECT_TRUE(row.boolean("b"));
    EXPECT_EQ(row.text("t"), "x");
    EXPECT_EQ(row.bytes("raw"), std::string("\0\xff", 2));
    EXPECT_EQ(row.texts("list"), (std::vector<std::string>{"a,b", "c\"d", ""}));
    EXPECT_TRUE(row.texts("none").empty());
    EXPECT_EQ(row.optional_text("none"), std::nullopt);
    EXPECT_EQ(row.optional_integer("n"), 7);
    EXPECT_THROW((void)row.text("none"), Broken);
    EXPECT_THROW((void)row.text("no_such_column"), Broken);
    EXPECT_THROW((void)row.integer("t"), Broken);
    EXPECT_THROW((void)row.integer("d"), Broken);
    EXPECT_THROW((void)row.boolean("n"), Broken);
    EXPECT_THROW((void)row.time("never"), Broken);
    EXPECT_THROW((void)row.bytes("t"), Broken);
    EXPECT_THROW((void)row.texts("odd"), Broken);
    EXPECT_THROW((void)row.texts("t"), Broken);
}

TEST_F(TransactionTest, TellsHowManyRowsItTouched) {
    Transaction transaction(connection);
    EXPECT_EQ(transaction.run_text("UPDATE plans SET failover = failover").affected(), 3U);
    EXPECT_THROW((void)transaction.run_text("SELECT FROM plans").only(), Broken);
    std::size_t count = 0;
    for (const auto row : transaction.run_text("SELECT name FROM plans")) {
        count += row.text("name").empty() ? 0U : 1U;
    }
    EXPECT_EQ(count, 3U);
}

// What a parameter says is what a column gives back.
class Echo {
public:
    explicit Echo(const std::string& type)
        : text_("SELECT $1::" + type + " AS it"),
          name_("echo " + type),
          query_{name_.c_str(), text_.c_str()} {}
    Row operator()(Transaction& transaction, const Param& param) const {
        return transaction.run(query_, {param}).only();
    }

private:
    std::string text_;
    std::string name_;
    Query query_;
};

TEST_F(TransactionTest, GivesBackWhatItWasGiven) {
    Transaction transaction(connection);
    const auto plain = [](std::string text) {
        for (char& c : text) {
            c = static_cast<char>(32 + static_cast<unsigned char>(c) % 95);
        }
        return text;
    };
    EXPECT_TRUE(rc::check([&](const std::vector<std::string>& raw) {
        std::vector<std::string> texts;
        for (const auto& text : raw) {
            texts.push_back(plain(text));
        }
        RC_ASSERT(Echo("text[]")(transaction, texts).texts("it") == texts);
    }));
    EXPECT_TRUE(rc::check([&](const std::string& raw) {
        RC_ASSERT(Echo("bytea")(transaction, Param::bytes(raw)).bytes("it") == raw);
    }));
    EXPECT_TRUE(rc::check([&](double number) {
        RC_ASSERT(Echo("float8")(transaction, number).number("it") == number);
    }));
    EXPECT_TRUE(rc::check([&](std::int64_t number) {
        RC_ASSERT(Echo("bigint")(transaction, number).integer("it") == number);
    }));
    EXPECT_TRUE(rc::check([&] {
        const Time time{
            std::chrono::microseconds{*rc::gen::inRange<std::int64_t>(0, 4'000'000'000'000'000)}};
        RC_ASSERT(Echo("timestamptz")(transaction, time).time("it") == time);
    }));
    EXPECT_TRUE(Echo("text")(transaction, std::nullopt).is_null("it"));
    EXPECT_EQ(Echo("interval")(transaction, 90s).text("it"), "00:01:30");
    EXPECT_THROW(Echo("text")(transaction, std::string("a\0b", 3)), Broken);
}

TEST(ConnectionTest, NeverTellsThePassword) {
    const auto trouble_with = [](const std::string& text) -> std::string {
        try {
            const Connection connection(text, "test/1");
        } catch (const std::exception& e) {
            return e.what();
        }
        return "connected";
    };
    const auto port = std::to_string(support::PostgresServer::shared().port());
    for (const auto& text :
         {std::string("postgresql://u:hush@127.0.0.1:1/x"),
          "postgresql://u:hush@127.0.0.1:" + port + "/none",
          std::string("postgresql://u:hush@127.0.0.1:1/x?no_such=hush"),
          std::string("password=hush nonsense"),
          std::string("postgresql://u:hu sh@[127.0.0.1/x")}) {
        EXPECT_EQ(trouble_with(text).find("hush"), std::string::npos) << trouble_with(text);
        EXPECT_NE(trouble_with(text), "connected");
    }
    EXPECT_THROW(Connection("postgresql://u:hush@127.0.0.1:1/x", "test/1"), Lost);
    EXPECT_THROW(Connection("password=hush nonsense", "test/1"), Broken);
}

TEST(ConnectionTest, CanBeMovedAndTellsItsName) {
    Connection first(support::fresh_database(), "presence/abc");
    Connection second = std::move(first);
    Transaction transaction(second);
    EXPECT_EQ(
        transaction.run_text("SELECT current_setting('application_name') AS name")
            .only()
            .text("name"),
        "presence/abc");
}

}  // namespace
}  // namespace lumos::sql
