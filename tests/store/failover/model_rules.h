#pragma once
// Each safeguard of the checked model, and the test that misses it when it is taken out. The names
// are the model's; what is not told by a test below is told by another one:
//
//   NO_REQUEST_ROWS     RequestsAreRows.*
//   NO_AGAIN            DueAgain.*; Protocol.AnswersARequestThatCameWhileTheChangeWasUnderWay
//   DOMAIN_RESERVATION  Reservation.*; Protocol.LeavesAReservedZoneAloneRequestOrNot
//   NO_RESERVATION      Faults.LeavesAFreshPendingChangeToItsMaker, Reservation.*
//   NO_ADOPT            Adoption.*
//   SPLIT               OneTransaction.*
//   NO_ATTEMPT          Attempt.*; Faults.NeverWritesForAnAttemptThatWasSettledMeanwhile,
//                       Faults.DoesNotRecordTwiceWhatAnotherHasSettledWhileItsSessionWasLost
//   NO_DOUBT            Doubt.FollowsAnAttemptThatIsGivenUp, Doubt.FollowsASilence;
//                       Faults.RecordsWhatADeadWorkerHasWrittenBeforeItDecides
//   EARLY               Alarms.KeepADoubtThatEndsWhileTheRecordsAreRead; unit: Settle.*
//   OLD_DOUBT           Doubt.IsProlongedBeforeItIsAskedWhetherItIsOver
//   NO_TIMER            Timer.*; unit: DeadlineTimer.*
//   TRUST_READS         Faults.DoubtsAReadThatContradictsASureDatabase
//   TRUST_REFUSED       Doubt.FollowsARefusedChangeThatIsFound
//   NO_RENEWAL          Doubt.IsRenewedByAWriteThatFollows
//   NO_CALL_ALARM       Calling.HasItsAlarmWhenTheCallerDiesBetweenCommitAndCall
//   CALL_FIRST          Calls.FollowTheCommitOfTheirRows
//   NO_LOOK_AGAIN       Protocol.DecidesOnWhatIsSoAfterTheRead

#include "tests/store/failover/switch_world.h"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <string>

namespace lumos::failover::testing {

class ModelRules : public ::testing::Test {
protected:
    SwitchWorld world;
    Id primary = world.server("fra-1");
    Id secondary = world.server("iad-1");
    Id www = world.domain("www.example.com", {primary, secondary});

    void fail() {
        world.goes_out(primary);
        world.answers(secondary);
    }
    CheckResult check_by_another() {
        const auto session = world.new_session();
        ScriptedObserver nobody;
        return world.check_as(*session, nobody);
    }
    // A worker dies before it writes, or after it.
    void die_at(const std::string& step) {
        world.observer.die_at(step);
        EXPECT_THROW((void)world.check(), Dies);
        world.end_reservation();
    }
    void doubt(const std::string& until) {
        world.run("UPDATE domains SET doubt_until = clock_timestamp() + interval '" + until + "'");
    }
    // Seconds from now; 0 where there is none.
    double doubt_left() {
        return world
            .run(
                "SELECT coalesce(extract(epoch FROM doubt_until - clock_timestamp()), 0)::float8 "
                "AS value FROM domains")
            .only()
            .number("value");
    }
    std::int64_t requests() { return world.number("SELECT count(*) AS value FROM check_requests"); }
    std::int64_t due_now() {
        return world.number(
            "SELECT count(*) AS value FROM zone_work WHERE due_at <= clock_timestamp()");
    }
    std::string change_state() {
        return world.text(
            "SELECT state || CASE WHEN refused THEN ' refused' ELSE '' END AS value "
            "FROM dns_changes ORDER BY decided_at LIMIT 1");
    }
};

}  // namespace lumos::failover::testing
