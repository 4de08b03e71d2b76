#include "workers/ctl/body.h"
#include "workers/ctl/noun.h"

#include <CLI/CLI.hpp>
#include <boost/json.hpp>

namespace lumos::ctl {
namespace {

const std::vector<Column> kColumns{
    {"ACCOUNT", "id"},
    {"NAME", "name"},
    {"PLAN", "plan"},
    {"SERVERS", "servers"},
    {"DOMAINS", "domains"}};

class AccountCommands : public NounCommands {
public:
    AccountCommands(CLI::App& top, Session& session)
        : NounCommands(
              top,
              session,
              {.name = "account",
               .plural = "accounts",
               .example = "acme",
               .columns = kColumns,
               .on_removal = "Its servers, domains and channels go with it; DNS stays as it is.",
               .is_global = true}) {
        CLI::App& create = verb(
            "create",
            "a new account; makes the channel owner (email, all alerts)",
            "lumosctl account create acme --plan pro --email owner@acme.example",
            [this] { add(); });
        create.alias("add");
        create.add_option("id", id_, "its slug: a-z, 0-9, -")->required();
        create.add_option("--plan", plan_, "free, pro or enterprise")->required();
        create.add_option("--email", email_, "the owner's address");
        create.add_option("--name", name_, "for people; the id by default");

        CLI::App& set = verb(
            "set", "change name or plan", "lumosctl account set acme --plan enterprise", [this] {
                edit();
            });
        set.add_option("id", id_)->required();
        set.add_option("--plan", plan_, "free, pro or enterprise");
        set.add_option("--name", name_, "for people");
    }

private:
    void add() {
        boost::json::object body{{"id", id_}};
        put(body, "plan", plan_);
        put(body, "email", email_);
        put(body, "name", name_);
        show_thing(session().api().post(path(), body));
    }

    void edit() {
        boost::json::object body;
        put(body, "plan", plan_);
        put(body, "name", name_);
        show_thing(session().api().patch(path(id_), body));
    }

    std::string id_;
    std::optional<std::string> plan_;
    std::optional<std::string> email_;
    std::optional<std::string> name_;
};

}  // namespace

std::unique_ptr<Commands> account_commands(CLI::App& app, Session& session) {
    return std::make_unique<AccountCommands>(app, session);
}

}  // namespace lumos::ctl
