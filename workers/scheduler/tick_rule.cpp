#include "workers/scheduler/tick_rule.h"

#include "schemas/work_messages.h"

namespace lumos::scheduler {

Tick tick_at(Time now, std::chrono::seconds interval) {
    const auto second = std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count();
    const auto length = static_cast<std::int64_t>(interval.count());
    const auto past = ((second % length) + length) % length;
    return {length, second - past};
}

bool may_publish(const Tick& tick, Time now) {
    return now >= tick.starts_at() && now < tick.ends_at() &&
           now - tick.starts_at() < kPublishWithin;
}

std::string message_of(const Tick& tick, Time now) {
    schemas::Envelope envelope;
    envelope.id = schemas::tick_id(tick.interval_seconds, tick.grid_second);
    envelope.source = "/lumos/scheduler";
    envelope.what = "cycle_tick";
    envelope.subject = std::to_string(tick.grid_second);
    envelope.time = now;
    schemas::CycleTick data;
    data.cycle = tick.cycle();
    data.starts_at = tick.starts_at();
    data.interval_seconds = tick.interval_seconds;
    return schemas::write_cycle_tick(envelope, data);
}

}  // namespace lumos::scheduler
