#include "workers/presence/hearing_rule.h"

#include "tests/unit/presence/builders.h"

#include <gtest/gtest.h>

#include <ostream>

namespace lumos::presence {
namespace {

using namespace testing;

// ---- may this round write? ----

const Time kCreated = kUntil - 24h;
const StoredHearing kStored{
    .agent_stream_created = kCreated,
    .beat_seq = 500,
    .bus_stream_created = kCreated,
    .bus_seq = 40};

struct MayWrite {
    const char* claim;
    RoundBeat beat;
    RoundVerdict verdict;
    Duration advanced_ago = 1s;  // By the database's clock.
    StoredHearing stored = kStored;
};

void PrintTo(const MayWrite& row, std::ostream* out) {
    *out << row.claim;
}

class RoundMayWrite : public ::testing::TestWithParam<MayWrite> {};

TEST_P(RoundMayWrite, OrEnds) {
    const MayWrite& row = GetParam();
    NodeHearing node = hearing();
    node.advanced_at = kDatabaseNow - row.advanced_ago;
    EXPECT_EQ(may_write(row.stored, row.beat, {node}, kDatabaseNow), row.verdict) << row.claim;
}

RoundBeat sent(Duration ago, std::int64_t sequence = 501, Time created = kCreated) {
    return {.stream_created = created, .sequence = sequence, .age = ago};
}

INSTANTIATE_TEST_SUITE_P(
    Table,
    RoundMayWrite,
    ::testing::Values(
        MayWrite{"a later beat of the same stream goes on", sent(1s), RoundVerdict::GoesOn},
        MayWrite{
            "the beat that is stored was another replica's or is written",
            sent(1s, 500),
            RoundVerdict::Overtaken},
        MayWrite{"an earlier one is overtaken", sent(1s, 499), RoundVerdict::Overtaken},
        MayWrite{"a beat of 5 s goes on", sent(5s), RoundVerdict::GoesOn},
        MayWrite{"an older one has stalled", sent(5s + 1us), RoundVerdict::Stalled},
        MayWrite{"one from the future has, too", sent(-1us), RoundVerdict::Stalled},
        MayWrite{"overtaken says more than stalled", sent(1min, 500), RoundVerdict::Overtaken},
        MayWrite{
            "a newer stream goes on, whatever its sequences",
            sent(1s, 1, kCreated + 1h),
            RoundVerdict::GoesOn},
        MayWrite{
            "an older one does not while somebody hears",
            sent(1s, 900, kCreated - 1h),
            RoundVerdict::OlderStream},
        MayWrite{
            "5 s later it still does not",
            sent(1s, 900, kCreated - 1h),
            RoundVerdict::OlderStream,
            5s},
        MayWrite{
            "when nobody hears any more it goes on: a clock was set back",
            sent(1s, 900, kCreated - 1h),
            RoundVerdict::GoesOn,
            5s + 1us},
        MayWrite{
            "who advanced in the future does not hear",
            sent(1s, 900, kCreated - 1h),
            RoundVerdict::GoesOn,
            -1us},
        MayWrite{
            "a stalled round of an older stream is stalled",
            sent(1min, 900, kCreated - 1h),
            RoundVerdict::Stalled},
        MayWrite{
            "the first round of all goes on",
            sent(1s, 1),
            RoundVerdict::GoesOn,
            1s,
            StoredHearing{}}));

// ---- the advance ----

struct Step {
    const char* claim;
    bool is_continuous;
    bool cuts_back = false;
    Duration by_stream = 1s;    // Since the node's last beat.
    Duration by_database = 1s;  // Since it advanced.
    bool same_stream = true;
    std::string node = "N1";
    bool was_gone = false;
};

void PrintTo(const Step& row, std::ostream* out) {
    *out << row.claim;
}

class AdvanceOfANode : public ::testing::TestWithParam<Step> {};

TEST_P(AdvanceOfANode, GoesOnOrBeginsASpan) {
    const Step& row = GetParam();
    NodeHearing before = hearing();
    before.advanced_at = kDatabaseNow - row.by_database;
    before.gone_at = row.was_gone ? std::optional(kUntil) : std::nullopt;
    const NodeBeat beat{
        .node = row.node, .url = "nats://n", .heard = kUntil + row.by_stream, .sequence = 501};
    const Advance step = advance({before}, beat, row.same_stream, kDatabaseNow);
    EXPECT_EQ(step.is_continuous, row.is_continuous) << row.claim;
    EXPECT_EQ(step.cuts_back, row.cuts_back) << row.claim;
}

INSTANTIATE_TEST_SUITE_P(
    Table,
    AdvanceOfANode,
    ::testing::Values(
        Step{"a beat a second later goes on", true},
        Step{"one at the same moment does", true, false, 0s, 0s},
        Step{"5 s by the stream's clock do", true, false, 5s},
        Step{"more than 5 s by the stream's clock do not", false, false, 5s + 1us},
        Step{"5 s by the database's clock do", true, false, 1s, 5s},
        Step{"more than 5 s by the database's clock do not", false, false, 1s, 5s + 1us},
        Step{"a stream's clock that went back cuts", false, true, -1us},
        Step{"a database's clock that went back begins a span", false, false, 1s, -1us},
        Step{"another stream begins a span and cuts", false, true, 1s, 1s, false},
        Step{"a new node begins a span", false, false, 1s, 1s, true, "N2"},
        Step{"a new node with an earlier clock cuts", false, true, -1s, 1s, true, "N2"},
        Step{"a node that was gone begins one", false, false, 1s, 1s, true, "N1", true}));

TEST(Advance, OfTheVeryFirstNodeBeginsASpan) {
    const NodeBeat beat{.node = "N1", .url = "u", .heard = kUntil, .sequence = 1};
    const Advance step = advance({}, beat, false, kDatabaseNow);
    EXPECT_FALSE(step.is_continuous);
    EXPECT_TRUE(step.cuts_back);
}

// ---- times as they were heard ----

TEST(Silence, IsHeardTimeSinceTheServerSpoke) {
    const LastHeard spoke{.span = kSpan, .last_seen = kUntil - 30s, .moved_at = {}};
    EXPECT_EQ(silence(hearing(), spoke), 30s);
    EXPECT_EQ(silence(for_only(20s), spoke), 20s) << "not longer than the span";
    EXPECT_EQ(silence(after(hearing(), 5s), spoke), 35s);
}

TEST(Silence, OfAnotherSpanBeginsWithThisOne) {
    const LastHeard before{.span = kSpan - 1, .last_seen = kUntil - 30s, .moved_at = {}};
    EXPECT_EQ(silence(for_only(100s), before), 100s);
    const LastHeard never{.span = kSpan, .last_seen = std::nullopt, .moved_at = {}};
    EXPECT_EQ(silence(for_only(100s), never), 100s);
}

TEST(Silence, OfAServerThatMovedBeginsWithTheMove) {
    const LastHeard moved{
        .span = std::nullopt, .last_seen = kUntil - 10min, .moved_at = kUntil - 30s};
    EXPECT_EQ(silence(hearing(), moved), 30s);
    EXPECT_EQ(silence(for_only(10s), moved), 10s);
}

TEST(Silence, OfWhoSpokeAfterTheBeatIsNone) {
    const LastHeard ahead{.span = kSpan, .last_seen = kUntil + 1s, .moved_at = {}};
    EXPECT_LE(silence(hearing(), ahead), 0s);
}

TEST(IsHeard, WhereItAdvancedLatelyAndIsNotGone) {
    const NodeHearing node = hearing();
    EXPECT_TRUE(is_heard(node, node.advanced_at));
    EXPECT_TRUE(is_heard(node, node.advanced_at + 5s));
    EXPECT_FALSE(is_heard(node, node.advanced_at + 5s + 1us));
    EXPECT_FALSE(is_heard(node, node.advanced_at - 1us));
    NodeHearing gone = node;
    gone.gone_at = kUntil;
    EXPECT_FALSE(is_heard(gone, node.advanced_at));
}

// ---- which nodes are gone ----

struct Gone {
    const char* claim;
    bool is_gone;
    std::string node = "N0";
    std::string url = "nats://o";
    Duration advanced_ago = 6s;
    bool is_gone_already = false;
};

void PrintTo(const Gone& row, std::ostream* out) {
    *out << row.claim;
}

class NodeIsGone : public ::testing::TestWithParam<Gone> {};

TEST_P(NodeIsGone, OrOnlyUnheard) {
    const Gone& row = GetParam();
    NodeHearing node = hearing();
    node.node = row.node;
    node.url = row.url;
    node.advanced_at = kDatabaseNow - row.advanced_ago;
    node.gone_at = row.is_gone_already ? std::optional(kUntil) : std::nullopt;
    EXPECT_EQ(is_gone(node, hearing(), kDatabaseNow), row.is_gone) << row.claim;
}

INSTANTIATE_TEST_SUITE_P(
    Table,
    NodeIsGone,
    ::testing::Values(
        Gone{"whose URL answers with another id is gone at once", true, "N0", "nats://n", 0s},
        Gone{"the node of the beat itself is not", false, "N1", "nats://n"},
        Gone{"one that is heard elsewhere is not", false, "N0", "nats://o", 5s},
        Gone{"one that nobody hears any more is", true},
        Gone{"one that is known to be gone is no news", false, "N0", "nats://n", 6s, true}));

// ---- where to read BUS on ----

TEST(BusReading, GoesOnInTheStreamThatTheRowSpeaksOf) {
    EXPECT_EQ(bus_reading(kCreated, kCreated, kCreated), BusReading::GoesOn);
    EXPECT_EQ(bus_reading(kCreated, kCreated, std::nullopt), BusReading::GoesOn);
}

TEST(BusReading, StartsAnewWhereTheReaderKnowsAboutTheRowAndReadsAnother) {
    EXPECT_EQ(bus_reading(std::nullopt, kCreated, std::nullopt), BusReading::StartsAnew);
    EXPECT_EQ(bus_reading(kCreated, kCreated - 1h, kCreated), BusReading::StartsAnew)
        << "a clock that was set back";
}

TEST(BusReading, IsDoubtfulWhereTheRowChangedBehindTheReader) {
    EXPECT_EQ(bus_reading(kCreated + 1h, kCreated, kCreated - 1h), BusReading::IsDoubtful);
    EXPECT_EQ(bus_reading(kCreated + 1h, kCreated, std::nullopt), BusReading::IsDoubtful);
}

}  // namespace
}  // namespace lumos::presence
