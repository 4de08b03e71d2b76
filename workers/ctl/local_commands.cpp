// Commands that need no console: the database's schema, the key ring.

#include "sql/connection.h"
#include "sql/migrate.h"
#include "workers/ctl/body.h"
#include "workers/ctl/session.h"
#include "workers/ctl/table_rule.h"
#include "workers/shared/runtime/environment.h"
#include "workers/shared/runtime/secret_box.h"

#include <CLI/CLI.hpp>

#include <iostream>

namespace lumos::ctl {
namespace {

class LocalCommands : public Commands {
public:
    explicit LocalCommands(CLI::App& app) {
        CLI::App* migrating = app.add_subcommand(
            "migrate", "bring the database's schema up to date (LUMOS_DATABASE_URL)");
        migrating->add_flag("--status", only_status_, "say what is applied, change nothing");
        migrating->footer("Example:\n  LUMOS_DATABASE_URL=postgresql:///lumos lumosctl migrate");
        migrating->callback([this] { migrate(); });

        CLI::App* secret =
            app.add_subcommand("secret", "the key ring that encrypts tokens and secrets at rest");
        secret->require_subcommand(1);
        CLI::App* add =
            secret->add_subcommand("add", "make the ring's file (mode 0600) with a first key");
        add->add_option("file", ring_, "for LUMOS_SECRET_KEY_FILE")->required();
        add->footer("Example:\n  lumosctl secret add /etc/lumos/secret.keys");
        add->callback([this] {
            write_secret_file(ring_, runtime::new_key_line("k1") + "\n");
            std::cout << ring_ << " made. Keep a copy apart from the database's backup.\n";
        });
    }

private:
    void migrate() const {
        const runtime::Secret url = runtime::secret_from_environment("LUMOS_DATABASE_URL");
        sql::Connection connection(url.empty() ? "postgresql:///lumos" : url.reveal(), "lumosctl");
        if (!only_status_) {
            const std::vector<int> applied = sql::migrate(connection);
            std::cout << "database is at " << sql::database_version(connection) << " ("
                      << applied.size() << " applied now)\n";
            return;
        }
        std::vector<std::vector<std::string>> rows;
        for (const sql::MigrationState& step : sql::migration_states(connection)) {
            rows.push_back(
                {std::to_string(step.number),
                 step.name,
                 step.changed ? "changed since it was applied"
                              : (step.applied ? "applied" : "to be applied")});
        }
        std::cout << table({"NUMBER", "STEP", "STATE"}, rows);
    }

    bool only_status_ = false;
    std::string ring_;
};

}  // namespace

std::unique_ptr<Commands> local_commands(CLI::App& app) {
    return std::make_unique<LocalCommands>(app);
}

}  // namespace lumos::ctl
