#pragma once
// The three places a setting may come from, read into plain maps from key to text. Mistakes are
// added to `problems`.

#include "workers/shared/runtime/settings.h"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lumos::runtime {

struct SourceText {
    std::string text;
    std::string origin;    // "--nats-url", "LUMOS_NATS_URL", "/etc/lumos/lumos.toml"
    bool is_file = false;  // The text names the file in which the secret stands.
};
using SourceTexts = std::map<std::string, SourceText, std::less<>>;

enum class Print { Nothing, Help, Version, Check, Config };

struct CommandLine {
    SourceTexts texts;
    Print print = Print::Nothing;
    std::string help;
};
[[nodiscard]] CommandLine read_command_line(
    const std::string& process,
    const std::vector<Setting>& settings,
    int argc,
    const char* const* argv,
    Problems& problems);

[[nodiscard]] SourceTexts read_environment(
    const std::vector<Setting>& settings, Problems& problems);

// Reads the files in order; the first that has a key gives it. A missing file is a problem only if
// it was asked for.
struct FileSearch {
    std::vector<std::string> paths;
    bool must_exist = false;
};
[[nodiscard]] SourceTexts read_files(
    const FileSearch& search, const std::vector<Setting>& settings, Problems& problems);

// At most 64 KiB, without the line break at its end. Nothing where it cannot be read; `why` then
// says why.
[[nodiscard]] std::optional<std::string> read_small_file(const std::string& path, std::string& why);

}  // namespace lumos::runtime
