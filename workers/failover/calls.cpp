#include "workers/failover/calls.h"

#include "bus/connection.h"
#include "bus/error.h"
#include "schemas/agent_messages.h"
#include "schemas/subjects.h"
#include "workers/shared/outbox/outbox.h"
#include "workers/shared/runtime/clock.h"
#include "workers/shared/runtime/ids.h"
#include "workers/shared/runtime/log.h"

namespace lumos::failover {

BusAfterCommit::BusAfterCommit(
    bus::Connection& bus, outbox::Outbox& outbox, const runtime::Clock& clock)
    : bus_(bus),
      outbox_(outbox),
      clock_(clock),
      called_("lumos_failover_agent_calls_total", "Calls to candidates", {{"outcome", "sent"}}),
      lost_("lumos_failover_agent_calls_total", "Calls to candidates", {{"outcome", "not_sent"}}) {}

void BusAfterCommit::events(const std::vector<sql::NewDelivery>& deliveries) {
    outbox_.wake();
    outbox_.notify(deliveries);
}

void BusAfterCommit::call(const std::string& account, const std::string& server) {
    const auto now = clock_.now();
    const schemas::AgentCall call{.call_id = runtime::random_hex(8)};
    const schemas::Envelope envelope{
        .id = "call-" + call.call_id,
        .source = "/lumos/failover",
        .what = "agent_call",
        .subject = server,
        .time = now,
        .account = account,
        .sequence = {},
        .correlationid = {}};
    try {
        bus_.publish(
            schemas::subjects::call(account, server), schemas::write_agent_call(envelope, call));
        called_.add();
    } catch (const std::runtime_error& error) {
        // The zone's alarm calls again in a second.
        lost_.add();
        runtime::log_debug("agent_call_not_sent", {{"server", server}, {"error", error.what()}});
    }
}

}  // namespace lumos::failover
