#include "workers/shared/mail/encoding.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <chrono>

namespace lumos::mail {

namespace {

constexpr std::size_t kLineBytesMax = 76;
constexpr std::size_t kAddressBytesMax = 254;
constexpr std::string_view kWordStart = "=?UTF-8?Q?";
constexpr std::string_view kWordEnd = "?=";

bool is_printable(char c) {
    return c >= ' ' && c <= '~';
}

bool is_letter_or_digit(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

std::string hex(char c) {
    return fmt::format("={:02X}", static_cast<unsigned char>(c));
}

// How many bytes the character at the front has; 1 for what is no UTF-8, which is then encoded byte
// by byte and shown as the reader's replacement character.
std::size_t character_bytes(std::string_view text) {
    const auto lead = static_cast<unsigned char>(text.front());
    std::size_t bytes = 1;
    if (lead >= 0xF0) {
        bytes = 4;
    } else if (lead >= 0xE0) {
        bytes = 3;
    } else if (lead >= 0xC0) {
        bytes = 2;
    }
    return std::min(bytes, text.size());
}

// One character as it stands inside an encoded word; controls become spaces, so that no line ends.
std::string word_part(std::string_view character) {
    if (character.size() == 1) {
        const char c = character.front();
        if (c == ' ' || (c >= 0 && c < ' ') || c == 0x7F) {
            return "_";
        }
        if (is_letter_or_digit(c)) {
            return std::string(1, c);
        }
    }
    std::string part;
    for (const char c : character) {
        part += hex(c);
    }
    return part;
}

bool needs_no_encoding(std::string_view text, std::size_t name_bytes) {
    return name_bytes + text.size() <= kLineBytesMax && text.find("=?") == std::string_view::npos &&
           std::ranges::all_of(text, is_printable);
}

std::string_view trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) {
        return {};
    }
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

bool is_local_part(std::string_view text) {
    constexpr std::string_view kAlso = "!#$%&'*+-/=?^_`{|}~.";
    return !text.empty() && text.size() <= 64 && text.front() != '.' && text.back() != '.' &&
           std::ranges::all_of(text, [&](char c) {
               return is_letter_or_digit(c) || kAlso.find(c) != std::string_view::npos;
           });
}

bool is_mail_domain(std::string_view text) {
    if (text.size() > 2 && text.front() == '[' && text.back() == ']') {
        text = text.substr(1, text.size() - 2);
        return std::ranges::all_of(
            text, [](char c) { return is_letter_or_digit(c) || c == '.' || c == ':'; });
    }
    return !text.empty() && text.front() != '.' && text.back() != '.' && text.front() != '-' &&
           std::ranges::all_of(
               text, [](char c) { return is_letter_or_digit(c) || c == '-' || c == '.'; });
}

bool is_address(std::string_view text) {
    const auto at = text.find('@');
    return at != std::string_view::npos && text.size() <= kAddressBytesMax &&
           is_local_part(text.substr(0, at)) && is_mail_domain(text.substr(at + 1));
}

// One line of text without its end.
void append_line(std::string& out, std::string_view line) {
    std::size_t column = 0;
    for (std::size_t i = 0; i < line.size(); ++i) {
        const char c = line[i];
        const bool is_last = i + 1 == line.size();
        const bool is_blank = c == ' ' || c == '\t';
        // A full stop at the front of a line is SMTP's own, and blanks at its end get lost.
        const bool plain = (is_printable(c) || c == '\t') && c != '=' && !(is_blank && is_last) &&
                           !(c == '.' && column == 0);
        const std::string piece = plain ? std::string(1, c) : hex(c);
        if (column + piece.size() > kLineBytesMax - 1) {
            out += "=\r\n";
            column = 0;
        }
        out += piece;
        column += piece.size();
    }
}

}  // namespace

std::optional<Mailbox> read_mailbox(std::string_view text) {
    text = trimmed(text);
    Mailbox mailbox;
    if (!text.empty() && text.back() == '>') {
        const auto open = text.rfind('<');
        if (open == std::string_view::npos) {
            return std::nullopt;
        }
        auto name = trimmed(text.substr(0, open));
        if (name.size() >= 2 && name.front() == '"' && name.back() == '"') {
            name = name.substr(1, name.size() - 2);
        }
        mailbox.name = std::string(name);
        text = text.substr(open + 1, text.size() - open - 2);
    }
    if (!is_address(text)) {
        return std::nullopt;
    }
    mailbox.address = std::string(text);
    return mailbox;
}

std::string domain_of(const Mailbox& mailbox) {
    return mailbox.address.substr(mailbox.address.find('@') + 1);
}

std::string header_text(std::string_view text, std::size_t name_bytes) {
    if (needs_no_encoding(text, name_bytes)) {
        return std::string(text);
    }
    std::string out;
    std::string word{kWordStart};
    std::size_t used = name_bytes;
    while (!text.empty()) {
        const auto bytes = character_bytes(text);
        const auto part = word_part(text.substr(0, bytes));
        if (used + word.size() + part.size() + kWordEnd.size() > kLineBytesMax) {
            out += word;
            out += kWordEnd;
            out += "\r\n ";
            word = kWordStart;
            used = 1;
        }
        word += part;
        text.remove_prefix(bytes);
    }
    return out + word + std::string(kWordEnd);
}

std::string quoted_printable(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        const auto end = text.find_first_of("\r\n");
        append_line(out, text.substr(0, end));
        if (end == std::string_view::npos) {
            break;
        }
        out += "\r\n";
        text.remove_prefix(end + (text.substr(end, 2) == "\r\n" ? 2 : 1));
    }
    return out;
}

std::string message_id_text(std::string_view id) {
    std::string out{"<"};
    std::ranges::copy_if(id, std::back_inserter(out), [](char c) {
        return is_printable(c) &&
               std::string_view(" <>\"(),:;\\").find(c) == std::string_view::npos;
    });
    return out + ">";
}

std::string rfc5322_date(Time time) {
    using namespace std::chrono;
    constexpr std::array kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    constexpr std::array kMonths{
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const auto day = floor<days>(time);
    const year_month_day date{day};
    const hh_mm_ss clock{floor<seconds>(time - day)};
    return fmt::format(
        "{}, {} {} {} {:02}:{:02}:{:02} +0000",
        kDays.at(weekday{day}.c_encoding()),
        static_cast<unsigned>(date.day()),
        kMonths.at(static_cast<unsigned>(date.month()) - 1),
        static_cast<int>(date.year()),
        clock.hours().count(),
        clock.minutes().count(),
        clock.seconds().count());
}

}  // namespace lumos::mail
