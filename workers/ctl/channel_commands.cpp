#include "workers/ctl/body.h"
#include "workers/ctl/noun.h"

#include <CLI/CLI.hpp>
#include <boost/json.hpp>

namespace lumos::ctl {
namespace {

namespace json = boost::json;

const std::vector<Column> kChannelColumns{
    {"CHANNEL", "id"},
    {"KIND", "kind"},
    {"TARGET", "target"},
    {"ALERTS", "alerts", false, "all"},
    {"DISABLED", "disabledWhy", false, "no"}};

class ChannelCommands : public NounCommands {
public:
    ChannelCommands(CLI::App& top, Session& session)
        : NounCommands(
              top,
              session,
              {.name = "channel",
               .plural = "channels",
               .example = "ops-hook",
               .columns = kChannelColumns,
               .on_removal = "What is not delivered yet will not be."}) {
        CLI::App& added = verb(
            "add",
            "an email address or a webhook; a webhook's secret is printed once",
            "lumosctl channel add webhook ops-hook https://hooks.acme.example/lumos",
            [this] { add(); });
        added.add_option("kind", kind_, "email or webhook")->required();
        added.add_option("id", id_, "its slug")->required();
        added.add_option("target", target_, "the address or the URL")->required();
        alerts_option(added);
        CLI::App& set = verb(
            "set",
            "other alerts or another target",
            "lumosctl channel set ops-hook --alerts server_down,failover_triggered",
            [this] { edit(); });
        set.add_option("id", id_)->required();
        set.add_option("--target", new_target_, "the address or the URL");
        alerts_option(set);
        CLI::App& test =
            verb("test", "a real delivery, now", "lumosctl channel test ops-hook", [this] {
                this->test();
            });
        test.add_option("id", id_)->required();
    }

private:
    void alerts_option(CLI::App& to) {
        to.add_option("--alerts", alerts_, "comma-separated; all by default")->delimiter(',');
    }

    void add() {
        json::object body{{"id", id_}, {"kind", kind_}, {"target", target_}};
        put(body, "alerts", alerts_);
        const json::value answer = session().api().post(path(), body);
        show_thing(answer);
        const json::value* secret = answer.as_object().if_contains("secret");
        if (secret != nullptr && secret->is_string()) {
            session().say("secret (shown once): " + std::string(secret->as_string()));
        }
    }

    void edit() {
        json::object body;
        put(body, "target", new_target_);
        put(body, "alerts", alerts_);
        show_thing(session().api().patch(path(id_), body));
    }

    void test() {
        const json::value answer = session().api().post(path(id_) + "/test", json::object());
        if (session().wants_json()) {
            session().print_json(answer);
        }
        const json::value* delivered = answer.as_object().if_contains("delivered");
        if (delivered != nullptr && delivered->is_bool() && delivered->as_bool()) {
            session().say("delivered");
            return;
        }
        const json::value* error = answer.as_object().if_contains("error");
        throw CommandFailed(
            Exit::Failed,
            "not delivered: " + (error != nullptr && error->is_string()
                                     ? std::string(error->as_string())
                                     : std::string("no answer yet")));
    }

    std::string id_;
    std::string kind_;
    std::string target_;
    std::optional<std::string> new_target_;
    std::vector<std::string> alerts_;
};

}  // namespace

std::unique_ptr<Commands> channel_commands(CLI::App& app, Session& session) {
    return std::make_unique<ChannelCommands>(app, session);
}

}  // namespace lumos::ctl
