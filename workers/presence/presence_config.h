#pragma once
// lumos-presence's settings, read once, in main.

#include "workers/presence/judgement_rule.h"
#include "workers/shared/runtime/settings.h"

#include <string>
#include <vector>

namespace lumos::presence {

struct PresenceConfig {
    std::string nats_url;
    std::string nats_creds;
    std::string nats_ca;
    std::string metrics_listen;
    Limits limits;
};

[[nodiscard]] std::vector<runtime::Setting> presence_settings();
void validate_presence(const runtime::Values& values, runtime::Problems& problems);
[[nodiscard]] PresenceConfig read_presence_config(const runtime::Values& values);

}  // namespace lumos::presence
