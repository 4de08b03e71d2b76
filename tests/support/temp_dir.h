#pragma once
// A folder below /tmp that is gone with the object. Short, so that a socket's path fits into 107
// bytes.

#include <string>

namespace lumos::support {

class TempDir {
public:
    // Also removes what test processes left that were killed.
    TempDir();
    ~TempDir();
    TempDir(const TempDir&) = delete;
    TempDir& operator=(const TempDir&) = delete;

    [[nodiscard]] const std::string& path() const { return path_; }
    [[nodiscard]] std::string operator/(const std::string& name) const {
        return path_ + "/" + name;
    }

    // Gives the folder to the user that servers run as which refuse to run as root.
    void give_to_ordinary_user() const;

private:
    std::string path_;
};

void write_file(const std::string& path, const std::string& text);
// "" where it cannot be read.
[[nodiscard]] std::string read_file(const std::string& path);

}  // namespace lumos::support
