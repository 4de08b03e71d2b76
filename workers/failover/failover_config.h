#pragma once
// Settings of lumos-failover, read once in main.

#include "workers/shared/runtime/settings.h"

#include <chrono>
#include <string>
#include <vector>

namespace lumos::failover {

struct FailoverConfig {
    std::chrono::seconds cycle_interval{300};
    std::chrono::milliseconds health_timeout{120'000};
    int zones_at_once = 4;
    std::string secret_key_file;
    std::string cloudflare_base_url;
};

[[nodiscard]] std::vector<runtime::Setting> failover_settings();
void validate_failover(const runtime::Values& values, runtime::Problems& problems);
[[nodiscard]] FailoverConfig read_failover_config(const runtime::Values& values);

}  // namespace lumos::failover
