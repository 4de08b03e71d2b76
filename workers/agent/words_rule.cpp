#include "workers/agent/words_rule.h"

#include <algorithm>
#include <array>

namespace lumos::agent {
namespace {

bool has(std::string_view text, std::string_view part) {
    // NATS and OpenSSL do not agree with themselves on capitals.
    const auto lower = [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    };
    return std::search(text.begin(), text.end(), part.begin(), part.end(), [&](char a, char b) {
               return lower(a) == lower(b);
           }) != text.end();
}

bool has_any(std::string_view text, const std::array<std::string_view, 4>& parts) {
    return std::any_of(
        parts.begin(), parts.end(), [&](std::string_view part) { return has(text, part); });
}

// "acme.fra-1" -> "acme/fra-1"
std::string shown(std::string name) {
    std::replace(name.begin(), name.end(), '.', '/');
    return name;
}

// Without what the line says already, and without the library's own source file and line.
std::string text_of(std::string_view why) {
    if (why.starts_with("cannot connect to ")) {
        why.remove_prefix(std::min(why.find(": ") + 2, why.size()));
    }
    if (why.starts_with("(") && why.find(".c:") < why.find("): ")) {
        why.remove_prefix(why.find("): ") + 3);
    }
    return why.empty() ? "no reason given" : std::string(why);
}

}  // namespace

std::string name_of(const Speaker& speaker) {
    return speaker.account + "/" + speaker.server;
}

std::string words_for_refusal(std::string_view error, const Speaker& speaker) {
    if (has(error, "permissions violation")) {
        const std::string what = has(error, "subscription") ? "calls" : "heartbeats";
        const auto proven = shown(speaker.credentials_name);
        if (!proven.empty() && proven != name_of(speaker)) {
            return "server refused " + what + ": these credentials are for " + proven;
        }
        return "server refused " + what + " of " + name_of(speaker) + ": " + text_of(error);
    }
    if (has(error, "revoked")) {
        return "server says: credentials revoked; ask the control plane's operator for new ones";
    }
    return "server says: " + text_of(error);
}

std::string words_for_loss(std::string_view why) {
    return "connection lost: " + text_of(why) + "; retrying";
}

std::string words_for_failed_connect(
    std::string_view urls, std::string_view why, std::int64_t attempt) {
    const auto retrying = "; retrying (attempt " + std::to_string(attempt) + ")";
    const auto where = std::string(urls);
    if (has_any(why, {"certificate", "ssl", "handshake", "x509"})) {
        return "certificate of " + where + " not trusted: " + text_of(why) + retrying;
    }
    if (has_any(why, {"authorization", "authentication", "revoked", "expired"})) {
        return "server refuses these credentials: " + text_of(why) +
               "; if this stays, ask the control plane's operator for new ones" + retrying;
    }
    return "cannot connect to " + where + ": " + text_of(why) + retrying;
}

bool is_worth_a_line(std::int64_t attempt) {
    return attempt > 0 && (attempt & (attempt - 1)) == 0;
}

}  // namespace lumos::agent
