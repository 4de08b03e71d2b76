#include "workers/failover/hearing_alarm.h"

#include "schemas/event_messages.h"
#include "sql/alarm_store.h"
#include "workers/shared/runtime/clock.h"
#include "workers/shared/runtime/ids.h"
#include "workers/shared/runtime/log.h"

#include <boost/json.hpp>

#include <algorithm>

namespace lumos::failover {
namespace {

constexpr const char* kUnheard = "hearing_unheard";
constexpr const char* kBroken = "hearing_broken";

HearingLook look_of(const sql::HearingState& state) {
    HearingLook look;
    look.now = state.now.value_or(Time{});
    for (const auto& node : state.nodes) {
        look.advanced_at = std::max(look.advanced_at.value_or(node.advanced_at), node.advanced_at);
        look.span_age = std::max(look.span_age.value_or(node.span_age), node.span_age);
    }
    return look;
}

std::string message_of(const std::string& alarm, bool lost) {
    if (!lost) {
        return "The control plane hears its servers again.";
    }
    if (alarm == kBroken) {
        return "Hearing breaks off again and again, so a silent server is not found; look at NATS "
               "and at "
               "lumos-presence.";
    }
    return "The control plane does not hear its servers: nobody is declared down by silence, and "
           "nothing is "
           "switched. Look at lumos-presence and NATS.";
}

schemas::HearingEvent event_of(const sql::HearingState& state) {
    schemas::HearingEvent event;
    for (const auto& node : state.nodes) {
        event.heard_until =
            std::max(event.heard_until.value_or(node.heard_until), node.heard_until);
        event.nodes.push_back(
            {.node = node.node, .url = node.url, .heard_until = node.heard_until});
    }
    return event;
}

}  // namespace

void HearingAlarm::run(sql::Connection& session) {
    const auto state = sql::show_hearing(session);
    const auto verdict = judge_hearing(memory_, look_of(state), clock_.steady(), health_timeout_);
    change(session, state, kUnheard, verdict.unheard);
    change(session, state, kBroken, verdict.broken);
}

void HearingAlarm::change(
    sql::Connection& session,
    const sql::HearingState& state,
    const std::string& alarm,
    AlarmChange change) {
    if (change == AlarmChange::None) {
        return;
    }
    const bool lost = change == AlarmChange::Raise;
    auto data = event_of(state);
    data.message = message_of(alarm, lost);
    const sql::NewEvent event{
        .id = runtime::new_uuid(clock_.now()),
        .account_id = {},
        .source = "failover",
        .type = lost ? "hearing_lost" : "hearing_restored",
        .kind = "control",
        .subject = "hearing",
        .incident = {},
        .data = boost::json::serialize(schemas::to_json(data)),
        .alert = true};
    const auto recorded =
        lost ? sql::raise_alarm(session, alarm, event) : sql::clear_alarm(session, alarm, event);
    if (!recorded) {
        return;
    }
    after_.events(recorded->deliveries);
    if (lost) {
        runtime::log_error("hearing_lost", {{"error", data.message}});
    } else {
        runtime::log_info("hearing_restored", {{"outcome", data.message}});
    }
}

}  // namespace lumos::failover
