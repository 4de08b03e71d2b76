#include "workers/ctl/body.h"
#include "workers/ctl/noun.h"

#include <CLI/CLI.hpp>
#include <boost/json.hpp>

namespace lumos::ctl {
namespace {

const std::vector<Column> kColumns{
    {"SERVER", "id"},
    {"NAME", "name"},
    {"STATUS", "status"},
    {"FITNESS", "fitness"},
    {"LAST SEEN", "lastSeen", true},
    {"REGION", "region"},
    {"IPV4", "ipv4"},
    {"IPV6", "ipv6"}};
const std::vector<Column> kDetails{
    {"server", "id"},
    {"name", "name"},
    {"status", "status"},
    {"since", "since"},
    {"cause", "cause"},
    {"message", "message"},
    {"fitness", "fitness"},
    {"last seen", "lastSeen"},
    {"region", "region"},
    {"ipv4", "ipv4"},
    {"ipv6", "ipv6"},
    {"agent", "agentVersion"},
    {"checks", "checks"}};

class ServerCommands : public NounCommands {
public:
    ServerCommands(CLI::App& top, Session& session)
        : NounCommands(
              top,
              session,
              {.name = "server",
               .plural = "servers",
               .example = "fra-1",
               .columns = kColumns,
               .details = kDetails,
               .on_removal = "Its credentials are of no use any more."}) {
        CLI::App& added = verb(
            "add",
            "a shield server, with credentials for its agent",
            "lumosctl server add fra-1 --name \"Frankfurt 1\" --ipv4 203.0.113.10 --region eu "
            "--creds-out fra-1.creds",
            [this] { add(); });
        options(added);
        added
            .add_option(
                "--creds-out",
                creds_out_,
                "where the agent's credentials go (mode 0600); - for stdout")
            ->required();
        CLI::App& set = verb(
            "set",
            "change it; a new address rewrites every record that publishes the old one",
            "lumosctl server set fra-1 --ipv4 203.0.113.11",
            [this] { edit(); });
        options(set);
    }

private:
    void options(CLI::App& to) {
        to.add_option("id", id_, "its slug: a-z, 0-9, -")->required();
        to.add_option("--name", name_, "for people");
        to.add_option("--ipv4", ipv4_, "the address that DNS publishes");
        to.add_option("--ipv6", ipv6_, "the IPv6 address, if it has one");
        to.add_option("--region", region_, "for people");
    }

    [[nodiscard]] boost::json::object body() const {
        boost::json::object body;
        put(body, "name", name_);
        put(body, "ipv4", ipv4_);
        put(body, "ipv6", ipv6_);
        put(body, "region", region_);
        return body;
    }

    void add() {
        boost::json::object request = body();
        request["id"] = id_;
        boost::json::value answer = session().api().post(path(), request);
        boost::json::object& server = answer.as_object();
        const boost::json::value* credentials = server.if_contains("credentials");
        if (credentials == nullptr || !credentials->is_string()) {
            throw CommandFailed(
                Exit::Failed,
                "the console gave no credentials; is LUMOS_BUS_SIGNING_KEY_FILE set there?");
        }
        write_secret_file(creds_out_, std::string(credentials->as_string()));
        server.erase("credentials");
        if (session().wants_json()) {
            session().print_json(answer);
        } else if (const boost::json::value* install = server.if_contains("install")) {
            session().say(std::string(install->as_string()));
        }
    }

    void edit() { show_thing(session().api().patch(path(id_), body())); }

    std::string id_;
    std::string creds_out_;
    std::optional<std::string> name_;
    std::optional<std::string> ipv4_;
    std::optional<std::string> ipv6_;
    std::optional<std::string> region_;
};

}  // namespace

std::unique_ptr<Commands> server_commands(CLI::App& app, Session& session) {
    return std::make_unique<ServerCommands>(app, session);
}

}  // namespace lumos::ctl
