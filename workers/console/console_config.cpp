#include "workers/console/console_config.h"

namespace lumos::console {

using runtime::SettingKind;

std::vector<runtime::Setting> console_settings() {
    namespace common = runtime::common_settings;
    auto secret_key_file = common::secret_key_file();
    secret_key_file.required = true;
    auto settings = common::bus();
    settings.push_back(common::database());
    settings.push_back(secret_key_file);
    settings.push_back(common::cloudflare_base_url());
    settings.push_back(common::cycle_interval());
    settings.push_back(common::disconnect_grace());
    settings.push_back(
        {"http_listen", SettingKind::Listen, "127.0.0.1:8080", "where the HTTP API listens"});
    settings.push_back(
        {"bus_signing_key_file",
         SettingKind::Path,
         std::nullopt,
         "signing.key of lumosctl bus init; needed to add servers"});
    settings.push_back(
        {"bus_revoker_key_file",
         SettingKind::Path,
         std::nullopt,
         "revoker.key of lumosctl bus init; needed to rotate and revoke credentials"});
    settings.push_back(
        {"webhook_allow",
         SettingKind::List,
         std::nullopt,
         "private address ranges that webhooks may reach, e.g. 10.1.0.0/16"});
    return settings;
}

ConsoleConfig read_console_config(const runtime::Values& values) {
    return {
        .nats_url = values.text("nats_url"),
        .nats_creds = values.text("nats_creds"),
        .nats_ca = values.text("nats_ca"),
        .http_listen = values.text("http_listen"),
        .secret_key_file = values.text("secret_key_file"),
        .signing_key_file = values.optional_text("bus_signing_key_file"),
        .revoker_key_file = values.optional_text("bus_revoker_key_file"),
        .cloudflare_base_url = values.text("cloudflare_base_url"),
        .webhook_allow = values.list("webhook_allow"),
        .cycle = values.duration("cycle_interval"),
        .grace = values.duration("disconnect_grace")};
}

}  // namespace lumos::console
