#pragma once
// The JSON object of a request's body, read field by field. Every mistake is a Problem that names
// the field; a field that nobody knows is refused with the nearest known one, so that a misspelt
// option is not silently ignored. Not thread-safe.

#include <boost/json/fwd.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lumos::console {

class Fields {
public:
    // An empty body counts as an object without fields.
    Fields(std::string_view body, const std::vector<std::string>& known);
    ~Fields();
    Fields(Fields&&) noexcept;
    Fields& operator=(Fields&&) = delete;

    [[nodiscard]] bool has(std::string_view name) const;  // Given, even if as null.
    [[nodiscard]] std::string text(std::string_view name) const;
    [[nodiscard]] std::optional<std::string> optional_text(std::string_view name) const;
    [[nodiscard]] bool boolean(std::string_view name, bool otherwise) const;
    [[nodiscard]] std::optional<std::int64_t> optional_integer(std::string_view name) const;
    [[nodiscard]] std::vector<std::string> texts(std::string_view name) const;
    // Nothing: absent or null.
    [[nodiscard]] std::optional<std::vector<std::string>> optional_texts(
        std::string_view name) const;

    // Read and checked in one go.
    [[nodiscard]] std::string slug(std::string_view name) const;
    [[nodiscard]] std::string dns_name(std::string_view name) const;
    // A display name; where it is not given, `otherwise`.
    [[nodiscard]] std::string display_name(
        std::string_view name, const std::string& otherwise) const;
    // An address in its normal form; where it is not given, `otherwise`; null is nothing.
    [[nodiscard]] std::optional<std::string> ipv4(
        std::string_view name, const std::optional<std::string>& otherwise = {}) const;
    [[nodiscard]] std::optional<std::string> ipv6(
        std::string_view name, const std::optional<std::string>& otherwise = {}) const;
    [[nodiscard]] std::optional<std::int64_t> ttl(std::string_view name) const;

private:
    [[nodiscard]] const boost::json::value* find(
        std::string_view name) const;  // Null: absent or null.

    std::unique_ptr<boost::json::object> object_;
};

}  // namespace lumos::console
