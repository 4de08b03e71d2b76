#include "workers/notifier/layout_rule.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

namespace lumos::notifier {

namespace {

constexpr std::size_t kSubjectBytesMax = 200;
constexpr std::string_view kEllipsis = "…";

std::string_view colour_of(std::string_view severity) {
    if (severity == "critical") {
        return "#b42318";
    }
    return severity == "warning" ? "#b54708" : "#1f6f43";
}

bool is_control(char c) {
    return (c >= 0 && c < ' ') || c == 0x7F;
}

// The first byte of a character, where a text may be cut.
bool starts_character(char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
}

std::string html_paragraph(std::string_view style, std::string_view text) {
    return fmt::format("<p style=\"{}\">{}</p>\n", style, escape_html(one_line(text)));
}

}  // namespace

std::string escape_html(std::string_view text) {
    std::string out;
    for (const char c : text) {
        switch (c) {
            case '&':
                out += "&amp;";
                break;
            case '<':
                out += "&lt;";
                break;
            case '>':
                out += "&gt;";
                break;
            case '"':
                out += "&quot;";
                break;
            case '\'':
                out += "&#39;";
                break;
            default:
                out += c;
        }
    }
    return out;
}

std::string one_line(std::string_view text, std::size_t bytes_max) {
    std::string out;
    for (const char c : text) {
        if (!is_control(c)) {
            out += c;
        } else if (!out.empty() && out.back() != ' ') {
            out += ' ';
        }
    }
    if (out.size() <= bytes_max) {
        return out;
    }
    std::size_t end = bytes_max - std::min(bytes_max, kEllipsis.size());
    while (end > 0 && !starts_character(out[end])) {
        --end;
    }
    return out.substr(0, end) + std::string(kEllipsis);
}

std::string readable_time(Time time) {
    auto text = to_rfc3339(time).substr(0, 19);
    text.at(10) = ' ';
    return text + " UTC";
}

std::string subject_of(const Story& story) {
    return "[lumos] " + one_line(story.title, kSubjectBytesMax);
}

std::string text_of(const Story& story) {
    std::string out = one_line(story.headline) + "\n";
    for (const auto& paragraph : story.paragraphs) {
        out += "\n" + one_line(paragraph) + "\n";
    }
    std::size_t width = 0;
    for (const auto& fact : story.facts) {
        width = std::max(width, fact.label.size());
    }
    out += story.facts.empty() ? "" : "\n";
    for (const auto& fact : story.facts) {
        out += fmt::format("{:<{}}  {}\n", one_line(fact.label), width, one_line(fact.value));
    }
    return out + "\nMore: " + one_line(story.command) + "\n";
}

std::string html_of(const Story& story) {
    constexpr std::string_view kText = "margin:0 0 12px";
    std::string out = fmt::format(
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta "
        "charset=\"utf-8\"><title>{}</title></head>\n"
        "<body "
        "style=\"margin:0;padding:20px;font-family:sans-serif;font-size:15px;line-height:1.45\">\n"
        "<div style=\"max-width:640px;border-left:4px solid {};padding-left:16px\">\n",
        escape_html(subject_of(story)),
        colour_of(story.severity));
    out += html_paragraph("margin:0 0 12px;font-size:18px;font-weight:bold", story.headline);
    for (const auto& paragraph : story.paragraphs) {
        out += html_paragraph(kText, paragraph);
    }
    if (!story.facts.empty()) {
        out += "<table style=\"border-collapse:collapse;margin:0 0 12px\">\n";
        for (const auto& fact : story.facts) {
            out += fmt::format(
                "<tr><th style=\"text-align:left;vertical-align:top;padding:2px 16px 2px "
                "0;font-weight:normal;"
                "color:#667085\">{}</th><td style=\"padding:2px 0\">{}</td></tr>\n",
                escape_html(one_line(fact.label)),
                escape_html(one_line(fact.value)));
        }
        out += "</table>\n";
    }
    return out + fmt::format(
                     "<p style=\"{}\">More: <code>{}</code></p>\n</div>\n</body></html>\n",
                     kText,
                     escape_html(one_line(story.command)));
}

}  // namespace lumos::notifier
