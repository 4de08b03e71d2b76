#pragma once
// The agent's settings, read once, in main.

#include "workers/agent/words_rule.h"
#include "workers/shared/runtime/settings.h"

#include <chrono>
#include <string>
#include <vector>

namespace lumos::agent {

struct AgentConfig {
    std::string nats_url;
    std::string nats_creds;
    std::string nats_ca;
    Speaker speaker;
    std::chrono::milliseconds interval{15'000};
    std::vector<std::string> checks;
    std::string metrics_listen;
};

[[nodiscard]] std::vector<runtime::Setting> agent_settings();
void validate_agent(const runtime::Values& values, runtime::Problems& problems);
// Of values that validate_agent found nothing wrong with.
[[nodiscard]] AgentConfig read_agent_config(const runtime::Values& values);

}  // namespace lumos::agent
