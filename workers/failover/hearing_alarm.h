#pragma once
// Says that the control plane cannot hear its servers, and when it can again: to every account, by
// delivery rows, since the bus may be what is away. Several workers see it, one tells. One thread
// uses an object.

#include "workers/failover/calls.h"
#include "workers/failover/hearing_alarm_rule.h"

#include <chrono>
#include <string>

namespace lumos::sql {
class Connection;
struct HearingState;
}  // namespace lumos::sql

namespace lumos::failover {

class HearingAlarm {
public:
    HearingAlarm(
        AfterCommit& after, const runtime::Clock& clock, std::chrono::milliseconds health_timeout)
        : after_(after),
          clock_(clock),
          health_timeout_(health_timeout) {}

    void run(sql::Connection& session);

private:
    void change(
        sql::Connection& session,
        const sql::HearingState& state,
        const std::string& alarm,
        AlarmChange change);

    AfterCommit& after_;
    const runtime::Clock& clock_;
    std::chrono::milliseconds health_timeout_;
    HearingMemory memory_;
};

}  // namespace lumos::failover
