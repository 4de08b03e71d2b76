#include "workers/shared/runtime/settings.h"

#include "workers/shared/runtime/errors.h"
#include "workers/shared/runtime/process.h"
#include "workers/shared/runtime/settings_sources.h"
#include "workers/shared/runtime/settings_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

namespace lumos::runtime {
namespace {

constexpr std::string_view kFolder = "/etc/lumos/";
constexpr std::string_view kNotSet = "not set";

const Values::Entry& entry_of(const Values& values, std::string_view key) {
    const auto found = values.entries.find(key);
    // A key that main did not declare is a mistake of ours, not of the operator.
    ensure(found != values.entries.end(), "a setting is declared before it is read");
    return found->second;
}

std::vector<Setting> with_settings_of_all(const std::vector<Setting>& settings) {
    auto all = settings;
    all.push_back(
        {.key = "metrics_listen",
         .kind = SettingKind::Listen,
         .help = "where /metrics, /healthz and /readyz are served"});
    all.push_back(
        {.key = "log_level",
         .kind = SettingKind::Choice,
         .default_text = "info",
         .help = "least level that is logged",
         .choices = {"debug", "info", "warn", "error"}});
    all.push_back(
        {.key = "log_format",
         .kind = SettingKind::Choice,
         .default_text = "text",
         .help = "for people or for machines",
         .choices = {"text", "json"}});
    all.push_back(
        {.key = "config",
         .kind = SettingKind::Path,
         .help = "file to read instead of those in /etc/lumos"});
    return all;
}

// "lumos-presence" reads /etc/lumos/presence.toml, then what all processes share.
std::vector<std::string> default_files(std::string_view process) {
    constexpr std::string_view kPrefix = "lumos-";
    const auto name = process.starts_with(kPrefix) ? process.substr(kPrefix.size()) : process;
    return {fmt::format("{}{}.toml", kFolder, name), fmt::format("{}lumos.toml", kFolder)};
}

std::string where(const Setting& setting, const SourceText& source) {
    return source.origin == variable_of(setting)
               ? source.origin
               : fmt::format("{} (from {})", setting.key, source.origin);
}

void take_secret(
    const Setting& setting, const SourceText& source, Values::Entry& entry, Problems& problems) {
    auto text = source.text;
    if (source.is_file) {
        entry.secret_file = source.text;
        std::string why;
        const auto content = read_small_file(source.text, why);
        if (!content) {
            problems.push_back(fmt::format(
                "{}: {} cannot be read ({}); name a file that this process may read",
                where(setting, source),
                source.text,
                why));
            return;
        }
        text = *content;
    }
    if (const auto mistake = mistake_in(setting, text)) {
        problems.push_back(fmt::format("{}: {}", where(setting, source), *mistake));
        return;
    }
    entry.secret = Secret(std::move(text));
}

Values::Entry make_entry(const Setting& setting, const SourceText& source, Problems& problems) {
    Values::Entry entry{
        .kind = setting.kind, .text = {}, .origin = source.origin, .secret = {}, .secret_file = {}};
    if (setting.kind == SettingKind::Secret) {
        take_secret(setting, source, entry, problems);
    } else if (const auto mistake = mistake_in(setting, source.text)) {
        problems.push_back(fmt::format("{}: {}", where(setting, source), *mistake));
    } else {
        entry.text = source.text;
    }
    return entry;
}

struct Sources {
    const SourceTexts& flags;
    const SourceTexts& variables;
    const SourceTexts& files;
};

// Flag beats variable beats file beats default. Nothing where nobody set it.
std::optional<SourceText> pick(const Setting& setting, const Sources& sources) {
    for (const auto* texts : {&sources.flags, &sources.variables, &sources.files}) {
        const auto found = texts->find(setting.key);
        // An empty value means "not set": units and containers pass variables on that nobody
        // filled.
        if (found != texts->end() && !found->second.text.empty()) {
            return found->second;
        }
    }
    return setting.default_text ? std::optional(SourceText{*setting.default_text, "default"})
                                : std::nullopt;
}

Values judge(const std::vector<Setting>& settings, const Sources& sources, Problems& problems) {
    Values values;
    for (const auto& setting : settings) {
        if (const auto source = pick(setting, sources)) {
            values.entries.emplace(setting.key, make_entry(setting, *source, problems));
            continue;
        }
        values.entries.emplace(
            setting.key, Values::Entry{setting.kind, {}, std::string(kNotSet), {}, {}});
        if (setting.required) {
            const auto variable = variable_of(setting);
            problems.push_back(fmt::format(
                "{}: is not set; {} ({})",
                variable,
                setting.kind == SettingKind::Secret
                    ? fmt::format("set it, or {}_FILE", variable)
                    : fmt::format("set it, or use {}", flag_of(setting.key)),
                setting.help));
        }
    }
    return values;
}

std::string shown(const Values::Entry& entry) {
    if (entry.kind == SettingKind::Secret) {
        return "***";
    }
    auto text = without_passwords(entry.text.value_or(""));
    for (std::size_t at = text.find_first_of("\"\\"); at != std::string::npos;
         at = text.find_first_of("\"\\", at + 2)) {
        text.insert(at, 1, '\\');
    }
    return text;
}

void print_config(const Values& values) {
    for (const auto& [key, entry] : values.entries) {
        if (entry.text || entry.secret) {
            fmt::print("{} = \"{}\"  # {}\n", key, shown(entry), entry.origin);
        } else {
            fmt::print("# {} is not set\n", key);
        }
    }
}

bool mentions(std::string_view problem, const Setting& setting) {
    return problem.find(setting.key) != std::string_view::npos ||
           problem.find(variable_of(setting)) != std::string_view::npos;
}

// Rules about several settings are checked even when one of these is malformed, so that all
// mistakes come out together: the malformed one stands at its default meanwhile, and what the rules
// say about it is dropped.
void validate_too(
    const std::vector<Setting>& settings, Validate validate, Values values, Problems& problems) {
    std::vector<const Setting*> malformed;
    for (const auto& setting : settings) {
        auto& entry = values.entries.find(setting.key)->second;
        if (entry.text || entry.secret || entry.origin == kNotSet) {
            continue;
        }
        malformed.push_back(&setting);
        const bool is_number =
            setting.kind == SettingKind::Duration || setting.kind == SettingKind::Integer;
        if (is_number && !setting.default_text) {
            return;  // No rule can be asked about a number that is not there.
        }
        if (setting.kind != SettingKind::Secret) {
            entry.text = setting.default_text;
        }
    }
    Problems found;
    validate(values, found);
    for (auto& problem : found) {
        const bool known =
            std::any_of(malformed.begin(), malformed.end(), [&](const Setting* setting) {
                return mentions(problem, *setting);
            });
        if (!known) {
            problems.push_back(std::move(problem));
        }
    }
}

SettingsOutcome exit_with(int status) {
    return {Asked::Exit, status, {}};
}

SettingsOutcome conclude(
    const std::string& process, Print print, Values values, const Problems& problems) {
    if (!problems.empty()) {
        for (const auto& problem : problems) {
            fmt::print(stderr, "{}: {}\n", process, problem);
        }
        return exit_with(2);
    }
    if (print == Print::Config) {
        print_config(values);
        return exit_with(0);
    }
    if (print == Print::Check) {
        fmt::print("{}: the configuration is fine\n", process);
        return exit_with(0);
    }
    return {Asked::Run, 0, std::move(values)};
}

}  // namespace

bool Values::has(std::string_view key) const {
    const auto& entry = entry_of(*this, key);
    return entry.text.has_value() || entry.secret.has_value();
}

std::string Values::text(std::string_view key) const {
    return optional_text(key).value_or("");
}

std::optional<std::string> Values::optional_text(std::string_view key) const {
    return entry_of(*this, key).text;
}

std::chrono::milliseconds Values::duration(std::string_view key) const {
    const auto duration = parse_duration(text(key));
    ensure(duration.has_value(), "a duration has a default or is required");
    return *duration;
}

std::int64_t Values::integer(std::string_view key) const {
    const auto number = parse_integer(text(key));
    ensure(number.has_value(), "an integer has a default or is required");
    return *number;
}

std::vector<std::string> Values::list(std::string_view key) const {
    return split_list(text(key));
}

bool Values::is_on(std::string_view key) const {
    return text(key) == "true";
}

Secret Values::secret(std::string_view key) const {
    const auto& entry = entry_of(*this, key);
    if (!entry.secret_file) {
        return entry.secret.value_or(Secret{});
    }
    std::string why;
    auto text = read_small_file(*entry.secret_file, why);
    if (!text || text->empty()) {
        throw Transient(fmt::format(
            "{}: {} cannot be read ({})", key, *entry.secret_file, text ? "is empty" : why));
    }
    return Secret(std::move(*text));
}

SettingsOutcome read_settings(
    const std::string& process,
    const std::vector<Setting>& own_settings,
    int argc,
    const char* const* argv,
    Validate validate) {
    const auto settings = with_settings_of_all(own_settings);
    Problems problems;
    const auto line = read_command_line(process, settings, argc, argv, problems);
    if (line.print == Print::Help) {
        fmt::print("{}", line.help);
        return exit_with(0);
    }
    if (line.print == Print::Version) {
        fmt::print("{} {}\n", process, kVersion);
        return exit_with(0);
    }
    const auto variables = read_environment(settings, problems);
    const Setting config{.key = "config", .kind = SettingKind::Path};
    const SourceTexts no_file;
    const auto file = pick(config, {line.texts, variables, no_file});
    const auto search =
        file ? FileSearch{{file->text}, true} : FileSearch{default_files(process), false};
    const auto files = read_files(search, settings, problems);
    const auto values = judge(settings, {line.texts, variables, files}, problems);
    if (validate != nullptr) {
        validate_too(settings, validate, values, problems);
    }
    return conclude(process, line.print, values, problems);
}

}  // namespace lumos::runtime
