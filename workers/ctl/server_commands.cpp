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
        add_rotate();
        add_revoke();
    }

private:
    void add_rotate() {
        CLI::App& rotate = verb(
            "rotate",
            "new credentials for its agent; the old ones end after the overlap",
            "lumosctl server rotate fra-1 --creds-out fra-1.creds --overlap 10m",
            [this] { this->rotate(); });
        rotate.add_option("id", id_, "its slug")->required();
        rotate
            .add_option(
                "--creds-out", creds_out_, "where the new ones go (mode 0600); - for stdout")
            ->required();
        overlap_.add_to(rotate);
    }

    void add_revoke() {
        CLI::App& revoke = verb(
            "revoke",
            "take its agent's credentials back: it is cut off and stays out",
            "lumosctl server revoke fra-1",
            [this] { this->revoke(); });
        revoke.add_option("id", id_, "its slug")->required();
    }

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
        require_free(creds_out_);
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

    void rotate() {
        const std::int64_t overlap = overlap_.seconds();
        require_free(creds_out_);
        boost::json::value answer = session().api().post(
            path(id_) + "/rotate", boost::json::object{{"overlapSeconds", overlap}});
        boost::json::object& server = answer.as_object();
        if (const boost::json::value& text = server.at("credentials"); text.is_string()) {
            write_secret_file(creds_out_, std::string(text.as_string()));
        }
        server.erase("credentials");
        if (session().wants_json()) {
            session().print_json(answer);
            return;
        }
        const boost::json::value& until = server.at("previousUntil");
        session().say(
            until.is_null() ? id_ + " has new credentials; it had none before"
            : server.at("previousRevoked").as_bool()
                ? id_ + " has new credentials; the old ones are revoked"
                : id_ + " has new credentials; install them before the old ones end, " +
                      std::string(until.as_string()));
    }

    void revoke() {
        session().confirm(
            "The agent of " + id_ +
            " is cut off. When it has been silent for the health timeout, its domains move.");
        const boost::json::value answer =
            session().api().post(path(id_) + "/revoke", boost::json::object{});
        if (session().wants_json()) {
            session().print_json(answer);
            return;
        }
        session().say(
            answer.at("revoked").as_bool()
                ? "the credentials of " + id_ + " are revoked; new ones: lumosctl server rotate"
                : "NATS has not taken it yet; it is tried until it has");
    }

    void edit() { show_thing(session().api().patch(path(id_), body())); }

    std::string id_;
    std::string creds_out_;
    Overlap overlap_;
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
