// The table of docs/presence.md, row by row, and what stands below it.
#include "tests/unit/presence/builders.h"

#include <gtest/gtest.h>

#include <optional>
#include <ostream>

namespace lumos::presence {
namespace {

using namespace testing;

struct Row {
    const char* claim;
    ServerRecord server;
    Status status;
    Fitness fitness;
    std::optional<Cause> cause = Cause::Heartbeat;
    NodeHearing node = hearing();
};

void PrintTo(const Row& row, std::ostream* out) {
    *out << row.claim;
}

class Judge : public ::testing::TestWithParam<Row> {};

TEST_P(Judge, FollowsTheTable) {
    const Row& row = GetParam();
    const Judgement result = judged(row.server, row.node);
    EXPECT_EQ(to_text(result.row.status), to_text(row.status)) << row.claim;
    EXPECT_EQ(to_text(result.row.fitness), to_text(row.fitness)) << row.claim;
    EXPECT_EQ(result.row.cause, row.cause) << row.claim;
}

INSTANTIATE_TEST_SUITE_P(
    NeverHeard,
    Judge,
    ::testing::Values(
        Row{"a server that was never heard is unknown and unsure",
            ServerRecord{},
            Status::Unknown,
            Fitness::Unsure,
            std::nullopt},
        Row{"a connection without a word brings nobody back",
            with_connection(ServerRecord{}, opened(kOwn)),
            Status::Unknown,
            Fitness::Unsure,
            std::nullopt}));

INSTANTIATE_TEST_SUITE_P(
    Silence,
    Judge,
    ::testing::Values(
        Row{"silence beyond the timeout is offline and out",
            last_seen(120s + 1us),
            Status::Offline,
            Fitness::Out,
            Cause::Silence},
        Row{"silence of just the timeout is not", last_seen(120s), Status::Online, Fitness::Unsure},
        Row{"four of its own intervals are the timeout where that is longer",
            every(45s, last_seen(180s)),
            Status::Online,
            Fitness::Unsure},
        Row{"and beyond them it is offline",
            every(45s, last_seen(180s + 1us)),
            Status::Offline,
            Fitness::Out,
            Cause::Silence},
        Row{"an interval of an hour is taken for the longest that is allowed",
            every(1h, last_seen(240s + 1us)),
            Status::Offline,
            Fitness::Out,
            Cause::Silence},
        Row{"silence counts only while somebody listened",
            last_seen(1h),
            Status::Online,
            Fitness::Unsure,
            Cause::Heartbeat,
            for_only(120s)},
        Row{"in a new span it is measured from the span's beginning",
            with(last_seen(10s), [](ServerRecord& one) { one.row.span = kSpan - 1; }),
            Status::Offline,
            Fitness::Out,
            Cause::Silence,
            for_only(121s)},
        Row{"a server that moved here has a full timeout",
            with(
                last_seen(1h),
                [](ServerRecord& one) {
                    one.row.span.reset();
                    one.row.moved_at = kUntil - 120s;
                }),
            Status::Online,
            Fitness::Unsure},
        Row{"and not more than that",
            with(
                last_seen(1h),
                [](ServerRecord& one) {
                    one.row.span.reset();
                    one.row.moved_at = kUntil - 121s;
                }),
            Status::Offline,
            Fitness::Out,
            Cause::Silence}));

INSTANTIATE_TEST_SUITE_P(
    Conflict,
    Judge,
    ::testing::Values(
        Row{"two machines with one identity are unsure", cloned(), Status::Online, Fitness::Unsure},
        Row{"also where one of them says error",
            heard(cloned(), heartbeat(Said::Error)),
            Status::Online,
            Fitness::Unsure},
        Row{"also where one of them says goodbye",
            heard(cloned(), heartbeat(Said::Stopping)),
            Status::Online,
            Fitness::Unsure},
        Row{"what is out stays out without a heartbeat that counts",
            with(
                cloned(),
                [](ServerRecord& one) {
                    one.row.status = Status::Offline;
                    one.row.fitness = Fitness::Out;
                }),
            Status::Offline,
            Fitness::Out},
        Row{"and a heartbeat that counts ends that",
            heard(
                with(
                    cloned(),
                    [](ServerRecord& one) {
                        one.row.status = Status::Offline;
                        one.row.fitness = Fitness::Out;
                    }),
                heartbeat()),
            Status::Offline,
            Fitness::Unsure},
        Row{"silence of both is offline, conflict or not",
            last_seen(121s, cloned()),
            Status::Offline,
            Fitness::Out,
            Cause::Silence}));

INSTANTIATE_TEST_SUITE_P(
    Goodbye,
    Judge,
    ::testing::Values(
        Row{"a goodbye is offline at once, and unsure while the grace runs",
            heard(server(), heartbeat(Said::Stopping)),
            Status::Offline,
            Fitness::Unsure,
            Cause::Stopping},
        Row{"it is out when the grace has passed since it spoke",
            said_goodbye(10s),
            Status::Offline,
            Fitness::Out,
            Cause::Stopping},
        Row{"not a moment earlier",
            said_goodbye(10s - 1us),
            Status::Offline,
            Fitness::Unsure,
            Cause::Stopping},
        Row{"the grace is heard time",
            said_goodbye(1min),
            Status::Offline,
            Fitness::Unsure,
            Cause::Stopping,
            for_only(9s)},
        Row{"with a disconnect the grace runs from that",
            disconnected(9s, said_goodbye(11s)),
            Status::Offline,
            Fitness::Unsure,
            Cause::Stopping},
        Row{"and passes",
            disconnected(10s, said_goodbye(11s)),
            Status::Offline,
            Fitness::Out,
            Cause::Stopping},
        Row{"a goodbye needs no good hearing",
            heard(server(), heartbeat(Said::Stopping), for_only(1s)),
            Status::Offline,
            Fitness::Unsure,
            Cause::Stopping,
            for_only(1s)},
        Row{"its cause is the goodbye, though the connection dropped as well",
            disconnected(1s, said_goodbye(2s)),
            Status::Offline,
            Fitness::Unsure,
            Cause::Stopping},
        Row{"a connection that was opened since keeps it from being out",
            with_connection(said_goodbye(20s), opened(kOther)),
            Status::Offline,
            Fitness::Unsure,
            Cause::Stopping},
        Row{"but only as long as that is live",
            with_connection(said_goodbye(50s), opened(kOther, kUntil - 46s)),
            Status::Offline,
            Fitness::Out,
            Cause::Stopping},
        Row{"an agent whose successors connect and never speak is out by silence",
            with_connection(said_goodbye(121s), opened(kOther)),
            Status::Offline,
            Fitness::Out,
            Cause::Silence},
        Row{"other connections of the same process do not keep it",
            with_connection(said_goodbye(20s), connection(kOther)),
            Status::Offline,
            Fitness::Out,
            Cause::Stopping},
        Row{"a goodbye that came after its successor spoke changes nothing",
            with_connection(
                heard(server(), heartbeat(Said::Stopping)),
                with(connection(kOther), [](AgentConnection& one) { one.session = "s2"; })),
            Status::Online,
            Fitness::Unsure}));

INSTANTIATE_TEST_SUITE_P(
    Disconnect,
    Judge,
    ::testing::Values(
        Row{"the round that learns of it says nothing yet",
            disconnected(0s),
            Status::Online,
            Fitness::Unsure},
        Row{"the round after says offline",
            disconnected(1us),
            Status::Offline,
            Fitness::Unsure,
            Cause::Disconnect},
        Row{"it is out when the grace has passed",
            disconnected(10s),
            Status::Offline,
            Fitness::Out,
            Cause::Disconnect},
        Row{"nothing is said before two of its intervals were heard",
            disconnected(1s),
            Status::Online,
            Fitness::Unsure,
            Cause::Heartbeat,
            for_only(30s - 1us)},
        Row{"nor before 5 s where those are shorter",
            every(1s, disconnected(1s)),
            Status::Online,
            Fitness::Unsure,
            Cause::Heartbeat,
            for_only(5s - 1us)},
        Row{"then it is",
            every(1s, disconnected(1s)),
            Status::Offline,
            Fitness::Unsure,
            Cause::Disconnect,
            for_only(5s)},
        Row{"whoever announced a restart is offline only when the grace has passed",
            disconnected(9s, said_goodbye(10s, Said::Restarting)),
            Status::Online,
            Fitness::Unsure},
        Row{"but then it is",
            disconnected(10s, said_goodbye(11s, Said::Restarting)),
            Status::Offline,
            Fitness::Out,
            Cause::Disconnect},
        Row{"nothing is said while another connection is there",
            with_connection(disconnected(20s), opened(kOther)),
            Status::Online,
            Fitness::Unsure},
        Row{"a restart alone, its connection still there, changes nothing but readiness",
            heard(server(), heartbeat(Said::Restarting)),
            Status::Online,
            Fitness::Unsure},
        Row{"an error that disconnects is offline",
            with(
                disconnected(1s),
                [](ServerRecord& one) {
                    one.row.status = Status::Error;
                    one.row.fitness = Fitness::Out;
                }),
            Status::Offline,
            Fitness::Out,
            Cause::Disconnect}));

INSTANTIATE_TEST_SUITE_P(
    Heartbeat,
    Judge,
    ::testing::Values(
        Row{"the first one is online and unsure",
            heard(ServerRecord{}, heartbeat()),
            Status::Online,
            Fitness::Unsure},
        Row{"an error is out at once",
            heard(server(), heartbeat(Said::Error)),
            Status::Error,
            Fitness::Out,
            Cause::LocalCheck},
        Row{"it stays in error while nothing is heard",
            with(
                server(),
                [](ServerRecord& one) {
                    one.row.said = Said::Error;
                    one.row.status = Status::Error;
                    one.row.cause = Cause::LocalCheck;
                    one.row.fitness = Fitness::Out;
                }),
            Status::Error,
            Fitness::Out,
            Cause::LocalCheck},
        Row{"whoever was out is online and unsure",
            heard(out(), heartbeat()),
            Status::Online,
            Fitness::Unsure},
        Row{"a heartbeat ends a disconnect",
            heard(
                disconnected(20s),
                with(heartbeat(), [](NewHeartbeat& one) { one.through = kOther; })),
            Status::Online,
            Fitness::Unsure},
        Row{"one through a connection that is closed does not",
            heard(disconnected(20s), heartbeat(Said::Online, 21s)),
            Status::Offline,
            Fitness::Out,
            Cause::Disconnect},
        Row{"nor does it bring back whoever is out",
            heard(
                with(out(), [](ServerRecord& one) { one.connections = {closed(connection())}; }),
                heartbeat()),
            Status::Offline,
            Fitness::Out,
            Cause::Silence},
        Row{"one that names no connection counts",
            heard(out(), with(heartbeat(), [](NewHeartbeat& one) { one.through.reset(); })),
            Status::Online,
            Fitness::Unsure}));

INSTANTIATE_TEST_SUITE_P(
    Ready,
    Judge,
    ::testing::Values(
        Row{"steady for the hold is ready",
            heard(steady_for(60s), heartbeat()),
            Status::Online,
            Fitness::Ready},
        Row{"steady for less is unsure",
            heard(steady_for(60s - 1us), heartbeat()),
            Status::Online,
            Fitness::Unsure},
        Row{"time that passes makes nobody ready",
            steady_for(10min),
            Status::Online,
            Fitness::Unsure},
        Row{"silent for three intervals is ready still",
            last_seen(45s),
            Status::Online,
            Fitness::Ready},
        Row{"a moment more is unsure", last_seen(45s + 1us), Status::Online, Fitness::Unsure},
        Row{"a break in hearing leaves it ready for readers to doubt",
            with(server(), [](ServerRecord& one) { one.row.span = kSpan - 1; }),
            Status::Online,
            Fitness::Ready,
            Cause::Heartbeat,
            for_only(1s)},
        Row{"the first heartbeat after a break begins the hold anew",
            heard(with(server(), [](ServerRecord& one) { one.row.span = kSpan - 1; }), heartbeat()),
            Status::Online,
            Fitness::Unsure},
        Row{"one of a closed connection, from before the break, does not keep it ready",
            heard(
                with(
                    server(),
                    [](ServerRecord& one) {
                        one.row.span = kSpan - 1;
                        one.connections = {closed(connection())};
                    }),
                heartbeat()),
            Status::Online,
            Fitness::Unsure},
        Row{"called and silent for 5 s is ready still",
            with(server(), [](ServerRecord& one) { one.asked_at = kUntil - 1s; }),
            Status::Online,
            Fitness::Ready},
        Row{"more than 5 s after the call it is not",
            with(last_seen(6s), [](ServerRecord& one) { one.asked_at = kUntil - 5s - 1us; }),
            Status::Online,
            Fitness::Unsure},
        Row{"a call counts heard time only",
            with(last_seen(1min), [](ServerRecord& one) { one.asked_at = kUntil - 50s; }),
            Status::Online,
            Fitness::Ready,
            Cause::Heartbeat,
            for_only(5s)},
        Row{"what came before the call is no answer",
            with(last_seen(6s), [](ServerRecord& one) { one.asked_at = kUntil - 6s; }),
            Status::Online,
            Fitness::Unsure}));

}  // namespace
}  // namespace lumos::presence
