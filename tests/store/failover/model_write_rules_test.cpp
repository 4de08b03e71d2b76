// Safeguards of the checked model around a write: whose it is, what is not known of it, and how
// long it may be sent.

#include "tests/store/failover/model_rules.h"
#include "tests/support/temp_dir.h"

#include <optional>
#include <vector>

namespace lumos::failover::testing {
namespace {

using Outcome = CheckResult::Outcome;
using Write = fakes::WriteBehaviour;

class Attempt : public ModelRules {
protected:
    std::int64_t pending() {
        return world.number("SELECT count(*) AS value FROM dns_changes WHERE state = 'pending'");
    }
};

TEST_F(Attempt, OfAnotherIsNotCarriedOut) {
    fail();
    world.observer.at("lock_again", [&] {
        world.end_reservation();
        const auto session = world.new_session();
        ScriptedObserver other;
        other.die_at("lock_again");
        EXPECT_THROW((void)world.check_as(*session, other), Dies);
    });

    EXPECT_EQ(world.check().outcome, Outcome::Left);

    EXPECT_TRUE(world.dns.writes().empty());
    EXPECT_EQ(pending(), 1);
}

TEST_F(Attempt, IsAsManyChangesAsItMadeOrNone) {
    const auto shop = world.domain("shop.example.com", {primary, secondary});
    fail();
    world.dns.on_write([&] {
        world.run(
            fmt::format("UPDATE dns_changes SET state = 'abandoned' WHERE domain_id = {}", shop));
    });

    EXPECT_EQ(world.check().outcome, Outcome::Left);

    EXPECT_EQ(world.published(www), "fra-1") << "all or none";
    EXPECT_TRUE(world.events().empty());
    EXPECT_EQ(pending(), 1) << "it is settled by whoever comes next";
}

struct Word {
    const char* name;
    Write::Kind kind;
};

class AttemptsWord : public ModelRules, public ::testing::WithParamInterface<Word> {};

TEST_P(AttemptsWord, IsNothingToTheChangeOfAnother) {
    fail();
    world.dns.next_write({.kind = GetParam().kind});
    const std::string another = "00000000-0000-7000-8000-00000000000a";
    world.dns.on_write([&] { world.run("UPDATE dns_changes SET attempt = '" + another + "'"); });

    EXPECT_EQ(world.check().outcome, Outcome::Left);

    EXPECT_EQ(change_state(), "pending");
    EXPECT_EQ(world.published(www), "fra-1");
    EXPECT_EQ(world.domain_value(www, "refusals"), "0");
    EXPECT_EQ(doubt_left(), 0);
    EXPECT_EQ(
        world.number("SELECT count(*) AS value FROM zone_work WHERE reserved_until IS NULL"), 0);
}

INSTANTIATE_TEST_SUITE_P(
    Words,
    AttemptsWord,
    ::testing::Values(
        Word{"Yes", Write::Kind::Apply},
        Word{"No", Write::Kind::Refuse},
        Word{"Silence", Write::Kind::SilenceLost}),
    [](const ::testing::TestParamInfo<Word>& one) { return std::string(one.param.name); });

class Doubt : public ModelRules {};

TEST_F(Doubt, FollowsAnAttemptThatIsGivenUp) {
    fail();
    die_at("call_provider");
    world.gets_ready(primary);

    (void)world.check();

    ASSERT_EQ(change_state(), "abandoned");
    EXPECT_GT(doubt_left(), 55) << "it may still be sent, or land";
}

TEST_F(Doubt, FollowsASilence) {
    fail();
    world.dns.next_write({.kind = Write::Kind::SilenceLost});

    (void)world.check();

    EXPECT_GT(doubt_left(), 55);
}

TEST_F(Doubt, FollowsARefusedChangeThatIsFound) {
    fail();
    world.dns.next_write({.kind = Write::Kind::Refuse});
    (void)world.check();
    ASSERT_EQ(change_state(), "pending refused");
    auto record = world.dns.records().front();
    world.dns.remove(record.name, "A");
    record.content = "203.0.113.2";
    world.dns.put(record);

    (void)world.check();

    EXPECT_EQ(world.published(www), "iad-1");
    EXPECT_GT(doubt_left(), 55) << "a stale read, or somebody's hand";
}

TEST_F(Doubt, DoesNotFollowARefusedChangeThatIsNotFound) {
    fail();
    world.dns.next_write({.kind = Write::Kind::Refuse});
    (void)world.check();

    (void)world.check();

    ASSERT_EQ(change_state(), "abandoned refused");
    EXPECT_EQ(doubt_left(), 0);
}

TEST_F(Doubt, IsProlongedBeforeItIsAskedWhetherItIsOver) {
    fail();
    die_at("call_provider");
    doubt("-1 second");
    world.gets_ready(primary);

    (void)world.check();

    ASSERT_EQ(change_state(), "abandoned");
    EXPECT_GT(doubt_left(), 55) << "a newer write is in the air";
}

TEST_F(Doubt, ThatLastsLongerIsNotShortened) {
    fail();
    die_at("call_provider");
    doubt("2 minutes");
    world.gets_ready(primary);

    (void)world.check();

    EXPECT_GT(doubt_left(), 100);
}

TEST_F(Doubt, IsRenewedByAWriteThatFollows) {
    fail();
    doubt("20 seconds");

    EXPECT_EQ(world.check().outcome, Outcome::Applied);

    EXPECT_GT(doubt_left(), 55) << "the read that ends it must not miss this write";
}

TEST_F(Doubt, IsNotMadeByAWriteThatWasAnswered) {
    fail();

    EXPECT_EQ(world.check().outcome, Outcome::Applied);

    EXPECT_EQ(doubt_left(), 0);
}

class Timer : public ModelRules {
protected:
    // Timers of this process that kill it, as the kernel lists them.
    static int armed() {
        const auto timers = support::read_file("/proc/self/timers");
        int found = 0;
        for (auto at = timers.find("signal: 9/"); at != std::string::npos;
             at = timers.find("signal: 9/", at + 1)) {
            ++found;
        }
        return found;
    }
};

TEST_F(Timer, IsArmedFromBeforeTheLockUntilTheAnswer) {
    fail();
    std::vector<std::string> armed_at;
    const auto note = [&](const char* step) {
        if (armed() == 1) {
            armed_at.emplace_back(step);
        }
    };
    world.observer.at("intend", [&] {
        note("intend");
        world.observer.at("lock_again", [&] {
            note("lock_again");
            world.observer.at("call_provider", [&] {
                note("call_provider");
                world.observer.at("apply", [&] { note("apply"); });
            });
        });
    });
    world.dns.on_write([&] { note("the call itself"); });

    EXPECT_EQ(world.check().outcome, Outcome::Applied);

    EXPECT_EQ(
        armed_at, (std::vector<std::string>{"lock_again", "call_provider", "the call itself"}));
    EXPECT_EQ(armed(), 0);
}

TEST_F(Timer, IsDisarmedWhereTheChangeIsNobodysAnyMore) {
    fail();
    world.observer.at("lock_again", [&] { world.run("DELETE FROM dns_changes"); });

    EXPECT_EQ(world.check().outcome, Outcome::Left);

    EXPECT_EQ(armed(), 0);
    EXPECT_TRUE(world.dns.writes().empty());
}

TEST_F(Timer, IsDisarmedWhereAnotherHoldsTheZoneForTooLong) {
    fail();
    const auto other = world.new_session();
    std::optional<sql::Transaction> holder;
    world.observer.at("lock_again", [&] {
        holder.emplace(*other);
        (void)holder->run_text("SELECT FROM zone_work FOR NO KEY UPDATE");
    });

    EXPECT_EQ(world.check().outcome, Outcome::Left);

    EXPECT_EQ(armed(), 0);
    EXPECT_TRUE(world.dns.writes().empty());
    holder.reset();
    EXPECT_EQ(
        world.number("SELECT count(*) AS value FROM zone_work WHERE due_at = reserved_until"), 1)
        << "its alarm brings the zone back";
}

}  // namespace
}  // namespace lumos::failover::testing
