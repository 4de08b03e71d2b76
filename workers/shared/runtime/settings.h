#pragma once
// Settings: a flag, an environment variable and a TOML key for each; flag beats variable beats file
// (docs/configuration.md). Key `health_timeout` has the variable LUMOS_HEALTH_TIMEOUT and the flag
// --health-timeout. A secret has no flag, but its variable may end in _FILE and name a file (as may
// the TOML key, …_file). Read once, in main; all mistakes are reported together.

#include "workers/shared/runtime/secret.h"

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lumos::runtime {

enum class SettingKind {
    Text,
    Secret,
    Path,      // Of a file or folder; not checked for existence.
    Duration,  // A number with ms, s, m, h; more than 0 unless zero_allowed.
    Integer,
    Listen,  // host:port
    List,    // Comma-separated.
    Choice,  // One of `choices`.
    Switch   // true | false
};

struct Setting {
    std::string key;
    SettingKind kind = SettingKind::Text;
    std::optional<std::string> default_text = {};  // Nothing: not set unless somebody sets it.
    std::string help = {};
    bool required = false;
    bool zero_allowed = false;
    std::vector<std::string> choices = {};
    std::string variable = {};  // Where it is not LUMOS_<KEY>, e.g. CLOUDFLARE_BASE_URL.
};

class Values {
public:
    [[nodiscard]] bool has(std::string_view key) const;
    [[nodiscard]] std::string text(std::string_view key) const;  // "" where not set.
    [[nodiscard]] std::optional<std::string> optional_text(std::string_view key) const;
    [[nodiscard]] std::chrono::milliseconds duration(std::string_view key) const;
    [[nodiscard]] std::int64_t integer(std::string_view key) const;
    [[nodiscard]] std::vector<std::string> list(std::string_view key) const;
    [[nodiscard]] bool is_on(std::string_view key) const;
    // Reads the …_FILE again where there is one, so that SIGHUP and a reconnect see a new secret.
    // Empty where not set; throws Transient where the file cannot be read any more.
    [[nodiscard]] Secret secret(std::string_view key) const;

    // For rules that concern several settings: collected, and reported together with all others by
    // read_settings' `validate` callback.
    struct Entry {
        SettingKind kind = SettingKind::Text;
        std::optional<std::string> text;  // Of a secret: nothing here.
        std::string origin;  // "default", "flag", "LUMOS_NATS_URL", "/etc/lumos/lumos.toml"
        std::optional<Secret> secret;
        std::optional<std::string> secret_file;
    };
    std::map<std::string, Entry, std::less<>> entries;
};

// What the command line asked for besides running.
enum class Asked { Run, Exit };

struct SettingsOutcome {
    Asked asked = Asked::Run;
    int exit_status = 0;  // With Exit: 0 after --help, --version, --check-config, --print-config; 2
                          // after a mistake.
    Values values;
};

using Problems = std::vector<std::string>;  // Each one line: setting, what is wrong, what to do.
using Validate = void (*)(const Values&, Problems&);

// Prints what --help and the like print to stdout, mistakes to stderr (one line each). Reads the
// file named by --config or LUMOS_CONFIG, else /etc/lumos/<process without "lumos-">.toml and, for
// keys that are not there, /etc/lumos/lumos.toml. A flag or variable that is empty counts as not
// set.
[[nodiscard]] SettingsOutcome read_settings(
    const std::string& process,
    const std::vector<Setting>& settings,
    int argc,
    const char* const* argv,
    Validate validate = nullptr);

// "250ms", "15s", "5m", "2h". Nothing where it is none of these.
[[nodiscard]] std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);
[[nodiscard]] std::string to_text(std::chrono::milliseconds duration);

// The settings that several processes share, so that name, default and help stand once.
namespace common_settings {
[[nodiscard]] std::vector<Setting> bus();  // nats_url, nats_creds, nats_ca
[[nodiscard]] Setting database();          // database_url
[[nodiscard]] Setting cycle_interval();
[[nodiscard]] Setting health_timeout();
[[nodiscard]] Setting disconnect_grace();
[[nodiscard]] Setting ready_hold();
[[nodiscard]] Setting heartbeat_interval();
[[nodiscard]] Setting secret_key_file();
[[nodiscard]] Setting cloudflare_base_url();
// Every process has these without naming them: metrics_listen, log_level, log_format, config.
// The keys of every process, as they may stand in /etc/lumos/lumos.toml, which all of them read: a
// key of another process is no mistake there. A new setting is added here, too.
[[nodiscard]] const std::vector<std::string>& keys_of_all_processes();
}  // namespace common_settings

}  // namespace lumos::runtime
