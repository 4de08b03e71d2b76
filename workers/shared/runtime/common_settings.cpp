#include "workers/shared/runtime/settings.h"

#include <string>
#include <vector>

namespace lumos::runtime::common_settings {

std::vector<Setting> bus() {
    return {
        {.key = "nats_url",
         .default_text = "nats://127.0.0.1:4222",
         .help = "NATS servers, comma-separated"},
        {.key = "nats_creds", .kind = SettingKind::Path, .help = "credentials file for NATS"},
        {.key = "nats_ca",
         .kind = SettingKind::Path,
         .help = "PEM file of who may sign NATS's certificate; the system's by default"},
    };
}

Setting database() {
    return {
        .key = "database_url",
        .kind = SettingKind::Secret,
        .default_text = "postgresql:///lumos",
        .help = "PostgreSQL, as a libpq URI"};
}

Setting cycle_interval() {
    return {
        .key = "cycle_interval",
        .kind = SettingKind::Duration,
        .default_text = "5m",
        .help = "maintenance cycle"};
}

Setting health_timeout() {
    return {
        .key = "health_timeout",
        .kind = SettingKind::Duration,
        .default_text = "120s",
        .help = "silence longer than this is down"};
}

Setting disconnect_grace() {
    return {
        .key = "disconnect_grace",
        .kind = SettingKind::Duration,
        .default_text = "10s",
        .help = "after a disconnect DNS waits this long for the agent to come back",
        .zero_allowed = true};
}

Setting ready_hold() {
    return {
        .key = "ready_hold",
        .kind = SettingKind::Duration,
        .default_text = "60s",
        .help = "a server is online this long without a break before traffic is sent to it"};
}

Setting heartbeat_interval() {
    return {
        .key = "heartbeat_interval",
        .kind = SettingKind::Duration,
        .default_text = "15s",
        .help = "time between two heartbeats, 1s to 60s"};
}

Setting secret_key_file() {
    return {
        .key = "secret_key_file",
        .kind = SettingKind::Path,
        .help = "key ring, lines id:base64; the first encrypts, all decrypt"};
}

Setting cloudflare_base_url() {
    return {
        .key = "cloudflare_base_url",
        .default_text = "https://api.cloudflare.com/client/v4",
        .help = "Cloudflare's API",
        .variable = "CLOUDFLARE_BASE_URL"};
}

const std::vector<std::string>& keys_of_all_processes() {
    static const std::vector<std::string> keys{
        "account",
        "bus_revoker_key_file",
        "bus_signing_key_file",
        "checks",
        "cloudflare_base_url",
        "cycle_interval",
        "database_url",
        "database_url_file",
        "disconnect_grace",
        "failover_zones_at_once",
        "health_timeout",
        "heartbeat_interval",
        "http_listen",
        "log_format",
        "log_level",
        "mail_from",
        "metrics_listen",
        "nats_ca",
        "nats_creds",
        "nats_url",
        "ready_hold",
        "secret_key_file",
        "server",
        "smtp_url",
        "smtp_url_file",
        "webhook_allow"};
    return keys;
}

}  // namespace lumos::runtime::common_settings
