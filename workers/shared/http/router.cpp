#include "workers/shared/http/router.h"

#include "workers/shared/runtime/errors.h"

#include <algorithm>
#include <charconv>

namespace lumos::http {
namespace {

bool is_capture(std::string_view segment) {
    return segment.size() > 2 && segment.front() == '{' && segment.back() == '}';
}

// "/a/b" -> "a", "b"; "/" -> "". Nothing where the path does not begin with a slash.
std::vector<std::string> split(std::string_view path) {
    std::vector<std::string> segments;
    while (path.starts_with('/')) {
        path.remove_prefix(1);
        const auto end = std::min(path.find('/'), path.size());
        segments.emplace_back(path.substr(0, end));
        path.remove_prefix(end);
    }
    return segments;
}

}  // namespace

std::optional<std::string> percent_decoded(std::string_view text) {
    std::string decoded;
    while (!text.empty()) {
        if (text.front() != '%') {
            decoded += text.front();
            text.remove_prefix(1);
            continue;
        }
        unsigned char byte = 0;
        const auto digits = text.substr(1, 2);
        const auto* const end = digits.data() + digits.size();
        const auto [stopped, error] = std::from_chars(digits.data(), end, byte, 16);
        if (digits.size() != 2 || error != std::errc{} || stopped != end) {
            return std::nullopt;
        }
        decoded += static_cast<char>(byte);
        text.remove_prefix(3);
    }
    return decoded;
}

void Router::add(std::string method, const std::string& pattern, Handler handler) {
    auto segments = split(pattern);
    runtime::ensure(!segments.empty(), "a route begins with a slash");
    entries_.push_back({std::move(method), pattern, std::move(segments), std::move(handler)});
}

std::vector<Server::Route> Router::routes() const {
    std::vector<Server::Route> all;
    for (const auto& entry : entries_) {
        all.push_back({entry.method, entry.pattern});
    }
    return all;
}

bool Router::fits(const Entry& entry, const std::vector<std::string>& segments) {
    return std::equal(
        entry.segments.begin(),
        entry.segments.end(),
        segments.begin(),
        segments.end(),
        [](const std::string& pattern, const std::string& segment) {
            return is_capture(pattern) ? !segment.empty() : pattern == segment;
        });
}

bool Router::is_closer(const Entry& a, const Entry& b) {
    // Fixed segments sort before captures.
    return std::lexicographical_compare(
        a.segments.begin(),
        a.segments.end(),
        b.segments.begin(),
        b.segments.end(),
        [](const std::string& x, const std::string& y) { return !is_capture(x) && is_capture(y); });
}

Router::Match Router::find(std::string_view method, std::string_view target) const {
    auto segments = split(target.substr(0, target.find_first_of("?#")));
    for (auto& segment : segments) {
        auto decoded = percent_decoded(segment);
        if (!decoded) {
            return {};
        }
        segment = std::move(*decoded);
    }
    Match match;
    const Entry* best = nullptr;
    for (const auto& entry : entries_) {
        if (!fits(entry, segments)) {
            continue;
        }
        match.methods.push_back(entry.method);
        if (entry.method == method && (best == nullptr || is_closer(entry, *best))) {
            best = &entry;
        }
    }
    if (best == nullptr) {
        return match;
    }
    match.handler = &best->handler;
    for (std::size_t i = 0; i < segments.size(); ++i) {
        const auto& pattern = best->segments[i];
        if (is_capture(pattern)) {
            match.captures.emplace(pattern.substr(1, pattern.size() - 2), segments[i]);
        }
    }
    return match;
}

}  // namespace lumos::http
