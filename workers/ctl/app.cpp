#include "workers/ctl/app.h"

#include "bus/error.h"
#include "schemas/envelope.h"
#include "sql/error.h"
#include "workers/ctl/session.h"
#include "workers/shared/runtime/errors.h"
#include "workers/shared/runtime/process.h"

#include <CLI/CLI.hpp>

#include <iostream>
#include <vector>

namespace lumos::ctl {
namespace {

constexpr const char* kExitStatuses =
    "Exit status: 0 fine, 1 failed, 2 wrong usage, 3 not found, 4 refused, 5 console unreachable, "
    "6 timed out.";

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
              provider_commands,
              zone_commands,
              domain_commands,
              channel_commands,
              token_commands,
              watch_commands}) {
            commands.push_back(make(app, session));
        }
        commands.push_back(local_commands(app));
        app.parse(argc, argv);
        std::cout.flush();
        return static_cast<int>(std::cout ? Exit::Fine : Exit::Failed);
    } catch (const CLI::ParseError& error) {
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
