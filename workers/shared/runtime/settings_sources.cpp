#include "workers/shared/runtime/settings_sources.h"

#include "workers/shared/runtime/process.h"
#include "workers/shared/runtime/settings_text.h"
#include "workers/shared/runtime/words_rule.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <sys/stat.h>
#include <toml++/toml.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <sstream>

namespace lumos::runtime {
namespace {

constexpr std::size_t kFileBytesMax = 64 * 1024;

std::string help_of(const Setting& setting) {
    auto help = setting.help;
    if (setting.kind == SettingKind::Choice) {
        help += fmt::format(": {}", fmt::join(setting.choices, " | "));
    }
    if (setting.default_text) {
        help += fmt::format(" [{}]", *setting.default_text);
    }
    return help + (setting.required ? " (required)" : "");
}

std::string footer_of(const std::vector<Setting>& settings) {
    std::string footer =
        "Each flag has a variable (--nats-url: LUMOS_NATS_URL) and a key in the file (nats_url). "
        "Flag beats variable "
        "beats file.";
    for (const auto& setting : settings) {
        if (setting.kind == SettingKind::Secret) {
            const auto variable = variable_of(setting);
            footer +=
                fmt::format("\n{} or {}_FILE (no flag): {}", variable, variable, help_of(setting));
        }
    }
    return footer;
}

std::string did_you_mean(std::string_view word, const std::vector<std::string>& known) {
    const auto near = nearest(word, known);
    return near ? fmt::format("did you mean {}?", *near) : std::string("see --help");
}

// What CLI11 fills in while it parses.
struct Parsed {
    std::map<std::string, std::string> texts;
    bool version = false;
    bool check = false;
    bool config = false;
};

std::vector<std::string> add_options(
    CLI::App& app, const std::vector<Setting>& settings, Parsed& parsed) {
    std::vector<std::string> flags{"--help", "--version", "--check-config", "--print-config"};
    app.set_help_flag("-h,--help", "print this and exit");
    app.add_flag("--version", parsed.version, "print the version and exit");
    app.add_flag(
        "--check-config", parsed.check, "read the configuration, say what is wrong with it, exit");
    app.add_flag(
        "--print-config", parsed.config, "print each setting with where it comes from, exit");
    app.allow_extras();
    for (const auto& setting : settings) {
        if (setting.kind == SettingKind::Secret) {
            continue;
        }
        const auto flag = flag_of(setting.key);
        const auto variable =
            setting.variable.empty() ? std::string{} : fmt::format(" ({})", setting.variable);
        flags.push_back(flag);
        auto take = [&parsed, key = setting.key](const std::string& text) {
            parsed.texts[key] = text;
        };
        app.add_option_function<std::string>(flag, take, help_of(setting) + variable)
            ->type_name(setting.kind == SettingKind::Duration ? "DURATION" : "")
            ->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
    }
    return flags;
}

void report_extras(
    const CLI::App& app,
    const std::vector<Setting>& settings,
    const std::vector<std::string>& flags,
    Problems& problems) {
    bool after_flag = false;
    for (const auto& extra : app.remaining()) {
        const auto flag = extra.substr(0, extra.find('='));  // What follows may be a secret.
        const auto secret =
            std::find_if(settings.begin(), settings.end(), [&](const Setting& setting) {
                return setting.kind == SettingKind::Secret && flag_of(setting.key) == flag;
            });
        if (secret != settings.end()) {
            const auto variable = variable_of(*secret);
            problems.push_back(fmt::format(
                "{}: a secret has no flag, everybody on the machine could read it; set {} or "
                "{}_FILE",
                flag,
                variable,
                variable));
        } else if (flag.starts_with("-")) {
            problems.push_back(fmt::format("{}: is no flag; {}", flag, did_you_mean(flag, flags)));
        } else if (!after_flag) {
            problems.push_back(fmt::format("{}: has no flag before it; see --help", extra));
        }
        after_flag = flag.starts_with("-");
    }
}

// The value that a TOML key may have, as text. Nothing where it is of a kind that no setting has.
std::optional<std::string> text_of(const toml::node& node) {
    if (const auto* text = node.as_string()) {
        return text->get();
    }
    if (const auto* number = node.as_integer()) {
        return fmt::format("{}", number->get());
    }
    if (const auto* flag = node.as_boolean()) {
        return flag->get() ? "true" : "false";
    }
    const auto* list = node.as_array();
    if (list == nullptr) {
        return std::nullopt;
    }
    std::vector<std::string> entries;
    for (const auto& entry : *list) {
        const auto* text = entry.as_string();
        if (text == nullptr || text->get().find(',') != std::string::npos) {
            return std::nullopt;
        }
        entries.push_back(text->get());
    }
    return fmt::format("{}", fmt::join(entries, ","));
}

struct KnownKeys {
    std::vector<std::string> own;
    std::vector<std::string> all;  // Of every process: they share a file.
};

KnownKeys known_keys(const std::vector<Setting>& settings) {
    KnownKeys keys;
    for (const auto& setting : settings) {
        if (setting.key == "config") {
            continue;
        }
        keys.own.push_back(setting.key);
        if (setting.kind == SettingKind::Secret) {
            keys.own.push_back(setting.key + "_file");
        }
    }
    keys.all = keys.own;
    const auto& foreign = common_settings::keys_of_all_processes();
    keys.all.insert(keys.all.end(), foreign.begin(), foreign.end());
    return keys;
}

class FileReader {
public:
    FileReader(const std::vector<Setting>& settings, SourceTexts& texts, Problems& problems)
        : settings_(settings),
          keys_(known_keys(settings)),
          texts_(texts),
          problems_(problems) {}

