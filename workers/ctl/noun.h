#pragma once
// What all nouns have in common: list, show, remove. One thread.

#include "workers/ctl/session.h"

#include <functional>
#include <string>
#include <vector>

namespace lumos::ctl {

struct Noun {
    std::string name;                  // "server"
    std::string plural;                // "servers", as in the path
    std::string example;               // A thing's id, for --help.
    std::vector<Column> columns;       // Of the list.
    std::vector<Column> details = {};  // Of one thing; empty: the columns.
    std::string on_removal = {};       // What removing does, for the question.
    bool is_global = false;            // Not of an account: /api/v1/<plural>.
};

class NounCommands : public Commands {
public:
    // Adds `noun list`, `noun show ID`, `noun remove ID`, and `<plural>` as a short form of the
    // list.
    NounCommands(CLI::App& app, Session& session, Noun noun);

protected:
    [[nodiscard]] CLI::App& app() { return *app_; }
    [[nodiscard]] Session& session() { return session_; }
    [[nodiscard]] const Noun& noun() const { return noun_; }
    // The path of the collection, or of one thing.
    [[nodiscard]] std::string path(const std::string& id = "") const;
    // A verb of the noun, whose help ends with the example.
    CLI::App& verb(
        const std::string& name,
        const std::string& help,
        const std::string& example,
        std::function<void()> action);
    void show_thing(const boost::json::value& thing) const;

private:
    void list() const;

    CLI::App* app_ = nullptr;
    Session& session_;
    Noun noun_;
    std::string id_;
};

}  // namespace lumos::ctl
