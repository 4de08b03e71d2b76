#include "workers/agent/agent_config.h"

#include "bus/error.h"
#include "bus/identity.h"
#include "bus/reconnect.h"
#include "schemas/agent_messages.h"
#include "schemas/subjects.h"
#include "workers/shared/probe/probe.h"
#include "workers/shared/runtime/errors.h"

#include <fmt/format.h>

#include <fstream>
#include <iterator>
#include <optional>
#include <set>

namespace lumos::agent {
namespace {

using namespace std::chrono_literals;
using runtime::Problems;
using runtime::SettingKind;
using runtime::Values;

constexpr std::size_t kCredentialsBytesMax = 64 * 1024;
// So many bytes of names leave room in a heartbeat for what else it says of each check.
constexpr std::size_t kCheckNameBytesMax = 1'200;

std::optional<std::string> read_credentials(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) {
        return std::nullopt;
    }
    std::string text(kCredentialsBytesMax, '\0');
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(file.gcount()));
    return text;
}

// "" where there are no credentials, or none that can be read.
std::string name_in(const std::string& path) {
    const auto text = path.empty() ? std::nullopt : read_credentials(path);
    return text ? bus::name_in_credentials(*text).value_or("") : "";
}

Speaker speaker_of(const Values& values) {
    Speaker speaker;
    speaker.credentials_name = name_in(values.text("nats_creds"));
    const auto dot = std::min(speaker.credentials_name.find('.'), speaker.credentials_name.size());
    speaker.account =
        values.optional_text("account").value_or(speaker.credentials_name.substr(0, dot));
    const auto rest = speaker.credentials_name.substr(dot);
    speaker.server = values.optional_text("server").value_or(rest.empty() ? "" : rest.substr(1));
    return speaker;
}

void validate_urls(const Values& values, Problems& problems) {
    try {
        (void)bus::split_urls(values.text("nats_url"));
    } catch (const bus::BusRefused& error) {
        problems.push_back(fmt::format("LUMOS_NATS_URL: {}", error.what()));
    }
}

void validate_speaker(const Values& values, Problems& problems) {
    const auto path = values.text("nats_creds");
    if (!path.empty() && !read_credentials(path)) {
        problems.push_back(fmt::format(
            "LUMOS_NATS_CREDS: {} cannot be read; put the file of `lumosctl server add … "
            "--creds-out` there, "
            "readable by this process",
            path));
        return;
    }
    const auto speaker = speaker_of(values);
    const auto judge = [&](const char* variable, const std::string& value) {
        if (value.empty() && !path.empty()) {
            problems.push_back(fmt::format(
                "{}: is not set, and {} is no agent's credentials; make them with lumosctl server "
                "add … --creds-out",
                variable,
                path));
        } else if (value.empty()) {
            problems.push_back(
                fmt::format("{}: is not set; set LUMOS_NATS_CREDS, which says it", variable));
        } else if (!schemas::is_slug(value)) {
            problems.push_back(fmt::format(
                "{}: \"{}\" is not made of a-z, 0-9 and '-' (1 to 63); write it as lumosctl shows "
                "it",
                variable,
                value));
        }
    };
    judge("LUMOS_ACCOUNT", speaker.account);
    judge("LUMOS_SERVER", speaker.server);
}

void validate_checks(const Values& values, Problems& problems) {
    const auto checks = values.list("checks");
    std::size_t bytes = 0;
    for (const auto& target : checks) {
        bytes += target.size();
        try {
            (void)probe::make_probe(target);
        } catch (const runtime::UsageError& error) {
            problems.push_back(fmt::format("LUMOS_CHECKS: {}", error.what()));
        }
    }
    if (checks.size() > schemas::kChecksMax) {
        problems.push_back(fmt::format(
            "LUMOS_CHECKS: {} checks, at most {}; leave some out",
            checks.size(),
            schemas::kChecksMax));
    } else if (bytes > kCheckNameBytesMax) {
        problems.push_back(fmt::format(
            "LUMOS_CHECKS: {} characters together, at most {}; shorten the paths",
            bytes,
            kCheckNameBytesMax));
    }
    if (std::set<std::string>(checks.begin(), checks.end()).size() != checks.size()) {
        problems.emplace_back("LUMOS_CHECKS: a check stands there twice; leave one out");
    }
}

}  // namespace

std::vector<runtime::Setting> agent_settings() {
    auto settings = runtime::common_settings::bus();
    settings.push_back(runtime::common_settings::heartbeat_interval());
    settings.push_back(
        {.key = "account",
         .kind = SettingKind::Text,
         .help = "account of this server, by default from the credentials"});
    settings.push_back(
        {.key = "server",
         .kind = SettingKind::Text,
         .help = "id of this server, by default from the credentials"});
    settings.push_back(
        {.key = "checks",
         .kind = SettingKind::List,
         .help = "what must answer on this machine: tcp://host:port, http://…, https://…, "
                 "comma-separated"});
    return settings;
}

void validate_agent(const Values& values, Problems& problems) {
    const auto interval = values.duration("heartbeat_interval");
    if (interval < 1s || interval > 60s) {
        problems.push_back(fmt::format(
            "LUMOS_HEARTBEAT_INTERVAL: {} is not between 1s and 60s; the default is 15s",
            runtime::to_text(interval)));
    }
    validate_urls(values, problems);
    validate_speaker(values, problems);
    validate_checks(values, problems);
}

AgentConfig read_agent_config(const Values& values) {
    AgentConfig config;
    config.nats_url = values.text("nats_url");
    config.nats_creds = values.text("nats_creds");
    config.nats_ca = values.text("nats_ca");
    config.speaker = speaker_of(values);
    config.interval = values.duration("heartbeat_interval");
    config.checks = values.list("checks");
    config.metrics_listen = values.text("metrics_listen");
    return config;
}

}  // namespace lumos::agent
