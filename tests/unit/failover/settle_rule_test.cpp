#include "workers/failover/settle_rule.h"

#include "tests/unit/failover/builders.h"
#include "workers/failover/limits.h"

#include <gtest/gtest.h>

namespace lumos::failover {
namespace {

using namespace testing;

const Time kDoubtFromNow = kNow + limits::kDoubt;
const ReadTimes kRead{.began = kNow - 1s, .now = kNow};

Seen seen_at(Id server) {
    Seen seen;
    seen.server = server;
    seen.addresses.ipv4 = "203.0.113." + std::to_string(server);
    return seen;
}

Seen foreign() {
    Seen seen;
    seen.not_ours = "record_foreign";
    seen.found = "A 192.0.2.9";
    return seen;
}

PendingChange pending_to(Id server, bool refused = false) {
    return {
        .id = "change",
        .attempt = "attempt",
        .to_server = server,
        .to = {"203.0.113." + std::to_string(server), std::nullopt},
        .refused = refused};
}

struct Row {
    const char* claim;
    std::optional<PendingChange> pending;
    std::optional<Time> doubt_until;
    Seen seen;
    Settled::Pending settled;
    bool adopt;
    std::optional<Time> doubt_after;
};

void PrintTo(const Row& row, std::ostream* out) {
    *out << row.claim;
}

class Settle : public ::testing::TestWithParam<Row> {};

TEST_P(Settle, FollowsTheTable) {
    const auto& row = GetParam();

    const auto settled = settle(domain(), row.pending, row.doubt_until, row.seen, kRead);

    EXPECT_EQ(settled.pending, row.settled) << row.claim;
    EXPECT_EQ(settled.adopt_seen, row.adopt) << row.claim;
    EXPECT_EQ(settled.doubt_until, row.doubt_after) << row.claim;
}

using Pending = Settled::Pending;

INSTANTIATE_TEST_SUITE_P(
    Pending,
    Settle,
    ::testing::Values(
        Row{"seen: applied, and in doubt, since it may land again",
            pending_to(kSecond),
            {},
            seen_at(kSecond),
            Pending::Applied,
            false,
            kDoubtFromNow},
        Row{"not seen: abandoned, and in doubt, since it may still land",
            pending_to(kSecond),
            {},
            seen_at(kPrimary),
            Pending::Abandoned,
            false,
            kDoubtFromNow},
        Row{"refused and not seen: abandoned, and sure",
            pending_to(kSecond, true),
            {},
            seen_at(kPrimary),
            Pending::Abandoned,
            false,
            {}},
        Row{"refused and seen: a stale read or somebody's hand, so in doubt",
            pending_to(kSecond, true),
            {},
            seen_at(kSecond),
            Pending::Applied,
            false,
            kDoubtFromNow},
        Row{"not ours: abandoned, in doubt",
            pending_to(kSecond),
            {},
            foreign(),
            Pending::Abandoned,
            false,
            kDoubtFromNow},
        Row{"an older doubt that has ripened is prolonged before it is asked whether it is over",
            pending_to(kSecond),
            kNow - 5s,
            seen_at(kPrimary),
            Pending::Abandoned,
            false,
            kDoubtFromNow},
        Row{"a doubt that lasts longer stays",
            pending_to(kSecond),
            kDoubtFromNow + 9s,
            seen_at(kPrimary),
            Pending::Abandoned,
            false,
            kDoubtFromNow + 9s}));

INSTANTIATE_TEST_SUITE_P(
    Doubt,
    Settle,
    ::testing::Values(
        Row{"over, and as recorded: sure",
            {},
            kNow - 5s,
            seen_at(kPrimary),
            Pending::None,
            false,
            {}},
        Row{"over, and another server: that one is recorded",
            {},
            kNow - 5s,
            seen_at(kSecond),
            Pending::None,
            true,
            {}},
        Row{"over, and not ours: sure of what is on record",
            {},
            kNow - 5s,
            foreign(),
            Pending::None,
            false,
            {}},
        Row{"not over when the read began: nothing is learned from it",
            {},
            kNow - 500ms,
            seen_at(kSecond),
            Pending::None,
            false,
            kNow - 500ms},
        Row{"over in the very moment the read began: not yet",
            {},
            kRead.began,
            seen_at(kSecond),
            Pending::None,
            false,
            kRead.began},
        Row{"not over: it stays",
            {},
            kNow + 20s,
            seen_at(kSecond),
            Pending::None,
            false,
            kNow + 20s}));

INSTANTIATE_TEST_SUITE_P(
    Sure,
    Settle,
    ::testing::Values(
        Row{"as recorded: nothing", {}, {}, seen_at(kPrimary), Pending::None, false, {}},
        Row{"another server: doubted, and until then the database counts",
            {},
            {},
            seen_at(kSecond),
            Pending::None,
            false,
            kDoubtFromNow},
        Row{"a server that is not the domain's: nothing to adopt",
            {},
            {},
            seen_at(kThird),
            Pending::None,
            false,
            {}},
        Row{"not ours: no doubt", {}, {}, foreign(), Pending::None, false, {}}));

TEST(SettleAddresses, TakesAHalfWrittenTargetForNotApplied) {
    auto change = pending_to(kSecond);
    change.to.ipv6 = "2001:db8::2";

    const auto settled = settle(domain(), change, {}, seen_at(kSecond), kRead);

    EXPECT_EQ(settled.pending, Pending::Abandoned);
}

TEST(SettleAddresses, FindsARewriteOfTheSameServerByItsAddress) {
    auto change = pending_to(kPrimary);
    change.to.ipv4 = "203.0.113.99";
    auto seen = seen_at(kPrimary);

    const auto before = settle(domain(), change, {}, seen, kRead);
    seen.addresses.ipv4 = "203.0.113.99";
    const auto after = settle(domain(), change, {}, seen, kRead);

    EXPECT_EQ(before.pending, Pending::Abandoned);
    EXPECT_EQ(after.pending, Pending::Applied);
}

TEST(SettleTtl, TellsOfAChangeThatMovesNoAddress) {
    auto change = pending_to(kPrimary);
    change.ttl = 120;
    auto seen = seen_at(kPrimary);
    seen.ipv4.emplace();
    seen.ipv4->ttl = 300;

    const auto before = settle(domain(), change, {}, seen, kRead);
    seen.ipv4->ttl = 120;
    const auto after = settle(domain(), change, {}, seen, kRead);

    EXPECT_EQ(before.pending, Pending::Abandoned);
    EXPECT_EQ(after.pending, Pending::Applied);
}

TEST(SettleTtl, SaysNothingOfAChangeThatMovesAnAddress) {
    auto change = pending_to(kSecond);
    change.ttl = 60;
    auto seen = seen_at(kSecond);
    seen.ipv4.emplace();
    seen.ipv4->ttl = 300;

    EXPECT_EQ(settle(domain(), change, {}, seen, kRead).pending, Pending::Applied);
}

}  // namespace
}  // namespace lumos::failover
