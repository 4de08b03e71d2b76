#include "workers/ctl/body.h"
#include "workers/ctl/noun.h"

#include <CLI/CLI.hpp>
#include <boost/json.hpp>

namespace lumos::ctl {
namespace {

const std::vector<Column> kZoneColumns{
    {"ZONE", "name"}, {"PROVIDER", "provider"}, {"ZONE ID", "zoneId"}, {"DOMAINS", "domains"}};

class ZoneCommands : public NounCommands {
public:
    ZoneCommands(CLI::App& top, Session& session)
        : NounCommands(
              top,
              session,
              {.name = "zone",
               .plural = "zones",
               .example = "example.com",
               .columns = kZoneColumns}) {
        CLI::App* list = app().get_subcommand("list");
        list->add_flag(
            "--available", available_, "what the providers' tokens may see, managed or not");
        list->callback([this] {
            this->session().show_list(
                this->session().api().get(path() + (available_ ? "?available=true" : "")),
                kZoneColumns);
        });
        CLI::App& added = verb(
            "add",
            "let us manage records in it; the token's right to edit it is proven first",
            "lumosctl zone add example.com --provider cf-main",
            [this] { add(); });
        added.add_option("name", zone_)->required();
        added.add_option("--provider", provider_, "whose token")->required();
        added.add_option(
            "--zone-id", zone_id_, "where the token may not list zones: 32 hexadecimal digits");
    }

private:
    void add() {
        boost::json::object body{{"name", zone_}, {"provider", provider_}};
        put(body, "zoneId", zone_id_);
        show_thing(session().api().post(path(), body));
    }

    std::string zone_;
    std::string provider_;
    std::optional<std::string> zone_id_;
    bool available_ = false;
};

}  // namespace

std::unique_ptr<Commands> zone_commands(CLI::App& app, Session& session) {
    return std::make_unique<ZoneCommands>(app, session);
}

}  // namespace lumos::ctl
