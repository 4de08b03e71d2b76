#include "tests/support/temp_dir.h"

#include "tests/support/child_process.h"

#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace lumos::support {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPrefix = "lumos-test.";

bool is_alive(pid_t pid) {
    return kill(pid, 0) == 0 || errno == EPERM;
}

// "lumos-test.<pid>.<random>": left behind when that process is no more. Young ones are left alone:
// the process may be one of another PID namespace, whose numbers mean nothing here.
void remove_leftovers() {
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator("/tmp", ignored)) {
        const std::string name = entry.path().filename();
        pid_t pid = 0;
        if (!name.starts_with(kPrefix) ||
            std::from_chars(name.data() + kPrefix.size(), name.data() + name.size(), pid).ec !=
                std::errc{}) {
            continue;
        }
        const auto age = fs::file_time_type::clock::now() - entry.last_write_time(ignored);
        if (!ignored && !is_alive(pid) && age > std::chrono::minutes{30}) {
            fs::remove_all(entry.path(), ignored);
        }
    }
}

}  // namespace

TempDir::TempDir() {
    static const bool once = [] {
        remove_leftovers();
        return true;
    }();
    (void)once;
    path_ = "/tmp/" + std::string(kPrefix) + std::to_string(getpid()) + ".XXXXXX";
    if (mkdtemp(path_.data()) == nullptr) {
        throw std::runtime_error("no folder could be made in /tmp");
    }
}

TempDir::~TempDir() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
}

void TempDir::give_to_ordinary_user() const {
    if (const auto user = ordinary_user();
        user && chown(path_.c_str(), user->user, user->group) != 0) {
        throw std::runtime_error("cannot give " + path_ + " to the ordinary user");
    }
}

void write_file(const std::string& path, const std::string& text) {
    std::ofstream(path, std::ios::binary) << text;
}

std::string read_file(const std::string& path) {
    std::ostringstream text;
    text << std::ifstream(path, std::ios::binary).rdbuf();
    return text.str();
}

}  // namespace lumos::support
