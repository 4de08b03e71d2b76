#include "workers/ctl/noun.h"

#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include <utility>

namespace lumos::ctl {

NounCommands::NounCommands(CLI::App& app, Session& session, Noun noun)
    : session_(session),
      noun_(std::move(noun)) {
    app_ = app.add_subcommand(noun_.name, noun_.plural + ": list, show, add, set, remove");
    app_->require_subcommand(1);
    const std::string lumosctl = "lumosctl " + noun_.name + " ";
    verb("list", "all of them", lumosctl + "list", [this] { list(); });
    CLI::App& shown = verb("show", "one of them", lumosctl + "show " + noun_.example, [this] {
        show_thing(session_.api().get(path(id_)));
    });
    shown.add_option("id", id_)->required();
    CLI::App& removed =
        verb("remove", "take it away", lumosctl + "remove " + noun_.example, [this] {
            session_.confirm("Remove " + noun_.name + " " + id_ + "? " + noun_.on_removal);
            session_.api().remove(path(id_));
            session_.say(noun_.name + " " + id_ + " removed");
        });
    removed.add_option("id", id_)->required();

    CLI::App* all = app.add_subcommand(noun_.plural, "short for " + noun_.name + " list");
    all->callback([this] { list(); });
}

std::string NounCommands::path(const std::string& id) const {
    const std::string rest = "/" + noun_.plural + (id.empty() ? "" : "/" + percent_encoded(id));
    return noun_.is_global ? "/api/v1" + rest : session_.in_account(rest);
}

CLI::App& NounCommands::verb(
    const std::string& name,
    const std::string& help,
    const std::string& example,
    std::function<void()> action) {
    CLI::App* added = app_->add_subcommand(name, help);
    added->footer("Example:\n  " + example);
    added->callback(std::move(action));
    return *added;
}

void NounCommands::show_thing(const boost::json::value& thing) const {
    session_.show(thing, noun_.details.empty() ? noun_.columns : noun_.details);
}

void NounCommands::list() const {
    session_.show_list(session_.api().get(path()), noun_.columns);
}

}  // namespace lumos::ctl
