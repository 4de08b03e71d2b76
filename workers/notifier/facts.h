#pragma once
// What an event's data says, read with a light hand: a field that is missing, null or of another
// kind is "". A mail that lacks a line is better than no mail. A plain value; safe from any thread.

#include <boost/json/fwd.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lumos::notifier {

class Facts {
public:
    explicit Facts(const std::string& json_text);
    explicit Facts(boost::json::object object);
    ~Facts();
    Facts(Facts&&) noexcept;
    Facts& operator=(Facts&&) noexcept;

    // A text as it is, anything else as JSON.
    [[nodiscard]] std::string text(std::string_view field) const;
    // Of an object within: "" where there is none.
    [[nodiscard]] std::string text_in(std::string_view outer, std::string_view field) const;
    [[nodiscard]] std::optional<double> number(std::string_view field) const;
    // As people read it; a text that is no time stays as it is.
    [[nodiscard]] std::string time(std::string_view field) const;
    // Each object of a list.
    [[nodiscard]] std::vector<Facts> list(std::string_view field) const;
    // Every field with its text, in order; times as people read them.
    [[nodiscard]] std::vector<std::pair<std::string, std::string>> all() const;

private:
    std::unique_ptr<boost::json::object> object_;
};

}  // namespace lumos::notifier
