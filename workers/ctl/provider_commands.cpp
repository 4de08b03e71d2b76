#include "workers/ctl/body.h"
#include "workers/ctl/noun.h"

#include <CLI/CLI.hpp>
#include <boost/json.hpp>

namespace lumos::ctl {
namespace {

const std::vector<Column> kProviderColumns{
    {"PROVIDER", "id"},
    {"NAME", "name"},
    {"KIND", "kind"},
    {"VERIFIED", "verifiedAt"},
    {"EXPIRES", "expiresOn"}};

class ProviderCommands : public NounCommands {
public:
    ProviderCommands(CLI::App& top, Session& session)
        : NounCommands(
              top,
              session,
              {.name = "provider",
               .plural = "providers",
               .example = "cf-main",
               .columns = kProviderColumns}) {
        CLI::App& added = verb(
            "add",
            "a DNS provider; its token is verified first",
            "lumosctl provider add cloudflare cf-main --token-stdin < token",
            [this] { add(); });
        added.add_option("kind", kind_, "cloudflare")->required();
        added.add_option("id", id_, "a slug of its own: two accounts at one provider are normal")
            ->required();
        added.add_option("--name", name_, "for people");
        added
            .add_flag("--token-stdin", from_stdin_, "the token is the first line of standard input")
            ->required();

        CLI::App& set = verb(
            "set",
            "another token (verified before the old one is replaced) or name",
            "lumosctl provider set cf-main --token-stdin < token",
            [this] { edit(); });
        set.add_option("id", id_)->required();
        set.add_option("--name", name_, "for people");
        set.add_flag("--token-stdin", from_stdin_, "the token is the first line of standard input");

        CLI::App& verified = verb(
            "verify",
            "ask the provider whether the token is good",
            "lumosctl provider verify cf-main",
            [this] {
                show_thing(
                    this->session().api().post(path(id_) + "/verify", boost::json::object()));
            });
        verified.add_option("id", id_)->required();
    }

private:
    void add() {
        boost::json::object body{{"id", id_}, {"kind", kind_}, {"token", line_from_stdin("token")}};
        put(body, "name", name_);
        show_thing(session().api().post(path(), body));
    }

    void edit() {
        boost::json::object body;
        put(body, "name", name_);
        if (from_stdin_) {
            body["token"] = line_from_stdin("token");
        }
        show_thing(session().api().patch(path(id_), body));
    }

    std::string id_;
    std::string kind_;
    std::optional<std::string> name_;
    bool from_stdin_ = false;
};

}  // namespace

std::unique_ptr<Commands> provider_commands(CLI::App& app, Session& session) {
    return std::make_unique<ProviderCommands>(app, session);
}

}  // namespace lumos::ctl
