#pragma once
// How a mail looks: one story, once as text and once as HTML. Every value is a tenant's or a
// stranger's word, so each stays on its line and, in HTML, is escaped. Pure; safe from any thread.

#include "schemas/time.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lumos::notifier {

struct Fact {
    std::string label;
    std::string value;
};

struct Story {
    std::string title;     // The mail's subject without its tag: "DOWN fra-1 (Frankfurt 1)".
    std::string severity;  // critical | warning | info
    std::string headline;
    std::vector<std::string> paragraphs = {};
    std::vector<Fact> facts = {};
    std::string command;  // Shows more; the mail ends with it.
};

[[nodiscard]] std::string subject_of(const Story& story);  // "[lumos] …", at most 200 bytes.
[[nodiscard]] std::string text_of(const Story& story);
[[nodiscard]] std::string html_of(const Story& story);

// & < > " ' as entities.
[[nodiscard]] std::string escape_html(std::string_view text);
// Line ends, tabs and other controls become single spaces; cut at `bytes_max` between characters,
// with "…".
[[nodiscard]] std::string one_line(std::string_view text, std::size_t bytes_max = 1000);
// "2026-11-22 03:12:04 UTC"
[[nodiscard]] std::string readable_time(Time time);

}  // namespace lumos::notifier
