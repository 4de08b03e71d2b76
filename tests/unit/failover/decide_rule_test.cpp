#include "workers/failover/decide_rule.h"

#include "tests/unit/failover/builders.h"

#include <gtest/gtest.h>

namespace lumos::failover {
namespace {

using namespace testing;

struct Row {
    const char* claim;
    Domain domain;
    Servers servers;
    Action action;
    const char* code;
    std::optional<Id> target = {};
    std::vector<Id> candidates = {};
};

void PrintTo(const Row& row, std::ostream* out) {
    *out << row.claim;
}

Domain with(Domain made, const std::function<void(Domain&)>& change) {
    change(made);
    return made;
}

const std::vector<Id> kThree{kPrimary, kSecond, kThird};

class Decide : public ::testing::TestWithParam<Row> {};

TEST_P(Decide, FollowsTheTable) {
    const auto& row = GetParam();

    const auto decision = decide(row.domain, row.servers, {.now = kNow, .heard_before = {}});

    EXPECT_EQ(to_string(decision.action), to_string(row.action)) << row.claim;
    EXPECT_EQ(decision.code, row.code) << row.claim;
    EXPECT_EQ(decision.target, row.target) << row.claim;
    EXPECT_EQ(decision.candidates, row.candidates) << row.claim;
    EXPECT_FALSE(decision.message.empty()) << row.claim;
}

// The product's *Failover Behavior*, row by row.
INSTANTIATE_TEST_SUITE_P(
    FailoverBehavior,
    Decide,
    ::testing::Values(
        Row{"primary goes offline: the secondary",
            domain(),
            fleet({out(kPrimary), ready(kSecond)}),
            Action::Switch,
            "primary_down",
            kSecond},
        Row{"primary recovers: the primary",
            domain(kSecond),
            fleet({ready(kPrimary), ready(kSecond)}),
            Action::Restore,
            "primary_healthy",
            kPrimary},
        Row{"both servers offline: no change",
            domain(),
            fleet({out(kPrimary), out(kSecond)}),
            Action::Hold,
            "no_healthy_secondary"},
        Row{"secondary goes offline, primary healthy: no action",
            domain(),
            fleet({ready(kPrimary), out(kSecond)}),
            Action::Nothing,
            "primary_healthy"}));

INSTANTIATE_TEST_SUITE_P(
    NotAFailoverDomain,
    Decide,
    ::testing::Values(
        Row{"one server",
            domain(kPrimary, {kPrimary}),
            fleet({out(kPrimary)}),
            Action::Nothing,
            "single_server"},
        Row{"no provider",
            with(domain(), [](Domain& made) { made.has_provider = false; }),
            fleet({out(kPrimary), ready(kSecond)}),
            Action::Nothing,
            "no_provider"},
        Row{"a plan without failover",
            with(domain(), [](Domain& made) { made.plan_allows = false; }),
            fleet({out(kPrimary), ready(kSecond)}),
            Action::Nothing,
            "plan"},
        Row{"a plan without failover, but failed over: restored",
            with(domain(kSecond), [](Domain& made) { made.plan_allows = false; }),
            fleet({ready(kPrimary), ready(kSecond)}),
            Action::Restore,
            "primary_healthy",
            kPrimary},
        Row{"a plan without failover, failed over to a dead one: home, and nowhere else",
            with(domain(kSecond, kThree), [](Domain& made) { made.plan_allows = false; }),
            fleet({ready(kPrimary), out(kSecond), ready(kThird)}),
            Action::Restore,
            "active_secondary_down",
            kPrimary},
        Row{"a plan without failover, failed over to a dead one, the primary dead: nothing",
            with(domain(kSecond, kThree), [](Domain& made) { made.plan_allows = false; }),
            fleet({out(kPrimary), out(kSecond), ready(kThird)}),
            Action::Nothing,
            "plan"},
        Row{"one server whose address was edited: rewritten all the same",
            with(
                domain(kPrimary, {kPrimary}),
                [](Domain& made) { made.published_addresses.ipv4 = "203.0.113.99"; }),
            fleet({ready(kPrimary)}),
            Action::Rewrite,
            "edited",
            kPrimary}));

INSTANTIATE_TEST_SUITE_P(
    PublishedIsUnassigned,
    Decide,
    ::testing::Values(
        Row{"the first ready one heard lately",
            domain(kThird),
            fleet({ready(kPrimary), ready(kSecond), ready(kThird)}),
            Action::Restore,
            "server_unassigned",
            kPrimary},
        Row{"... which may be a secondary",
            domain(kThird),
            fleet({out(kPrimary), ready(kSecond), ready(kThird)}),
            Action::Switch,
            "server_unassigned",
            kSecond},
        Row{"none heard lately: called",
            domain(kThird),
            fleet({quiet(ready(kPrimary)), quiet(ready(kSecond)), ready(kThird)}),
            Action::Hold,
            "calling",
            {},
            {kPrimary, kSecond}},
        Row{"none ready: held",
            domain(kThird),
            fleet({unsure(kPrimary), out(kSecond), ready(kThird)}),
            Action::Hold,
            "no_healthy_secondary"},
        Row{"nobody's address",
            with(domain(), [](Domain& made) { made.published.reset(); }),
            fleet({ready(kPrimary), ready(kSecond)}),
            Action::Restore,
            "server_unassigned",
            kPrimary},
        Row{"without a second server, too: a person's edit",
            domain(kSecond, {kPrimary}),
            fleet({ready(kPrimary), ready(kSecond)}),
            Action::Restore,
            "server_unassigned",
            kPrimary}));

INSTANTIATE_TEST_SUITE_P(
    PublishedIsNotOut,
    Decide,
    ::testing::Values(
        Row{"its address edited: rewritten",
            with(domain(), [](Domain& made) { made.published_addresses.ipv4 = "203.0.113.99"; }),
            fleet({ready(kPrimary), ready(kSecond)}),
            Action::Rewrite,
            "edited",
            kPrimary},
        Row{"its address edited and it is unsure: rewritten",
            with(domain(), [](Domain& made) { made.published_addresses.ipv4 = "203.0.113.99"; }),
            fleet({unsure(kPrimary), ready(kSecond)}),
            Action::Rewrite,
            "edited",
            kPrimary},
        Row{"a person changed the TTL: rewritten",
            with(domain(), [](Domain& made) { made.rewrite_asked = true; }),
            fleet({ready(kPrimary), ready(kSecond)}),
            Action::Rewrite,
            "edited",
            kPrimary},
        Row{"its IPv6 was never published: no edit",
            domain(),
            fleet(
                {[] {
                     auto server = ready(kPrimary);
                     server.addresses.ipv6 = "2001:db8::1";
                     return server;
                 }(),
                 ready(kSecond)}),
            Action::Nothing,
            "primary_healthy"},
        Row{"its IPv6 was set aside and it has one now: put back",
            with(domain(kSecond), [](Domain& made) { made.ipv6_set_aside = true; }),
            fleet(
                {out(kPrimary),
                 [] {
                     auto server = ready(kSecond);
                     server.addresses.ipv6 = "2001:db8::2";
                     return server;
                 }()}),
            Action::Rewrite,
            "edited",
            kSecond},
        Row{"the primary ready, not heard lately: called",
            domain(kSecond),
            fleet({quiet(ready(kPrimary)), ready(kSecond)}),
            Action::Hold,
            "calling",
            {},
            {kPrimary}},
        Row{"the primary online, not steady yet: waited for",
            domain(kSecond),
            fleet({unsure(kPrimary), ready(kSecond)}),
            Action::Nothing,
            "ready_hold"},
        Row{"the primary still away",
            domain(kSecond),
            fleet({out(kPrimary), ready(kSecond)}),
            Action::Nothing,
            "agent_not_reconnecting"},
        Row{"the primary's check fails",
            domain(kSecond),
            fleet(
                {[] {
                     auto server = out(kPrimary);
                     server.status = Status::Error;
                     server.cause = "local_check";
                     return server;
                 }(),
                 ready(kSecond)}),
            Action::Nothing,
            "primary_down"},
        Row{"offline, its grace running: held, and the candidates called",
            domain(kPrimary, kThree),
            fleet({in_grace(kPrimary), ready(kSecond), unsure(kThird)}),
            Action::Hold,
            "grace",
            {},
            {kSecond}},
        Row{"a secondary in its grace, and the primary is ready: restored",
            domain(kSecond),
            fleet({ready(kPrimary), in_grace(kSecond)}),
            Action::Restore,
            "primary_healthy",
            kPrimary},
        Row{"the primary unknown, and published: nothing, and said so",
            domain(),
            fleet({unknown(kPrimary), ready(kSecond)}),
            Action::Nothing,
            "primary_unknown"},
        Row{"the primary unsure: nothing",
            domain(),
            fleet({unsure(kPrimary), ready(kSecond)}),
            Action::Nothing,
            "primary_unsure"},
        Row{"an earlier secondary comes back: nothing",
            domain(kThird, kThree),
            fleet({out(kPrimary), ready(kSecond), ready(kThird)}),
            Action::Nothing,
            "agent_not_reconnecting"}));

Server after_out(Server server) {  // Heard after an out_at of 3 s ago: 1 s ago.
    return server;
}

INSTANTIATE_TEST_SUITE_P(
    PublishedIsOut,
    Decide,
    ::testing::Values(
        Row{"the first in the domain's order",
            domain(kPrimary, {kPrimary, kThird, kSecond}),
            fleet({out(kPrimary), ready(kSecond), ready(kThird)}),
            Action::Switch,
            "primary_down",
            kThird},
        Row{"from a dead secondary: the next one",
            domain(kSecond, kThree),
            fleet({out(kPrimary), out(kSecond), ready(kThird)}),
            Action::Switch,
            "active_secondary_down",
            kThird},
        Row{"from a dead secondary: home, where the primary is ready",
            domain(kSecond, kThree),
            fleet({ready(kPrimary), out(kSecond), ready(kThird)}),
            Action::Restore,
            "active_secondary_down",
            kPrimary},
        Row{"heard before it was given up only: called",
            domain(),
            fleet(
                {out(kPrimary),
                 [] {
                     auto server = ready(kSecond);
                     server.last_seen = kHeardUntil - 4s;
                     return server;
                 }()}),
            Action::Hold,
            "calling",
            {},
            {kSecond}},
        Row{"heard in the very moment it was given up: called",
            domain(),
            fleet(
                {out(kPrimary),
                 [] {
                     auto server = ready(kSecond);
                     server.last_seen = kHeardUntil - 3s;
                     return server;
                 }()}),
            Action::Hold,
            "calling",
            {},
            {kSecond}},
        Row{"since, but not lately: called",
            domain(),
            fleet(
                {[] {
                     auto server = out(kPrimary);
                     server.out_at = kHeardUntil - 60s;
                     return server;
                 }(),
                 quiet(ready(kSecond))}),
            Action::Hold,
            "calling",
            {},
            {kSecond}},
        Row{"ready in another span is not ready",
            domain(),
            fleet(
                {out(kPrimary),
                 [] {
                     auto server = ready(kSecond);
                     server.span = 6;
                     return server;
                 }()}),
            Action::Hold,
            "no_healthy_secondary"},
        Row{"nobody ready: last known good stays",
            domain(kPrimary, kThree),
            fleet({out(kPrimary), unsure(kSecond), unknown(kThird)}),
            Action::Hold,
            "no_healthy_secondary"},
        Row{"its address edited, but it is out: switched, not rewritten",
            with(domain(), [](Domain& made) { made.published_addresses.ipv4 = "203.0.113.99"; }),
            fleet({out(kPrimary), after_out(ready(kSecond))}),
            Action::Switch,
            "primary_down",
            kSecond}));

INSTANTIATE_TEST_SUITE_P(
    HearingInterrupted,
    Decide,
    ::testing::Values(
        Row{"nothing is moved away",
            domain(),
            fleet({interrupted(out(kPrimary)), interrupted(ready(kSecond))}),
            Action::Hold,
            "hearing_interrupted"},
        Row{"nothing is moved back",
            domain(kSecond),
            fleet({interrupted(ready(kPrimary)), interrupted(ready(kSecond))}),
            Action::Hold,
            "hearing_interrupted"},
        Row{"where nothing would be done anyway, nothing is said of it",
            domain(),
            fleet({interrupted(ready(kPrimary)), interrupted(ready(kSecond))}),
            Action::Nothing,
            "primary_unsure"},
        Row{"an edit is written all the same",
            with(domain(), [](Domain& made) { made.published_addresses.ipv4 = "203.0.113.99"; }),
            fleet({interrupted(ready(kPrimary)), interrupted(ready(kSecond))}),
            Action::Rewrite,
            "edited",
            kPrimary},
        Row{"a clock that was set back is no hearing",
            domain(),
            fleet(
                {[] {
                     auto server = out(kPrimary);
                     server.hearing->advanced_at = kNow + 30s;
                     return server;
                 }(),
                 ready(kSecond)}),
            Action::Hold,
            "hearing_interrupted"}));

}  // namespace
}  // namespace lumos::failover
