#include "workers/ctl/app.h"

#include "bus/error.h"
#include "schemas/envelope.h"
#include "sql/error.h"
#include "workers/ctl/session.h"
#include "workers/shared/runtime/errors.h"
#include "workers/shared/runtime/process.h"
#include "workers/shared/runtime/words_rule.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <optional>
#include <string>
#include <vector>

namespace lumos::ctl {
namespace {

constexpr const char* kExitStatuses =
    "Exit status: 0 fine, 1 failed, 2 wrong usage, 3 not found, 4 refused, 5 console unreachable, "
    "6 timed out.";

// Whether the word after this one is its value.
bool takes_value(const CLI::App* within, const std::string& word) {
    for (; within != nullptr; within = within->get_parent()) {
        if (const CLI::Option* option = within->get_option_no_throw(word)) {
            return option->get_items_expected_min() > 0;
        }
    }
    return false;
}

// The first word of the command line that is none of the commands that may stand there, with what
// it may have meant; nothing where all are. CLI11 only says that a command is missing.
std::optional<std::string> unknown_command(const CLI::App& app, int argc, const char* const* argv) {
    const CLI::App* within = &app;
    std::string path = "lumosctl";
    for (int i = 1; i < argc; ++i) {
        const std::string word = argv[i];
        if (word.starts_with('-')) {
            i += takes_value(within, word) ? 1 : 0;
            continue;
        }
        const auto commands = within->get_subcommands([](const CLI::App*) { return true; });
        if (commands.empty()) {
            return std::nullopt;  // What follows are its operands.
        }
        const auto next = std::ranges::find(commands, word, &CLI::App::get_name);
        if (next != commands.end()) {
            within = *next;
            path += " " + word;
            continue;
        }
        std::vector<std::string> known;
        for (const CLI::App* command : commands) {
            known.push_back(command->get_name());
        }
        const auto meant = runtime::nearest(word, known);
        return fmt::format(
            "there is no command {} {}; {}",
            path,
            word,
            meant ? fmt::format("did you mean {} {}?", path, *meant)
                  : fmt::format("{} --help lists them", path));
    }
    return std::nullopt;
}

int failed(Exit status, const std::string& text) {
    std::cerr << "lumosctl: " << text << "\n";
    return static_cast<int>(status);
}

}  // namespace

int run(int argc, const char* const* argv) {
    CLI::App app("The operator's command line of Lumos Failover.", "lumosctl");
    app.set_version_flag("--version", std::string("lumosctl ") + runtime::kVersion);
    app.require_subcommand(1);
    app.fallthrough();
    app.footer(kExitStatuses);
    try {
        Session session(app);
        std::vector<std::unique_ptr<Commands>> commands;
        for (auto make :
             {account_commands,
              server_commands,
              bus_commands,
              provider_commands,
              zone_commands,
              domain_commands,
              channel_commands,
              token_commands,
              subscriber_commands,
              watch_commands}) {
            commands.push_back(make(app, session));
        }
        commands.push_back(local_commands(app));
        app.parse(argc, argv);
        std::cout.flush();
        return static_cast<int>(std::cout ? Exit::Fine : Exit::Failed);
    } catch (const CLI::ParseError& error) {
        if (const auto unknown = unknown_command(app, argc, argv);
            unknown && error.get_exit_code() != static_cast<int>(CLI::ExitCodes::Success)) {
            return failed(Exit::Usage, *unknown);
        }
        // Help and version are ends, too, but good ones.
        return app.exit(error) == 0 ? static_cast<int>(Exit::Fine) : static_cast<int>(Exit::Usage);
    } catch (const CommandFailed& error) {
        return failed(error.status, error.what());
    } catch (const runtime::UsageError& error) {
        return failed(Exit::Usage, error.what());
    } catch (const bus::BusRefused& error) {
        return failed(Exit::Refused, error.what());
    } catch (const sql::Conflict& error) {
        return failed(Exit::Refused, error.what());
    } catch (const std::exception& error) {
        return failed(Exit::Failed, error.what());
    }
}

}  // namespace lumos::ctl
