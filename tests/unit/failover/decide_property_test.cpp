#include "tests/unit/failover/builders.h"
#include "workers/failover/decide_rule.h"
#include "workers/failover/fitness_rule.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

namespace lumos::failover {
namespace {

using namespace testing;

Time some_time_before(Time end) {
    return end - std::chrono::seconds{*rc::gen::inRange(0, 12)};
}

// Healthy or dead more often than anything in between, so that many cases move something.
Server some_server(Id id) {
    auto server = ready(id);
    server.fitness = *rc::gen::element(
        Fitness::Ready,
        Fitness::Ready,
        Fitness::Ready,
        Fitness::Out,
        Fitness::Out,
        Fitness::Unsure);
    server.status =
        server.fitness == Fitness::Ready
            ? Status::Online
            : *rc::gen::element(Status::Online, Status::Offline, Status::Error, Status::Unknown);
    server.status_since = some_time_before(kNow);
    server.fitness_since = some_time_before(kNow);
    server.last_seen = some_time_before(kHeardUntil);
    if (server.fitness == Fitness::Out) {
        server.out_at = some_time_before(kHeardUntil);
    }
    if (*rc::gen::inRange(0, 12) == 0) {
        server.span = 6;
    }
    if (*rc::gen::inRange(0, 12) == 0) {
        server.hearing->advanced_at = some_time_before(kNow);
    }
    if (*rc::gen::arbitrary<bool>()) {
        server.waited_since = some_time_before(kNow);
    }
    return server;
}

struct Case {
    Domain domain;
    Servers servers;
    Moment moment{.now = kNow, .heard_before = {}};
};

Case some_case() {
    Case made;
    const auto count = *rc::gen::inRange<Id>(2, 5);
    std::vector<Id> assigned;
    for (Id id = 1; id <= count; ++id) {
        made.servers[id] = some_server(id);
        if (*rc::gen::inRange(0, 6) != 0) {
            assigned.push_back(id);
        }
    }
    if (assigned.empty()) {
        assigned.push_back(1);
    }
    const auto order = *rc::gen::inRange<std::size_t>(0, assigned.size());
    std::ranges::rotate(assigned, assigned.begin() + static_cast<std::ptrdiff_t>(order));
    made.domain = domain(*rc::gen::inRange<Id>(1, count + 1), assigned);
    made.domain.plan_allows = *rc::gen::inRange(0, 8) != 0;
    made.domain.failed_over = *rc::gen::arbitrary<bool>();
    if (*rc::gen::inRange(0, 8) == 0) {
        made.domain.published.reset();
    }
    if (*rc::gen::inRange(0, 8) == 0) {
        made.domain.published_addresses.ipv4 = "192.0.2.1";
    }
    return made;
}

bool moves(const Decision& decision) {
    return decision.action == Action::Switch || decision.action == Action::Restore;
}

RC_GTEST_PROP(DecideProperty, NeverMovesToOneThatIsNotReadyHeardLatelyAndSince, ()) {
    const auto made = some_case();

    const auto decision = decide(made.domain, made.servers, made.moment);

    RC_PRE(moves(decision));
    const auto& target = made.servers.at(*decision.target);
    RC_ASSERT(usable_fitness(target) == Fitness::Ready);
    RC_ASSERT(!is_interrupted(target, kNow));
    RC_ASSERT(is_heard_lately(target, kNow));
    RC_ASSERT(std::ranges::find(made.domain.servers, target.id) != made.domain.servers.end());
    if (made.domain.published) {
        const auto& left = made.servers.at(*made.domain.published);
        RC_ASSERT(left.fitness != Fitness::Out || is_heard_since_out(target, left));
    }
}

RC_GTEST_PROP(DecideProperty, AlwaysHasAnAddressForWhatItPublishes, ()) {
    const auto made = some_case();

    const auto decision = decide(made.domain, made.servers, made.moment);

    RC_ASSERT(decision.wants_change() == decision.target.has_value());
    if (decision.target) {
        RC_ASSERT(made.servers.at(*decision.target).addresses.ipv4.has_value());
    }
}

RC_GTEST_PROP(DecideProperty, WantsNothingMoreOfTheSameKindAfterItHasActed, ()) {
    auto made = some_case();
    const auto first = decide(made.domain, made.servers, made.moment);
    RC_PRE(first.wants_change());

    made.domain.published = first.target;
    made.domain.published_addresses = made.servers.at(*first.target).addresses;
    made.domain.rewrite_asked = false;
    made.domain.failed_over = *first.target != made.domain.servers.front();
    const auto second = decide(made.domain, made.servers, made.moment);

    // Moved to a ready server, so only the way home may be left; after an edit the server may still
    // be one to leave.
    if (moves(first)) {
        RC_ASSERT(!moves(second) || second.action == Action::Restore);
        RC_ASSERT(second.action != Action::Rewrite);
    } else {
        RC_ASSERT(second.action != Action::Rewrite);
    }
    if (first.action == Action::Restore) {
        RC_ASSERT(!second.wants_change());
    }
}

RC_GTEST_PROP(DecideProperty, OutAloneNeverMovesADomainWhoseServersAreAllSilent, ()) {
    auto made = some_case();
    const auto cut = kHeardUntil - 8s;
    for (auto& [id, server] : made.servers) {
        server.last_seen = std::min(*server.last_seen, cut);
    }

    const auto decision = decide(made.domain, made.servers, made.moment);

    RC_ASSERT(!moves(decision));
}

RC_GTEST_PROP(
    DecideProperty, LeavesAPublishedServerOnlyWhenItIsOutUnassignedOrAnotherThanThePrimary, ()) {
    const auto made = some_case();

    const auto decision = decide(made.domain, made.servers, made.moment);

    RC_PRE(moves(decision));
    const auto published = made.domain.published.value_or(0);
    const bool assigned =
        std::ranges::find(made.domain.servers, published) != made.domain.servers.end();
    const bool is_out = assigned && made.servers.at(published).fitness == Fitness::Out;
    const bool is_primary = published == made.domain.servers.front();
    RC_ASSERT(!assigned || is_out || !is_primary);
    if (assigned && !is_out) {
        RC_ASSERT(decision.action == Action::Restore);
    }
}

RC_GTEST_PROP(DecideProperty, EveryHoldSaysWhyAndLooksAgainOrIsWoken, ()) {
    const auto made = some_case();

    const auto decision = decide(made.domain, made.servers, made.moment);

    RC_ASSERT(!decision.message.empty());
    RC_ASSERT(!decision.code.empty());
    if (decision.code == "calling") {
        RC_ASSERT(!decision.candidates.empty());
    }
    RC_ASSERT(decision.look_again.value_or(kNow + 1s) > kNow);
}

}  // namespace
}  // namespace lumos::failover
