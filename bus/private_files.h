#pragma once
// Files that hold keys: only their owner reads them. For bus/ only. Thread-safe.

#include <string>

namespace lumos::bus {

struct PrivateFile {
    std::string path;
    std::string text;
};

// With mode 0700; one that is there stays as it is. These throw BusRefused with the path and why.
void make_private_folder(const std::string& path);
// With mode 0600, and never over one that is there.
void write_new(const PrivateFile& file);
// In its place at once and whole, with its owner and mode 0600; who reads it sees the old one or
// the new one.
void replace(const PrivateFile& file);
// Throws BusRefused where it cannot be read.
[[nodiscard]] std::string read_private(const std::string& path);

}  // namespace lumos::bus
