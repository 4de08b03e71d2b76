#include "schemas/work_messages.h"

#include "schemas/json_fields.h"
#include "schemas/json_values.h"

#include <boost/json.hpp>

namespace lumos::schemas {

namespace json = boost::json;

namespace {

constexpr std::string_view kZoneCheck = "zone_check";
constexpr std::string_view kServerCheck = "server_check";

}  // namespace

std::string tick_id(std::int64_t interval_seconds, std::int64_t grid_second) {
    return "tick-" + std::to_string(interval_seconds) + "-" + std::to_string(grid_second);
}

std::string write_cycle_tick(const Envelope& envelope, const CycleTick& tick) {
    return seal(
        envelope,
        json::object{
            {"cycle", tick.cycle},
            {"startsAt", json_of(tick.starts_at)},
            {"intervalSeconds", tick.interval_seconds}});
}

CycleTick read_cycle_tick(std::string_view body) {
    const auto data = open_message(body, "cycle_tick");
    const Fields fields(data, "data");
    CycleTick tick{
        .cycle = fields.integer("cycle"),
        .starts_at = fields.time("startsAt"),
        .interval_seconds = fields.integer("intervalSeconds")};
    if (tick.interval_seconds <= 0) {
        refuse(fields.path_of("intervalSeconds"), "expected more than 0");
    }
    return tick;
}

std::string write_check(const Envelope& envelope, const Check& check) {
    return seal(
        envelope,
        json::object{
            {check.is_zone ? "zone" : "serverId", check.name},
            {"trigger", check.trigger},
            {"triggerId", json_of(check.trigger_id)},
            {"notAfter", json_of(check.not_after)}});
}

Check read_check(std::string_view body) {
    json::value data;
    const auto what = open(body, data).what;
    if (what != kZoneCheck && what != kServerCheck) {
        refuse("type", "expected gate.lumos.zone_check.v1 or gate.lumos.server_check.v1");
    }
    const Fields fields(data, "data");
    const bool is_zone = what == kZoneCheck;
    return {
        .is_zone = is_zone,
        .name = fields.text(is_zone ? "zone" : "serverId"),
        .trigger = fields.one_of(
            "trigger",
            {"cycle",
             "server_event",
             "answer",
             "alarm",
             "pending_change",
             "operator",
             "config_change"}),
        .trigger_id = fields.text_or_null("triggerId"),
        .not_after = fields.time("notAfter")};
}

std::string write_notify(const Envelope& envelope, const Notify& notify) {
    return seal(
        envelope,
        json::object{
            {"deliveryId", notify.delivery_id},
            {"channelId", notify.channel_id},
            {"eventId", notify.event_id},
            {"alert", notify.alert},
            {"attempt", notify.attempt}});
}

Notify read_notify(std::string_view body) {
    const auto data = open_message(body, "notify");
    const Fields fields(data, "data");
    return {
        .delivery_id = fields.text("deliveryId"),
        .channel_id = fields.text("channelId"),
        .event_id = fields.text("eventId"),
        .alert = fields.text("alert"),
        .attempt = fields.integer("attempt")};
}

}  // namespace lumos::schemas
