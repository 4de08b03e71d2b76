#include "sql/connection.h"
#include "sql/console_token_store.h"
#include "sql/console_work.h"
#include "workers/ctl/body.h"
#include "workers/ctl/noun.h"
#include "workers/shared/runtime/api_token.h"
#include "workers/shared/runtime/environment.h"

#include <CLI/CLI.hpp>
#include <boost/json.hpp>

namespace lumos::ctl {
namespace {

const std::vector<Column> kTokenColumns{
    {"TOKEN", "id"},
    {"READ ONLY", "readOnly"},
    {"CREATED", "createdAt"},
    {"LAST USED", "lastUsedAt"},
    {"EXPIRES", "expiresAt"}};

class TokenCommands : public NounCommands {
public:
    TokenCommands(CLI::App& top, Session& session)
        : NounCommands(
              top,
              session,
              {.name = "token",
               .plural = "tokens",
               .example = "ci",
               .columns = kTokenColumns,
               .on_removal = "Whoever uses it is refused from now on."}) {
        CLI::App& create = verb(
            "create",
            "an API token, printed once; with --admin straight into the database",
            "lumosctl token create --admin --name ops > token",
            [this] { add(); });
        create.alias("add");
        create.add_option("--name", name_, "its slug")->required();
        create.add_flag(
            "--admin", admin_, "for all accounts; needs LUMOS_DATABASE_URL instead of a token");
        create.add_flag("--read-only", read_only_, "may look, not change");
        app().get_subcommand("remove")->alias("revoke");
    }

private:
    void add() {
        if (admin_) {
            add_in_database();
            return;
        }
        const boost::json::value answer = session().api().post(
            path(), boost::json::object{{"id", name_}, {"readOnly", read_only_}});
        if (session().wants_json()) {
            session().print_json(answer);
        } else {
            session().say(std::string(answer.at("token").as_string()));
        }
    }

    // The first token cannot come from the API, which asks for one.
    void add_in_database() {
        const runtime::Secret url = runtime::secret_from_environment("LUMOS_DATABASE_URL");
        sql::Connection connection(url.empty() ? "postgresql:///lumos" : url.reveal(), "lumosctl");
        sql::console::Work work(connection);
        const runtime::Secret token = runtime::new_api_token();
        sql::console::add_token(
            work,
            {.account_id = std::nullopt,
             .slug = name_,
             .hash = runtime::hash_of_api_token(token.reveal()),
             .read_only = read_only_,
             .expires_at = std::nullopt});
        work.audit(
            {.account_id = std::nullopt,
             .actor = "lumosctl on the console's host",
             .action = "token.create",
             .subject = name_,
             .before = std::nullopt,
             .after = std::nullopt});
        work.commit();
        if (session().wants_json()) {
            session().print_json(boost::json::object{{"id", name_}, {"token", token.reveal()}});
        } else {
            session().say(token.reveal());
        }
    }

    std::string name_;
    bool admin_ = false;
    bool read_only_ = false;
};

}  // namespace

std::unique_ptr<Commands> token_commands(CLI::App& app, Session& session) {
    return std::make_unique<TokenCommands>(app, session);
}

}  // namespace lumos::ctl