    void take(const std::string& path, const toml::table& table) {
        SourceTexts found;
        for (const auto& [toml_key, node] : table) {
            take_entry(path, std::string(toml_key.str()), node, found);
        }
        texts_.merge(found);  // Keeps what an earlier file gave.
    }

private:
    void take_entry(
        const std::string& path,
        const std::string& key,
        const toml::node& node,
        SourceTexts& found) {
        const auto knows = [&](const std::vector<std::string>& keys) {
            return std::find(keys.begin(), keys.end(), key) != keys.end();
        };
        if (!knows(keys_.all)) {
            problems_.push_back(fmt::format(
                "{} (in {}, line {}): is no setting; {}",
                key,
                path,
                node.source().begin.line,
                did_you_mean(key, keys_.all)));
            return;
        }
        if (!knows(keys_.own)) {
            return;
        }
        const auto text = text_of(node);
        if (!text) {
            problems_.push_back(fmt::format(
                "{} (in {}, line {}): must be a text in quotes, a whole number, true, false or a "
                "list of texts",
                key,
                path,
                node.source().begin.line));
            return;
        }
        const bool is_file =
            std::none_of(settings_.begin(), settings_.end(), [&](const Setting& setting) {
                return setting.key == key;
            });
        const auto name = is_file ? key.substr(0, key.size() - std::strlen("_file")) : key;
        if (!found.emplace(name, SourceText{*text, path, is_file}).second) {
            problems_.push_back(fmt::format(
                "{} (in {}): {} stands there, too; leave one out", name, path, name + "_file"));
        }
    }

    const std::vector<Setting>& settings_;
    KnownKeys keys_;
    SourceTexts& texts_;
    Problems& problems_;
};

}  // namespace

std::optional<std::string> read_small_file(const std::string& path, std::string& why) {
    struct stat status {};
    if (::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode)) {
        why = "is a folder";
        return std::nullopt;
    }
    errno = 0;
    std::ifstream file(path, std::ios::binary);
    if (!file) {
        why = std::strerror(errno);
        return std::nullopt;
    }
    std::string text(kFileBytesMax + 1, '\0');
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(file.gcount()));
    if (file.bad() || text.size() > kFileBytesMax) {
        why = file.bad() ? "cannot be read" : "is larger than 64 KiB";
        return std::nullopt;
    }
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) {
        text.pop_back();
    }
    return text;
}

CommandLine read_command_line(
    const std::string& process,
    const std::vector<Setting>& settings,
    int argc,
    const char* const* argv,
    Problems& problems) {
    Parsed parsed;
    CLI::App app(process, process);
    app.footer(footer_of(settings));
    const auto flags = add_options(app, settings, parsed);
    CommandLine line;
    try {
        app.parse(argc, argv);
        report_extras(app, settings, flags, problems);
    } catch (const CLI::CallForHelp&) {
        line.print = Print::Help;
        line.help = app.help();
        return line;
    } catch (const CLI::ParseError& error) {
        problems.push_back(fmt::format("{}; see --help", error.what()));
    }
    for (auto& [key, text] : parsed.texts) {
        line.texts.emplace(key, SourceText{text, flag_of(key)});
    }
    line.print = parsed.version  ? Print::Version
                 : parsed.config ? Print::Config
                 : parsed.check  ? Print::Check
                                 : Print::Nothing;
    return line;
}

SourceTexts read_environment(const std::vector<Setting>& settings, Problems& problems) {
    SourceTexts texts;
    for (const auto& setting : settings) {
        const auto variable = variable_of(setting);
        const char* const text = std::getenv(variable.c_str());
        if (text != nullptr) {
            texts.emplace(setting.key, SourceText{text, variable});
        }
        if (setting.kind != SettingKind::Secret) {
            continue;
        }
        const auto file_variable = variable + "_FILE";
        const char* const path = std::getenv(file_variable.c_str());
        if (path != nullptr &&
            !texts.emplace(setting.key, SourceText{path, file_variable, true}).second) {
            problems.push_back(
                fmt::format("{}: {} is set, too; unset one of them", variable, file_variable));
        }
    }
    return texts;
}

SourceTexts read_files(
    const FileSearch& search, const std::vector<Setting>& settings, Problems& problems) {
    SourceTexts texts;
    FileReader reader(settings, texts, problems);
    for (const auto& path : search.paths) {
        struct stat status {};
        if (::stat(path.c_str(), &status) != 0 && errno == ENOENT && !search.must_exist) {
            continue;
        }
        std::string why;
        const auto text = read_small_file(path, why);
        if (!text) {
            problems.push_back(
                fmt::format("config: {} cannot be read ({}); see --config", path, why));
            continue;
        }
        try {
            reader.take(path, toml::parse(*text, path));
        } catch (const toml::parse_error& error) {
            problems.push_back(fmt::format(
                "config: {}, line {}: {}; the file is TOML, lines like nats_url = "
                "\"nats://127.0.0.1:4222\"",
                path,
                error.source().begin.line,
                error.description()));
        }
    }
    return texts;
}

}  // namespace lumos::runtime
