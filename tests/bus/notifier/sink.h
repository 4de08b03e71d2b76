#pragma once
// A mail server or webhook receiver of tests/support, on a free port, with its journal.

#include "tests/support/child_process.h"
#include "tests/support/temp_dir.h"
#include "tests/support/wait_until.h"

#include <boost/json.hpp>

#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace lumos::notifier {

class Sink {
public:
    // script: "mail_sink.py" or "webhook_sink.py".
    Sink(const std::string& script, const std::vector<std::string>& more = {})
        : process_({.command = command(script, more), .output_file = folder_ / "output"}) {
        const auto is_ready = [this] { return !support::read_file(folder_ / "ready").empty(); };
        if (!support::wait_until(is_ready, std::chrono::seconds(20))) {
            throw std::runtime_error(script + " does not listen: " + process_.output());
        }
        address_ = support::read_file(folder_ / "ready");
        address_.pop_back();
    }

    [[nodiscard]] const std::string& address() const { return address_; }  // host:port
    [[nodiscard]] std::string port() const { return address_.substr(address_.rfind(':') + 1); }
    // See the scripts for the modes; "": healthy.
    void fault(const std::string& mode) const { support::write_file(folder_ / "control", mode); }
    void set_secret(const std::string& secret) const {
        support::write_file(folder_ / "secrets", secret + "\n");
    }

    [[nodiscard]] std::vector<boost::json::object> journal() const {
        std::istringstream lines(support::read_file(folder_ / "kept/journal.jsonl"));
        std::vector<boost::json::object> entries;
        for (std::string line; std::getline(lines, line) && !lines.eof();) {
            entries.push_back(boost::json::parse(line).as_object());
        }
        return entries;
    }
    // Those that have the field, and in it not null.
    [[nodiscard]] std::vector<boost::json::object> with(const char* field) const {
        std::vector<boost::json::object> found;
        for (auto& entry : journal()) {
            if (const auto* value = entry.if_contains(field);
                value != nullptr && !value->is_null()) {
                found.push_back(std::move(entry));
            }
        }
        return found;
    }
    [[nodiscard]] bool wait_for(const char* field, std::size_t count) const {
        return support::wait_until(
            [&] { return with(field).size() >= count; }, std::chrono::seconds(30));
    }

private:
    std::vector<std::string> command(
        const std::string& script, const std::vector<std::string>& more) const {
        std::vector<std::string> words{
            "/usr/bin/python3",
            std::string(LUMOS_SOURCE_DIR) + "/tests/support/" + script,
            "--dir",
            folder_ / "kept",
            "--control",
            folder_ / "control",
            "--ready-file",
            folder_ / "ready"};
        if (script == "webhook_sink.py") {
            words.insert(words.end(), {"--secret-file", folder_ / "secrets"});
        }
        words.insert(words.end(), more.begin(), more.end());
        return words;
    }

    support::TempDir folder_;
    support::ChildProcess process_;
    std::string address_;
};

}  // namespace lumos::notifier
