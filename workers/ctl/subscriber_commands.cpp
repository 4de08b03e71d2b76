#include "workers/ctl/body.h"
#include "workers/ctl/noun.h"
#include "workers/shared/runtime/settings.h"

#include <CLI/CLI.hpp>
#include <boost/json.hpp>

namespace lumos::ctl {
namespace {

const std::vector<Column> kColumns{
    {"SUBSCRIBER", "id"},
    {"CONSUMER", "consumer"},
    {"BEGINS", "startsAt", false, "all"},
    {"READY", "ready"},
    {"REVOKED", "revoked"}};
const std::vector<Column> kDetails{
    {"subscriber", "id"},
    {"consumer", "consumer"},
    {"stream", "stream"},
    {"subjects", "subjects"},
    {"inbox prefix", "inboxPrefix"},
    {"begins", "startsAt", false, "all"},
    {"ready", "ready"},
    {"revoked", "revoked"},
    {"connected", "connected"},
    {"pending", "pending"},
    {"unacknowledged", "unacknowledged"}};

class SubscriberCommands : public NounCommands {
public:
    SubscriberCommands(CLI::App& top, Session& session)
        : NounCommands(
              top,
              session,
              {.name = "subscriber",
               .plural = "subscribers",
               .example = "billing",
               .columns = kColumns,
               .details = kDetails,
               .on_removal = "It is cut off, and what it has not read is forgotten."}) {
        CLI::App& added = verb(
            "add",
            "read-only credentials for the account's events, for any NATS client",
            "lumosctl subscriber add billing --creds-out billing.creds",
            [this] { add(); });
        added.add_option("id", id_, "its slug: a-z, 0-9, -")->required();
        creds_out(added);
        begin_options(added);
        CLI::App& rewound = verb(
            "rewind",
            "its consumer begins anew, further back",
            "lumosctl subscriber rewind billing --since 1h",
            [this] { rewind(); });
        rewound.add_option("id", id_, "its slug")->required();
        begin_options(rewound);
        CLI::App& rotated = verb(
            "rotate",
            "new credentials; the old ones end after the overlap",
            "lumosctl subscriber rotate billing --creds-out billing.creds --overlap 10m",
            [this] { rotate(); });
        rotated.add_option("id", id_, "its slug")->required();
        creds_out(rotated);
        overlap_.add_to(rotated);
        CLI::App& revoked = verb(
            "revoke",
            "take its credentials back: it is cut off; its place in the stream is kept",
            "lumosctl subscriber revoke billing",
            [this] { revoke(); });
        revoked.add_option("id", id_, "its slug")->required();
    }

private:
    void creds_out(CLI::App& to) {
        to.add_option(
              "--creds-out", creds_out_, "where the credentials go (mode 0600); - for stdout")
            ->required();
    }

    void begin_options(CLI::App& to) {
        CLI::Option* since =
            to.add_option("--since", since_, "begin so far back: a number with s, m or h");
        to.add_flag("--all", all_, "begin with all that the bus has: 7 days")->excludes(since);
    }

    [[nodiscard]] boost::json::object begin() const {
        boost::json::object body;
        if (all_) {
            body["all"] = true;
        } else if (!since_.empty()) {
            const auto duration = runtime::parse_duration(since_);
            if (!duration) {
                throw CommandFailed(Exit::Usage, "--since: a number with s, m or h, such as 1h");
            }
            body["sinceSeconds"] =
                std::chrono::duration_cast<std::chrono::seconds>(*duration).count();
        }
        return body;
    }

    // The credentials go into their file, the rest is returned.
    boost::json::value keep_credentials(boost::json::value answer) const {
        boost::json::object& subscriber = answer.as_object();
        if (const boost::json::value& text = subscriber.at("credentials"); text.is_string()) {
            write_secret_file(creds_out_, std::string(text.as_string()));
        }
        subscriber.erase("credentials");
        return answer;
    }

    void add() {
        boost::json::object body = begin();
        body["id"] = id_;
        require_free(creds_out_);
        const boost::json::value added = keep_credentials(session().api().post(path(), body));
        if (session().wants_json()) {
            session().print_json(added);
            return;
        }
        const auto text = [&](const char* field) {
            return std::string(added.at(field).as_string());
        };
        session().say(
            id_ + " added. With any NATS client:\n  address        " + text("natsUrl") +
            "\n  credentials    " + creds_out_ + "\n  inbox prefix   " + text("inboxPrefix") +
            "\n  live           subscribe " + text("subjects") +
            "\n  nothing lost   stream EVENT, consumer " + text("consumer") +
            "\nPrograms to start from: docs/integrating.md");
    }

    void rewind() {
        boost::json::object body = begin();
        if (body.empty()) {
            throw CommandFailed(Exit::Usage, "how far back? Give --since 1h or --all");
        }
        show_thing(session().api().post(path(id_) + "/rewind", body));
    }

    void rotate() {
        const std::int64_t overlap = overlap_.seconds();
        require_free(creds_out_);
        const boost::json::value rotated = keep_credentials(session().api().post(
            path(id_) + "/rotate", boost::json::object{{"overlapSeconds", overlap}}));
        if (session().wants_json()) {
            session().print_json(rotated);
            return;
        }
        const boost::json::value& until = rotated.at("previousUntil");
        session().say(
            until.is_null() ? id_ + " has new credentials; it had none before"
            : rotated.at("previousRevoked").as_bool()
                ? id_ + " has new credentials; the old ones are revoked"
                : id_ + " has new credentials; the old ones end " + std::string(until.as_string()));
    }

    void revoke() {
        session().confirm("The subscriber " + id_ + " is cut off.");
        const boost::json::value answer =
            session().api().post(path(id_) + "/revoke", boost::json::object{});
        if (session().wants_json()) {
            session().print_json(answer);
            return;
        }
        session().say(
            answer.at("revoked").as_bool()
                ? "the credentials of " + id_ + " are revoked; new ones: lumosctl subscriber rotate"
                : "NATS has not taken it yet; it is tried until it has");
    }

    std::string id_;
    std::string creds_out_;
    std::string since_;
    bool all_ = false;
    Overlap overlap_;
};

}  // namespace

std::unique_ptr<Commands> subscriber_commands(CLI::App& app, Session& session) {
    return std::make_unique<SubscriberCommands>(app, session);
}

}  // namespace lumos::ctl
