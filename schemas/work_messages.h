#pragma once
// Wake-ups: the tick, check jobs, notification jobs. Losing, repeating or delaying one costs a
// second, not truth. One .schema.json and .example.json a message.

#include "schemas/envelope.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace lumos::schemas {

// "cycle_tick"; the envelope's id is tick-<interval seconds>-<grid second>.
struct CycleTick {
    std::int64_t cycle = 0;
    Time starts_at;
    std::int64_t interval_seconds = 0;
};
[[nodiscard]] std::string tick_id(std::int64_t interval_seconds, std::int64_t grid_second);
[[nodiscard]] std::string write_cycle_tick(const Envelope& envelope, const CycleTick& tick);
[[nodiscard]] CycleTick read_cycle_tick(std::string_view body);

// "zone_check" and "server_check". trigger: cycle | server_event | answer | alarm | pending_change
// | operator | config_change. The envelope's id is the request's, different for each cause.
struct Check {
    bool is_zone = true;
    std::string name;  // Zone name, or server slug.
    std::string trigger;
    std::optional<std::string> trigger_id;
    Time not_after;
};
[[nodiscard]] std::string write_check(const Envelope& envelope, const Check& check);
[[nodiscard]] Check read_check(std::string_view body);

// "notify". No address, no secret, no text: the delivery row has them.
struct Notify {
    std::string delivery_id;
    std::string channel_id;  // The channel's slug.
    std::string event_id;
    std::string alert;
    std::int64_t attempt = 1;
};
[[nodiscard]] std::string write_notify(const Envelope& envelope, const Notify& notify);
[[nodiscard]] Notify read_notify(std::string_view body);

}  // namespace lumos::schemas
