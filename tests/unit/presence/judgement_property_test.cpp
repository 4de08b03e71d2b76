// What holds of a server over any sequence of rounds.

#include "tests/unit/presence/builders.h"
#include "workers/presence/round_rule.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>

namespace lumos::presence {
namespace {

using namespace testing;

// A server and its node, round by round; what happens between two rounds is anything.
class Course {
public:
    struct Round {
        ServerPresence before;
        Judgement judged;
        bool was_heard = false;  // By a heartbeat.
        NodeHearing node;
    };

    Round next() {
        const bool breaks_off = rarely();
        node_.heard_until += std::chrono::milliseconds(*rc::gen::inRange(50, 15'000));
        if (breaks_off) {
            node_.span += 1;
            node_.span_seq = record_.row.last_seq;
            node_.heard_since = node_.heard_until;
        }
        database_now_ += 1s;
        ServerNews news;
        if (*rc::gen::inRange(0, 3) != 0) {
            news = heartbeat();
        }
        if (*rc::gen::inRange(0, 8) == 0) {
            news.events.push_back(event());
        }
        record_.asked_at =
            *rc::gen::inRange(0, 6) == 0 ? std::optional(node_.heard_until - 7s) : std::nullopt;
        return judge_with(news);
    }

private:
    // Mostly the same, so that it can become ready.
    ConnectionKey any_connection() {
        const bool is_usual = *rc::gen::inRange(0, 12) != 0;
        return {"N1", is_usual ? 1 : *rc::gen::inRange<std::int64_t>(2, 5)};
    }
    bool rarely() { return *rc::gen::inRange(0, 20) == 0; }

    ServerNews heartbeat() {
        ServerNews news;
        news.newest = NewHeartbeat{
            .sequence = ++sequence_,
            .stored_at = node_.heard_until - std::chrono::milliseconds(*rc::gen::inRange(0, 50)),
            .through = any_connection(),
            .session = rarely() ? "s2" : "s1",
            .interval = 15s,
            .said = rarely() ? *rc::gen::element(Said::Error, Said::Stopping, Said::Restarting)
                             : Said::Online};
        news.carried.push_back(
            {.key = *news.newest->through,
             .session = news.newest->session,
             .boot_id = rarely() ? "b2" : "b1",
             .heard_since = news.newest->stored_at,
             .heard_at = news.newest->stored_at});
        return news;
    }

    ClientEvent event() {
        return {
            .connected = *rc::gen::arbitrary<bool>(),
            .key = any_connection(),
            .reason = *rc::gen::element<std::string>("Read Error", "Server Shutdown")};
    }

    Round judge_with(const ServerNews& news) {
        Round round{.before = record_.row, .judged = {}, .was_heard = false, .node = node_};
        record_.through.reset();
        record_.is_unsteady = false;
        take_news(record_, news, {node_}, node_, kLimits);
        const auto used = record_.row.client_id
                              ? find_connection(record_.connections, {"N1", *record_.row.client_id})
                              : nullptr;
        round.was_heard =
            record_.row.last_seq > round.before.judged_seq && (used == nullptr || !used->closed_at);
        round.judged = judge(
            record_, {.node = node_, .is_heard = true, .database_now = database_now_}, kLimits);
        record_.row = round.judged.row;
        return round;
    }

    NodeHearing node_ = hearing();
    Time database_now_ = kDatabaseNow;
    ServerRecord record_;
    std::int64_t sequence_ = 1'000;
};

constexpr int kRounds = 60;

RC_GTEST_PROP(Judgement, OutEndsOnlyByAHeartbeatThatCounts, ()) {
    Course course;
    for (int round = 0; round < kRounds; ++round) {
        const auto one = course.next();
        const bool ends =
            one.before.fitness == Fitness::Out && one.judged.row.fitness != Fitness::Out;
        RC_ASSERT(!ends || one.was_heard);
    }
}

RC_GTEST_PROP(Judgement, ReadyBeginsOnlyByAHeartbeatThatCounts, ()) {
    Course course;
    for (int round = 0; round < kRounds; ++round) {
        const auto one = course.next();
        const bool begins =
            one.before.fitness != Fitness::Ready && one.judged.row.fitness == Fitness::Ready;
        RC_ASSERT(!begins || one.was_heard);
    }
}

RC_GTEST_PROP(Judgement, AlertsAlternate, ()) {
    Course course;
    bool is_down = false;
    for (int round = 0; round < kRounds; ++round) {
        const auto one = course.next();
        const Alert alert = alert_of(one.before, one.judged.row);
        RC_ASSERT(alert == Alert::None || (alert == Alert::Down) != is_down);
        is_down = alert == Alert::None ? is_down : alert == Alert::Down;
    }
}

RC_GTEST_PROP(Judgement, CountsEachChangeOfStatusOnce, ()) {
    Course course;
    for (int round = 0; round < kRounds; ++round) {
        const auto one = course.next();
        const bool changed = one.before.status != one.judged.row.status;
        RC_ASSERT(one.judged.row.transition == one.before.transition + (changed ? 1 : 0));
        const bool is_new_time = one.before.status_since != one.judged.row.status_since;
        RC_ASSERT(changed == is_new_time);
    }
}

RC_GTEST_PROP(Judgement, WhoeverIsReadyIsOnlineSteadyConnectedAndHeardLately, ()) {
    Course course;
    for (int round = 0; round < kRounds; ++round) {
        const auto one = course.next();
        const ServerPresence& row = one.judged.row;
        if (row.fitness != Fitness::Ready) {
            continue;
        }
        RC_ASSERT(row.status == Status::Online);
        RC_ASSERT(!row.disconnected_at);
        RC_ASSERT(!row.conflict);
        RC_ASSERT(*row.last_seen - *row.steady_since >= kLimits.ready_hold);
        const Duration quiet = silence(
            one.node, {.span = row.span, .last_seen = row.last_seen, .moved_at = row.moved_at});
        RC_ASSERT(quiet <= 3 * interval_of(row, kLimits));
    }
}

RC_GTEST_PROP(Judgement, WhoeverIsOutKnowsSinceWhen, ()) {
    Course course;
    for (int round = 0; round < kRounds; ++round) {
        const auto one = course.next();
        const bool begins =
            one.before.fitness != Fitness::Out && one.judged.row.fitness == Fitness::Out;
        RC_ASSERT(!begins || one.judged.row.out_at == one.node.heard_until);
        const bool is_alive = one.judged.row.status == Status::Online;
        const bool is_out = one.judged.row.fitness == Fitness::Out;
        RC_ASSERT(!(is_alive && is_out));
    }
}

}  // namespace
}  // namespace lumos::presence
