#pragma once
// Request bodies from what was given on the command line.

#include <boost/json/fwd.hpp>

#include <optional>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace lumos::ctl {

// Sets the field only where there is a value.
void put(boost::json::object& body, const char* field, const std::optional<std::string>& value);
void put(boost::json::object& body, const char* field, const std::optional<std::int64_t>& value);
void put(boost::json::object& body, const char* field, const std::vector<std::string>& values);

// One line from standard input, without its end: for secrets. Fails where there is none.
[[nodiscard]] std::string line_from_stdin(const std::string& what);

// Fails where the file is there: before something is asked for that cannot be had again.
void require_free(const std::string& path);
// Writes a file that only its owner may read; refuses to overwrite. The path may be "-": stdout.
void write_secret_file(const std::string& path, const std::string& text);

// --overlap: how long old credentials stay good besides the new ones.
class Overlap {
public:
    void add_to(CLI::App& verb);
    // Fails on what is no duration.
    [[nodiscard]] std::int64_t seconds() const;
    [[nodiscard]] const std::string& text() const { return text_; }

private:
    std::string text_ = "10m";
};

}  // namespace lumos::ctl
