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

std::optional<CodePoints> decode_utf8(std::string_view text) {
    CodePoints points;
    for (std::size_t at = 0; at < text.size();) {
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
        points.push_back(point);
        at += length;
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

std::string punycode(const CodePoints& label) {
    std::string out;
    for (const std::uint32_t point : label) {
        if (point < kFirstBeyondAscii) {
            out += static_cast<char>(point);
        }
    }
    const auto ascii = static_cast<std::uint32_t>(out.size());
    if (ascii > 0) {
        out += '-';
    }
    std::uint32_t done = ascii;
    std::uint32_t reached = kFirstBeyondAscii;
    std::uint32_t delta = 0;
    std::uint32_t bias = kFirstBias;
    while (done < label.size()) {
        std::uint32_t next = kLastCodePoint;
        for (const std::uint32_t point : label) {
            next = point >= reached ? std::min(next, point) : next;
        }
        delta += (next - reached) * (done + 1);
        reached = next;
        for (const std::uint32_t point : label) {
            delta += point < reached ? 1 : 0;
            if (point == reached) {
                append_number(out, delta, bias);
                bias = adapted_bias(delta, done + 1, done == ascii);
                delta = 0;
                ++done;
            }
        }
        ++delta;
        ++reached;
    }
    return out;
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
