#include "workers/ctl/body.h"

#include "workers/ctl/session.h"
#include "workers/shared/runtime/settings.h"

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <iostream>
#include <string_view>

namespace lumos::ctl {
namespace {

void write_all(int file, std::string_view text, const std::string& path) {
    while (!text.empty()) {
        const ssize_t written = ::write(file, text.data(), text.size());
        if (written < 0 && errno != EINTR) {
            const std::string why = std::strerror(errno);
            ::close(file);
            throw CommandFailed(Exit::Failed, "cannot write " + path + ": " + why);
        }
        text.remove_prefix(written < 0 ? 0 : static_cast<std::size_t>(written));
    }
}

}  // namespace

void put(boost::json::object& body, const char* field, const std::optional<std::string>& value) {
    if (value) {
        body[field] = *value;
    }
}

void put(boost::json::object& body, const char* field, const std::optional<std::int64_t>& value) {
    if (value) {
        body[field] = *value;
    }
}

void put(boost::json::object& body, const char* field, const std::vector<std::string>& values) {
    if (!values.empty()) {
        body[field] = boost::json::array(values.begin(), values.end());
    }
}

std::string line_from_stdin(const std::string& what) {
    std::string line;
    std::getline(std::cin, line);
    while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) {
        line.pop_back();
    }
    if (line.empty()) {
        throw CommandFailed(Exit::Usage, "standard input holds no " + what);
    }
    return line;
}

void require_free(const std::string& path) {
    if (path != "-" && ::access(path.c_str(), F_OK) == 0) {
        throw CommandFailed(
            Exit::Usage, path + " is there already, and is not overwritten: name another file");
    }
}

void Overlap::add_to(CLI::App& verb) {
    verb.add_option("--overlap", text_, "how long the old ones stay good besides the new ones")
        ->capture_default_str();
}

std::int64_t Overlap::seconds() const {
    const auto given = runtime::parse_duration(text_);
    if (!given) {
        throw CommandFailed(Exit::Usage, "--overlap: a number with ms, s, m or h, such as 10m");
    }
    return std::chrono::ceil<std::chrono::seconds>(*given).count();
}

void write_secret_file(const std::string& path, const std::string& text) {
    if (path == "-") {
        std::cout << text;
        return;
    }
    const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (file < 0) {
        throw CommandFailed(Exit::Failed, "cannot make " + path + ": " + std::strerror(errno));
    }
    write_all(file, text, path);
    if (::close(file) != 0) {
        throw CommandFailed(Exit::Failed, "cannot write " + path + ": " + std::strerror(errno));
    }
}

}  // namespace lumos::ctl
