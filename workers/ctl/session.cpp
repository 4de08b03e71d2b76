#include "workers/ctl/session.h"

#include "schemas/time.h"
#include "workers/ctl/table_rule.h"
#include "workers/shared/runtime/clock.h"
#include "workers/shared/runtime/environment.h"
#include "workers/shared/runtime/words_rule.h"

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <fmt/format.h>
#include <unistd.h>

#include <iostream>
#include <utility>

namespace lumos::ctl {
namespace {

namespace json = boost::json;

// Null where a part of the path is missing.
const json::value* at_path(const json::value& thing, const std::string& path) {
    const json::value* value = &thing;
    for (std::size_t begin = 0; value != nullptr && begin <= path.size();) {
        const std::size_t end = std::min(path.find('.', begin), path.size());
        const json::object* object = value->if_object();
        value = object == nullptr ? nullptr : object->if_contains(path.substr(begin, end - begin));
        begin = end + 1;
    }
    return value;
}

// Times without their fractions of a second, and in the form that people read more easily.
std::string text_cell(const std::string& text) {
    const auto time = text.ends_with('Z') ? parse_time(text) : std::nullopt;
    if (!time) {
        return text;
    }
    const std::string written = to_rfc3339(*time);
    return written.substr(0, 10) + " " + written.substr(11, 8) + "Z";
}

std::string cell(const json::value& value) {
    if (value.is_string()) {
        return text_cell(std::string(value.as_string()));
    }
    if (!value.is_array()) {
        return value.is_bool() ? (value.as_bool() ? "yes" : "no") : json::serialize(value);
    }
    std::string joined;
    for (const json::value& item : value.as_array()) {
        joined +=
            (joined.empty() ? "" : ",") + (item.is_string() ? cell(item) : json::serialize(item));
    }
    return joined.empty() ? "-" : joined;
}

std::string cell(const json::value& thing, const Column& column) {
    const json::value* value = at_path(thing, column.field);
    if (value == nullptr || value->is_null()) {
        return column.empty;
    }
    const auto then = column.is_age && value->is_string()
                          ? parse_time(std::string(value->as_string()))
                          : std::nullopt;
    return then ? runtime::in_short(runtime::SystemClock().now() - *then) + " ago" : cell(*value);
}

}  // namespace

Session::Session(CLI::App& app) {
    api_url_ = runtime::environment("LUMOS_API_URL").value_or("http://127.0.0.1:8080");
    account_ = runtime::environment("LUMOS_ACCOUNT").value_or("");
    app.add_option("--api-url", api_url_, "the console (LUMOS_API_URL)");
    app.add_option("--account", account_, "whose things (LUMOS_ACCOUNT)");
    app.add_option("-o,--output", output_, "table or json")
        ->check(CLI::IsMember({"table", "json"}));
    app.add_flag("--yes", yes_, "do not ask before changing something");
}

Session::~Session() = default;

Api& Session::api() {
    if (!api_) {
        api_ = std::make_unique<Api>(api_url_, runtime::secret_from_environment("LUMOS_API_TOKEN"));
    }
    return *api_;
}

std::string Session::in_account(const std::string& rest) {
    if (account_.empty()) {
        throw CommandFailed(Exit::Usage, "which account? Give --account or set LUMOS_ACCOUNT");
    }
    return "/api/v1/accounts/" + percent_encoded(account_) + rest;
}

void Session::print_json(const json::value& value) const {
    std::cout << json::serialize(value) << "\n";
}

void Session::show(const json::value& thing, const std::vector<Column>& columns) const {
    if (wants_json()) {
        print_json(thing);
        return;
    }
    std::vector<std::vector<std::string>> rows;
    for (const Column& column : columns) {
        rows.push_back({column.title, cell(thing, column)});
    }
    const std::string text = table({"", ""}, rows);
    std::cout << text.substr(text.find('\n') + 1);  // Without the line of titles, which is empty.
}

void Session::show_list(const json::value& answer, const std::vector<Column>& columns) const {
    if (wants_json()) {
        print_json(answer);
        return;
    }
    std::vector<std::string> titles;
    for (const Column& column : columns) {
        titles.push_back(column.title);
    }
    std::vector<std::vector<std::string>> rows;
    const json::value* items = at_path(answer, "items");
    if (items == nullptr || !items->is_array()) {
        throw CommandFailed(
            Exit::Failed, "the console's answer has no items; is it of another version?");
    }
    for (const json::value& item : items->as_array()) {
        rows.emplace_back();
        for (const Column& column : columns) {
            rows.back().push_back(cell(item, column));
        }
    }
    std::cout << table(titles, rows);
}

void Session::say(const std::string& line) const {
    if (!wants_json()) {
        std::cout << line << "\n";
    }
}

void Session::confirm(const std::string& question) const {
    if (yes_) {
        return;
    }
    if (::isatty(STDIN_FILENO) == 0) {
        throw CommandFailed(Exit::Usage, question + " Repeat with --yes");
    }
    std::cerr << question << " [y/N] " << std::flush;
    std::string answer;
    std::getline(std::cin, answer);
    if (answer != "y" && answer != "yes") {
        throw CommandFailed(Exit::Failed, "nothing was changed");
    }
}

}  // namespace lumos::ctl
