#include "workers/ctl/event_line_rule.h"
#include "workers/ctl/session.h"
#include "workers/shared/runtime/clock.h"
#include "workers/shared/runtime/settings.h"

#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include <iostream>
#include <stop_token>

namespace lumos::ctl {
namespace {

namespace json = boost::json;
using std::chrono::milliseconds;

constexpr milliseconds kPollServers{250};
constexpr milliseconds kPollEvents{1'000};

const std::vector<Column> kProcesses{
    {"PROCESS", "process"},
    {"ID", "id"},
    {"VERSION", "version"},
    {"SINCE", "startedAt"},
    {"WORK", "work"},
    {"DONE", "done"},
    {"FAILED", "failed"},
    {"SECONDS", "processingSeconds"}};
const std::vector<Column> kChanges{
    {"CHANGE", "id"},
    {"DOMAIN", "domain"},
    {"KIND", "kind"},
    {"STATE", "state"},
    {"FROM", "fromIp"},
    {"TO", "toIp"},
    {"DECIDED", "decidedAt"},
    {"SETTLED", "settledAt"}};
const std::vector<Column> kDeliveries{
    {"DELIVERY", "id"},
    {"CHANNEL", "channel"},
    {"ALERT", "alert"},
    {"SUBJECT", "subject"},
    {"STATE", "state"},
    {"ATTEMPT", "attempt"},
    {"NEXT", "nextAt"},
    {"ERROR", "lastError"}};

class WatchCommands : public Commands {
public:
    WatchCommands(CLI::App& app, Session& session) : session_(session) {
        add_status(app);
        add_wait(app);
        add_events(app);
        add_workers(app);
        add_list(app, "changes", "what was written at the provider, newest first", kChanges);
        add_list(app, "deliveries", "mails and webhooks, newest first", kDeliveries);
        CLI::App* explain = app.add_subcommand("explain", "why a domain is served as it is");
        explain->add_option("domain", domain_)->required();
        explain->footer("Example:\n  lumosctl explain www.example.com");
        explain->callback([this] {
            print_text(session_.api().get(
                session_.in_account("/domains/" + percent_encoded(domain_) + "/explanation")));
        });
        CLI::App* reconcile = app.add_subcommand(
            "reconcile", "read every zone again, after a restore or promotion of the database");
        reconcile->footer("Example:\n  lumosctl reconcile --yes");
        reconcile->callback([this] {
            session_.confirm("Doubt what is published for every domain until it was read again?");
            const json::value answer = session_.api().post("/api/v1/reconcile", json::object());
            session_.show(answer, {{"domains in doubt", "domains"}});
        });
    }

private:
    void add_status(CLI::App& app) {
        CLI::App* status = app.add_subcommand(
            "status", "what is wrong first; exit status 1 if something needs a person");
        status->footer("Example:\n  lumosctl status");
        status->callback([this] {
            const json::value answer = session_.api().get("/api/v1/status");
            print_text(answer);
            const json::value* ok = answer.as_object().if_contains("ok");
            if (ok == nullptr || !ok->is_bool() || !ok->as_bool()) {
                throw CommandFailed(Exit::Failed, "something needs a person");
            }
        });
    }

    void add_wait(CLI::App& app) {
        CLI::App* wait =
            app.add_subcommand("wait", "until something is so; exit status 6 if it is not in time");
        wait->require_subcommand(1);
        CLI::App* server = wait->add_subcommand("server", "until servers have a status");
        server->add_option("servers", servers_)->required();
        server->add_option("--for", status_, "online, offline, error or unknown")
            ->required()
            ->check(CLI::IsMember({"online", "offline", "error", "unknown"}));
        server->add_option("--timeout", timeout_, "how long at most")->capture_default_str();
        server->footer("Example:\n  lumosctl wait server fra-1 iad-1 --for online --timeout 2m");
        server->callback([this] { wait_for_servers(); });
    }

    void add_events(CLI::App& app) {
        CLI::App* events = app.add_subcommand("events", "what happened, oldest first");
        events->add_flag("--follow", follow_, "go on until interrupted");
        events->add_option("--type", type_, "of this type only");
        events->add_option("--domain", domain_, "about this domain only");
        events->add_option("--server", server_, "about this server only");
        events->add_option("--limit", limit_, "at most so many")
            ->capture_default_str()
            ->check(CLI::Range(1, 500));
        events->footer("Example:\n  lumosctl events --domain www.example.com --follow");
        events->callback([this] { events_until_told(); });
    }

    void add_workers(CLI::App& app) {
        CLI::App* list = app.add_subcommand(
            "workers", "which processes run, since when, and what they have done");
        list->footer("Example:\n  lumosctl workers");
        list->callback(
            [this] { session_.show_list(session_.api().get("/api/v1/processes"), kProcesses); });
    }

    void add_list(
        CLI::App& app,
        const std::string& name,
        const std::string& help,
        const std::vector<Column>& columns) {
        CLI::App* list = app.add_subcommand(name, help);
        list->footer("Example:\n  lumosctl " + name);
        list->callback([this, name, &columns] {
            session_.show_list(session_.api().get(session_.in_account("/" + name)), columns);
        });
    }

    // The console lays its screens out itself, so that they look the same everywhere.
    void print_text(const json::value& answer) const {
        const json::value* text = answer.as_object().if_contains("text");
        if (session_.wants_json() || text == nullptr || !text->is_string()) {
            session_.print_json(answer);
            return;
        }
        std::cout << text->as_string().c_str();
        if (!text->as_string().ends_with('\n')) {
            std::cout << "\n";
        }
    }

    void wait_for_servers() {
        const auto limit = runtime::parse_duration(timeout_);
        if (!limit) {
            throw CommandFailed(Exit::Usage, "--timeout: a number with ms, s, m or h, such as 2m");
        }
        const runtime::SystemClock clock;
        const runtime::SteadyTime end = clock.steady() + *limit;
        for (const std::string& server : servers_) {
            std::string last;
            while ((last = status_of(server)) != status_) {
                if (clock.steady() >= end) {
                    throw CommandFailed(
                        Exit::TimedOut,
                        server + " is " + last + ", not " + status_ + ", after " + timeout_);
                }
                runtime::pause(std::stop_token(), kPollServers);
            }
        }
        std::string names;
        for (const std::string& server : servers_) {
            names += (names.empty() ? "" : ", ") + server;
        }
        session_.say(names + " " + status_);
    }

    std::string status_of(const std::string& server) {
        const json::value answer =
            session_.api().get(session_.in_account("/servers/" + percent_encoded(server)));
        return std::string(answer.at("status").as_string());
    }

    [[nodiscard]] std::string events_path(const std::string& after) const {
        std::string path = session_.in_account("/events?limit=" + std::to_string(limit_));
        for (const auto& [name, value] :
             {std::pair<const char*, const std::string&>{"after", after},
              {"type", type_},
              {"domain", domain_},
              {"server", server_}}) {
            if (!value.empty()) {
                path += std::string("&") + name + "=" + percent_encoded(value);
            }
        }
        return path;
    }

    void events_until_told() {
        std::string after;
        while (true) {
            const json::value answer = session_.api().get(events_path(after));
            for (const json::value& event : answer.at("items").as_array()) {
                std::cout << (session_.wants_json() ? json::serialize(event) : event_line(event))
                          << "\n";
                after = std::to_string(event.at("sequence").to_number<std::int64_t>());
            }
            std::cout.flush();
            if (!follow_) {
                return;
            }
            if (answer.at("items").as_array().empty()) {
                runtime::pause(std::stop_token(), kPollEvents);
            }
        }
    }

    Session& session_;
    std::string domain_;
    std::string server_;
    std::string type_;
    std::string status_;
    std::string timeout_ = "2m";
    std::vector<std::string> servers_;
    std::int64_t limit_ = 100;
    bool follow_ = false;
};

}  // namespace

std::unique_ptr<Commands> watch_commands(CLI::App& app, Session& session) {
    return std::make_unique<WatchCommands>(app, session);
}

}  // namespace lumos::ctl
