#include "bus/private_files.h"

#include "bus/error.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <string_view>

namespace lumos::bus {

namespace {

constexpr mode_t kOwnerOnly = 0600;

[[noreturn]] void fail(const std::string& path, const char* doing) {
    throw BusRefused("cannot " + std::string(doing) + " " + path + ": " + std::strerror(errno));
}

// A descriptor that closes itself.
class Descriptor {
public:
    explicit Descriptor(int number) : number_(number) {}
    ~Descriptor() {
        if (number_ >= 0) {
            ::close(number_);
        }
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    [[nodiscard]] int number() const { return number_; }

private:
    int number_;
};

bool write_all(int descriptor, std::string_view text) {
    while (!text.empty()) {
        const auto written = ::write(descriptor, text.data(), text.size());
        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written <= 0) {
            return false;
        }
        text.remove_prefix(static_cast<std::size_t>(written));
    }
    return ::fsync(descriptor) == 0;
}

struct Owner {
    uid_t user;
    gid_t group;
};

void write_owned(const PrivateFile& file, const std::optional<Owner>& owner) {
    const Descriptor open_file(::open(
        file.path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, kOwnerOnly));
    if (open_file.number() < 0) {
        fail(file.path, "create");
    }
    const bool is_theirs = !owner || ::fchown(open_file.number(), owner->user, owner->group) == 0;
    if (!is_theirs || !write_all(open_file.number(), file.text)) {
        const int reason = errno;
        ::unlink(file.path.c_str());
        errno = reason;
        fail(file.path, "write");
    }
}

}  // namespace

void make_private_folder(const std::string& path) {
    constexpr mode_t kFolderOfOwner = 0700;
    if (::mkdir(path.c_str(), kFolderOfOwner) != 0 &&
        !(errno == EEXIST && std::filesystem::is_directory(path))) {
        fail(path, "make the folder");
    }
}

void write_new(const PrivateFile& file) {
    write_owned(file, std::nullopt);
}

void replace(const PrivateFile& file) {
    struct stat status {};
    if (::lstat(file.path.c_str(), &status) != 0) {
        fail(file.path, "find");
    }
    const auto beside = file.path + ".new";
    ::unlink(beside.c_str());  // What an earlier try left behind.
    write_owned({beside, file.text}, Owner{status.st_uid, status.st_gid});
    if (std::rename(beside.c_str(), file.path.c_str()) != 0) {
        const int reason = errno;
        ::unlink(beside.c_str());
        errno = reason;
        fail(file.path, "replace");
    }
}

std::string read_private(const std::string& path) {
    std::ifstream file(path);
    std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    if (!file) {
        fail(path, "read");
    }
    return text;
}

}  // namespace lumos::bus
