#include "workers/scheduler/scheduler_config.h"

#include "bus/error.h"
#include "bus/reconnect.h"

#include <fmt/format.h>

namespace lumos::scheduler {
namespace {

using namespace std::chrono_literals;

}  // namespace

std::vector<runtime::Setting> scheduler_settings() {
    auto settings = runtime::common_settings::bus();
    settings.push_back(runtime::common_settings::cycle_interval());
    return settings;
}

void validate_scheduler(const runtime::Values& values, runtime::Problems& problems) {
    const auto interval = values.duration("cycle_interval");
    if (interval % 1s != 0ms || interval > 24h) {
        problems.push_back(fmt::format(
            "LUMOS_CYCLE_INTERVAL: {} is not a number of whole seconds up to 24h; the default is "
            "5m",
            runtime::to_text(interval)));
    }
    try {
        (void)bus::split_urls(values.text("nats_url"));
    } catch (const bus::BusRefused& error) {
        problems.push_back(fmt::format("LUMOS_NATS_URL: {}", error.what()));
    }
}

SchedulerConfig read_scheduler_config(const runtime::Values& values) {
    SchedulerConfig config;
    config.nats_url = values.text("nats_url");
    config.nats_creds = values.text("nats_creds");
    config.nats_ca = values.text("nats_ca");
    config.interval =
        std::chrono::duration_cast<std::chrono::seconds>(values.duration("cycle_interval"));
    config.metrics_listen = values.text("metrics_listen");
    return config;
}

}  // namespace lumos::scheduler
