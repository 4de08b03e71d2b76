#pragma once
// The notifier's settings, read once in main.

#include "workers/shared/runtime/secret.h"
#include "workers/shared/runtime/settings.h"

#include <optional>
#include <string>
#include <vector>

namespace lumos::notifier {

struct NotifierConfig {
    std::string nats_url;
    std::string nats_creds;
    std::string nats_ca;
    runtime::Secret database_url;
    std::string secret_key_file;
    runtime::Secret smtp_url;  // Empty: no mail server; mails wait.
    std::string mail_from;
    std::vector<std::string> webhook_allow;
    std::string metrics_listen;
};

[[nodiscard]] std::vector<runtime::Setting> notifier_settings();
// What concerns several settings, or the form of one that the settings do not know.
void validate_notifier(const runtime::Values& values, runtime::Problems& problems);
[[nodiscard]] NotifierConfig read_notifier_config(const runtime::Values& values);

}  // namespace lumos::notifier
