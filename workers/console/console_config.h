#pragma once
// What lumos-console is told, read once in main.

#include "workers/shared/runtime/settings.h"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace lumos::console {

struct ConsoleConfig {
    std::string nats_url;
    std::string nats_creds;
    std::string nats_ca;
    std::string http_listen;
    std::string secret_key_file;
    std::optional<std::string> signing_key_file;  // Nothing: no server can be added here.
    std::optional<std::string> revoker_key_file;  // Nothing: no credentials can be taken back here.
    std::string cloudflare_base_url;
    std::vector<std::string> webhook_allow;
    std::chrono::milliseconds cycle{300'000};
    std::chrono::milliseconds grace{10'000};
};

[[nodiscard]] std::vector<runtime::Setting> console_settings();
[[nodiscard]] ConsoleConfig read_console_config(const runtime::Values& values);

}  // namespace lumos::console
