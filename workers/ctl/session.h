#pragma once
// What every command shares: global options, the console's API, printing. One thread.

#include "workers/ctl/api.h"

#include <boost/json/fwd.hpp>

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace lumos::ctl {

// Exit statuses of docs/cli.md.
enum class Exit {
    Fine = 0,
    Failed = 1,
    Usage = 2,
    NotFound = 3,
    Refused = 4,
    Unreachable = 5,
    TimedOut = 6
};

// Ends the program with that status; the text is one line for a person.
struct CommandFailed : std::runtime_error {
    CommandFailed(Exit exit_status, const std::string& text)
        : std::runtime_error(text),
          status(exit_status) {}
    Exit status;
};

struct Column {
    std::string title;
    std::string field;        // "publishedServerId"; nested as "data.message".
    bool is_age = false;      // A time, shown as what has passed since: "4s ago".
    std::string empty = "-";  // What stands there where the field is null or missing.
};

class Session {
public:
    // Adds the global options; environment variables are their defaults.
    explicit Session(CLI::App& app);
    ~Session();
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    [[nodiscard]] Api& api();
    // "/api/v1/accounts/<account>" + rest. Fails where no account is named.
    [[nodiscard]] std::string in_account(const std::string& rest = "");
    [[nodiscard]] bool wants_json() const { return output_ == "json"; }

    // One thing as "field  value" lines, or as JSON.
    void show(const boost::json::value& thing, const std::vector<Column>& columns) const;
    // A list's items as a table, or the answer as JSON.
    void show_list(const boost::json::value& answer, const std::vector<Column>& columns) const;
    void print_json(const boost::json::value& value) const;
    // A line for people: on stdout in tables, nowhere with -o json.
    void say(const std::string& line) const;

    // On a terminal asks unless --yes; elsewhere --yes is needed. Fails where the answer is no.
    void confirm(const std::string& question) const;

private:
    std::string api_url_;
    std::string account_;
    std::string output_ = "table";
    bool yes_ = false;
    std::unique_ptr<Api> api_;
};

// Commands live as long as the program: CLI11 calls back into them.
class Commands {
public:
    virtual ~Commands() = default;
};

[[nodiscard]] std::unique_ptr<Commands> local_commands(CLI::App& app);  // migrate, secret
[[nodiscard]] std::unique_ptr<Commands> bus_commands(CLI::App& app, Session& session);
[[nodiscard]] std::unique_ptr<Commands> account_commands(CLI::App& app, Session& session);
[[nodiscard]] std::unique_ptr<Commands> server_commands(CLI::App& app, Session& session);
[[nodiscard]] std::unique_ptr<Commands> provider_commands(CLI::App& app, Session& session);
[[nodiscard]] std::unique_ptr<Commands> zone_commands(CLI::App& app, Session& session);
[[nodiscard]] std::unique_ptr<Commands> domain_commands(CLI::App& app, Session& session);
[[nodiscard]] std::unique_ptr<Commands> channel_commands(CLI::App& app, Session& session);
[[nodiscard]] std::unique_ptr<Commands> token_commands(CLI::App& app, Session& session);
[[nodiscard]] std::unique_ptr<Commands> subscriber_commands(CLI::App& app, Session& session);
// status, wait, events, changes, deliveries, explain, reconcile
[[nodiscard]] std::unique_ptr<Commands> watch_commands(CLI::App& app, Session& session);

}  // namespace lumos::ctl
