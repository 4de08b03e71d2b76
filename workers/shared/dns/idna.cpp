#include "workers/shared/dns/idna.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace lumos::dns {
namespace {

using CodePoints = std::vector<std::uint32_t>;

// RFC 3492, section 5.
constexpr std::uint32_t kBase = 36;
constexpr std::uint32_t kLowest = 1;
constexpr std::uint32_t kHighest = 26;
constexpr std::uint32_t kSkew = 38;
constexpr std::uint32_t kDamp = 700;
constexpr std::uint32_t kFirstBias = 72;
constexpr std::uint32_t kFirstBeyondAscii = 0x80;
constexpr std::uint32_t kLastCodePoint = 0x10FFFF;

std::size_t length_of(unsigned char lead) {
    if (lead < 0x80) {
        return 1;
    }
    if (lead >= 0xC2 && lead < 0xE0) {
        return 2;
    }
    if (lead >= 0xE0 && lead < 0xF0) {
        return 3;
    }
    return lead >= 0xF0 && lead < 0xF5 ? 4 : 0;
}

// The code point at `at`, which is moved behind it; nothing where it is no UTF-8.
std::optional<std::uint32_t> take_point(std::string_view text, std::size_t& at) {
    const auto lead = static_cast<unsigned char>(text[at]);
    const std::size_t length = length_of(lead);
    if (length == 0 || at + length > text.size()) {
        return std::nullopt;
    }
    std::uint32_t point = length == 1 ? lead : lead & (0x7FU >> length);
    for (std::size_t next = 1; next < length; ++next) {
        const auto byte = static_cast<unsigned char>(text[at + next]);
        if ((byte & 0xC0U) != 0x80U) {
            return std::nullopt;
        }
        point = (point << 6U) | (byte & 0x3FU);
    }
    at += length;
    return point;
}

std::optional<CodePoints> decode_utf8(std::string_view text) {
    CodePoints points;
    for (std::size_t at = 0; at < text.size();) {
        const auto point = take_point(text, at);
        if (!point) {
            return std::nullopt;
        }
        points.push_back(*point);
    }
    return points;
}

char digit(std::uint32_t value) {
    return static_cast<char>(value < 26 ? 'a' + value : '0' + (value - 26));
}

std::uint32_t adapted_bias(std::uint32_t delta, std::uint32_t points, bool first) {
    delta = first ? delta / kDamp : delta / 2;
    delta += delta / points;
    std::uint32_t steps = 0;
    for (; delta > ((kBase - kLowest) * kHighest) / 2; steps += kBase) {
        delta /= kBase - kLowest;
    }
    return steps + (kBase - kLowest + 1) * delta / (delta + kSkew);
}

void append_number(std::string& out, std::uint32_t number, std::uint32_t bias) {
    for (std::uint32_t place = kBase;; place += kBase) {
        const std::uint32_t threshold = place <= bias ? kLowest : std::min(place - bias, kHighest);
        if (number < threshold) {
            break;
        }
        out += digit(threshold + (number - threshold) % (kBase - threshold));
        number = (number - threshold) / (kBase - threshold);
    }
    out += digit(number);
}

// Where the coding of a label stands, in the words of RFC 3492, section 6.3.
struct Coding {
    std::string out;
    std::uint32_t ascii = 0;
    std::uint32_t done = 0;
    std::uint32_t reached = kFirstBeyondAscii;
    std::uint32_t delta = 0;
    std::uint32_t bias = kFirstBias;
};

// The lowest code point that is not coded yet.
std::uint32_t next_point(const CodePoints& label, std::uint32_t reached) {
    std::uint32_t next = kLastCodePoint;
    for (const std::uint32_t point : label) {
        next = point >= reached ? std::min(next, point) : next;
    }
    return next;
}

// Codes all places of one code point.
void code_point(const CodePoints& label, Coding& coding) {
    for (const std::uint32_t point : label) {
        coding.delta += point < coding.reached ? 1 : 0;
        if (point != coding.reached) {
            continue;
        }
        append_number(coding.out, coding.delta, coding.bias);
        coding.bias = adapted_bias(coding.delta, coding.done + 1, coding.done == coding.ascii);
        coding.delta = 0;
        ++coding.done;
    }
}

std::string punycode(const CodePoints& label) {
    Coding coding;
    for (const std::uint32_t point : label) {
        if (point < kFirstBeyondAscii) {
            coding.out += static_cast<char>(point);
        }
    }
    coding.ascii = static_cast<std::uint32_t>(coding.out.size());
    coding.done = coding.ascii;
    coding.out += coding.ascii > 0 ? "-" : "";
    while (coding.done < label.size()) {
        const std::uint32_t next = next_point(label, coding.reached);
        coding.delta += (next - coding.reached) * (coding.done + 1);
        coding.reached = next;
        code_point(label, coding);
        ++coding.delta;
        ++coding.reached;
    }
    return coding.out;
}

std::string to_a_label(std::string_view label) {
    std::string lower(label);
    std::ranges::transform(lower, lower.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    const bool ascii =
        std::ranges::all_of(lower, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
    // A label of DNS has 63 bytes; what is longer is no label, and stays as it was.
    if (ascii || lower.size() > 255) {
        return lower;
    }
    const auto points = decode_utf8(lower);
    return points ? "xn--" + punycode(*points) : lower;
}

}  // namespace

std::string to_a_labels(std::string_view name) {
    if (name.ends_with('.')) {
        name.remove_suffix(1);
    }
    std::string out;
    for (std::size_t start = 0; start <= name.size();) {
        const std::size_t dot = std::min(name.find('.', start), name.size());
        out += to_a_label(name.substr(start, dot - start));
        if (dot < name.size()) {
            out += '.';
        }
        start = dot + 1;
    }
    return out;
}

}  // namespace lumos::dns
