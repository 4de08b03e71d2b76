#include "workers/failover/failover_config.h"

namespace lumos::failover {

using runtime::SettingKind;

std::vector<runtime::Setting> failover_settings() {
    auto settings = runtime::common_settings::bus();
    settings.push_back(runtime::common_settings::database());
    settings.push_back(runtime::common_settings::cycle_interval());
    settings.push_back(runtime::common_settings::health_timeout());
    auto keys = runtime::common_settings::secret_key_file();
    keys.required = true;
    settings.push_back(keys);
    settings.push_back(runtime::common_settings::cloudflare_base_url());
    settings.push_back(
        {"failover_zones_at_once",
         SettingKind::Integer,
         "4",
         "zones that are checked and written at once; each holds a database connection meanwhile"});
    return settings;
}

void validate_failover(const runtime::Values& values, runtime::Problems& problems) {
    const auto zones = values.integer("failover_zones_at_once");
    if (zones < 1 || zones > 64) {
        problems.push_back(
            "LUMOS_FAILOVER_ZONES_AT_ONCE is " + std::to_string(zones) + ": give 1 to 64");
    }
    if (values.duration("cycle_interval") < std::chrono::seconds{1}) {
        problems.push_back("LUMOS_CYCLE_INTERVAL is shorter than a second: give 1s or more");
    }
}

FailoverConfig read_failover_config(const runtime::Values& values) {
    return {
        .cycle_interval =
            std::chrono::duration_cast<std::chrono::seconds>(values.duration("cycle_interval")),
        .health_timeout = values.duration("health_timeout"),
        .zones_at_once = static_cast<int>(values.integer("failover_zones_at_once")),
        .secret_key_file = values.text("secret_key_file"),
        .cloudflare_base_url = values.text("cloudflare_base_url")};
}

}  // namespace lumos::failover
