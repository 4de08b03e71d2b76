#pragma once
// The scheduler's settings, read once, in main.

#include "workers/shared/runtime/settings.h"

#include <chrono>
#include <string>
#include <vector>

namespace lumos::scheduler {

struct SchedulerConfig {
    std::string nats_url;
    std::string nats_creds;
    std::string nats_ca;
    std::chrono::seconds interval{300};
    std::string metrics_listen;
};

[[nodiscard]] std::vector<runtime::Setting> scheduler_settings();
void validate_scheduler(const runtime::Values& values, runtime::Problems& problems);
// Of values that validate_scheduler found nothing wrong with.
[[nodiscard]] SchedulerConfig read_scheduler_config(const runtime::Values& values);

}  // namespace lumos::scheduler
