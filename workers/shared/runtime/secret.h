#pragma once
// A text that cannot be printed: no stream operator, no formatter, no implicit conversion; wiped
// when destroyed.

#include <string>
#include <string_view>
#include <utility>

namespace lumos::runtime {

class Secret {
public:
    Secret() = default;
    explicit Secret(std::string text) : text_(std::move(text)) {}
    Secret(const Secret&) = default;
    Secret(Secret&&) noexcept = default;
    Secret& operator=(const Secret&) = default;
    Secret& operator=(Secret&&) noexcept = default;
    ~Secret();

    // For the one place that must send it. Never log what this returns.
    [[nodiscard]] const std::string& reveal() const { return text_; }
    [[nodiscard]] bool empty() const { return text_.empty(); }

private:
    std::string text_;
};

}  // namespace lumos::runtime
