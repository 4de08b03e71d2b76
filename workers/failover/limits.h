#pragma once
// Every time limit of the switch, in the one order in which they are safe together
// (docs/switching.md). A limit that is changed so that the order breaks does not compile.

#include <chrono>

namespace lumos::failover::limits {

using std::chrono::milliseconds;
using std::chrono::seconds;

inline constexpr milliseconds kLockWait{2'000};
inline constexpr milliseconds kReservation{5'000};
// One deadline for everything that a transaction asks the provider: all pages of a read, or one
// write.
inline constexpr milliseconds kProviderDeadline{8'000};
inline constexpr milliseconds kKernelTimer{12'000};
inline constexpr milliseconds kIdleSession{15'000};
inline constexpr milliseconds kStatement{10'000};
// How long a write without an answer may still land, and a read may still miss it. Our choice: the
// provider documents none.
inline constexpr milliseconds kDoubt{60'000};
// What of the doubt is left for the landing and for stale reads once the kernel timer has passed.
inline constexpr milliseconds kLandingAndStaleness{48'000};

static_assert(
    kLockWait < kReservation,
    "the owner of a change must be able to lock it before its reservation ends");
static_assert(
    kLockWait + kProviderDeadline < kKernelTimer,
    "an orderly call must end before the timer kills");
static_assert(
    kProviderDeadline + kLockWait < kIdleSession, "an orderly call must not lose its session");
static_assert(kKernelTimer < kIdleSession, "the writer must be dead before its lock passes on");
static_assert(kIdleSession < kDoubt, "a doubt must outlive every session that may still write");
static_assert(
    kKernelTimer + kLandingAndStaleness <= kDoubt,
    "a doubt covers timer, landing and staleness together");

// What others read of presence.
inline constexpr seconds kHearingInterrupted{10};
inline constexpr seconds kHeardLately{5};
inline constexpr seconds kLookAgainInterrupted{5};

// Calls to candidates.
inline constexpr seconds kCallAgain{1};
inline constexpr seconds kEarlierCandidate{1};

// What people are told, and when.
inline constexpr seconds kHeldNotice{10};
inline constexpr seconds kNotAppliedNotice{60};

// The alarm about hearing.
inline constexpr seconds kUnheardAlarm{60};
inline constexpr seconds kUnheardSeen{
    10};  // By one process, so that a database that comes back is no alarm.
inline constexpr std::chrono::minutes kYoungAlarm{5};

// Looking again at a record that is not ours, for whoever mends it by hand.
inline constexpr seconds kNotOursAgain{60};

}  // namespace lumos::failover::limits
