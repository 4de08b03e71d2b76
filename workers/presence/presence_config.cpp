#include "workers/presence/presence_config.h"

#include <fmt/format.h>

namespace lumos::presence {

std::vector<runtime::Setting> presence_settings() {
    std::vector<runtime::Setting> settings = runtime::common_settings::bus();
    for (const runtime::Setting& setting :
         {runtime::common_settings::database(),
          runtime::common_settings::health_timeout(),
          runtime::common_settings::disconnect_grace(),
          runtime::common_settings::ready_hold(),
          runtime::common_settings::heartbeat_interval()}) {
        settings.push_back(setting);
    }
    return settings;
}

void validate_presence(const runtime::Values& values, runtime::Problems& problems) {
    const auto interval = values.duration("heartbeat_interval");
    if (interval < kIntervalMin || interval > kIntervalMax) {
        problems.push_back(fmt::format(
            "LUMOS_HEARTBEAT_INTERVAL: {} is not between 1s and 60s; the default is 15s",
            runtime::to_text(interval)));
    }
    if (4 * interval > values.duration("health_timeout")) {
        problems.push_back(fmt::format(
            "LUMOS_HEALTH_TIMEOUT: {} is less than four heartbeat intervals; set it to {} or more",
            runtime::to_text(values.duration("health_timeout")),
            runtime::to_text(4 * interval)));
    }
    if (3 * interval > values.duration("ready_hold")) {
        problems.push_back(fmt::format(
            "LUMOS_READY_HOLD: {} is less than three heartbeat intervals; set it to {} or more",
            runtime::to_text(values.duration("ready_hold")),
            runtime::to_text(3 * interval)));
    }
}

PresenceConfig read_presence_config(const runtime::Values& values) {
    PresenceConfig config;
    config.nats_url = values.text("nats_url");
    config.nats_creds = values.text("nats_creds");
    config.nats_ca = values.text("nats_ca");
    config.metrics_listen = values.text("metrics_listen");
    config.limits = {
        .health_timeout = values.duration("health_timeout"),
        .disconnect_grace = values.duration("disconnect_grace"),
        .ready_hold = values.duration("ready_hold"),
        .heartbeat_interval = values.duration("heartbeat_interval")};
    return config;
}

}  // namespace lumos::presence
