#include "schemas/subjects.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <vector>

namespace lumos::schemas {
namespace {

constexpr std::size_t kSlugMax = 63;
constexpr std::size_t kLabelMax = 63;
constexpr std::size_t kNameMax = 253;
constexpr std::string_view kSystem = "_system";

bool is_lower_or_digit(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

// Callers hold names that were validated when they came in; anything else would let one tenant's
// name reach into another's subjects.
void require(bool condition, const char* claim) {
    if (!condition) {
        std::fprintf(stderr, "bug: %s\n", claim);
        std::abort();
    }
}

std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> parts;
    while (true) {
        const auto end = text.find(separator);
        parts.push_back(text.substr(0, end));
        if (end == std::string_view::npos) {
            return parts;
        }
        text.remove_prefix(end + 1);
    }
}

bool is_label(std::string_view label) {
    return !label.empty() && label.size() <= kLabelMax && label.front() != '-' &&
           label.back() != '-' && std::ranges::all_of(label, [](char c) {
               return is_lower_or_digit(c) || c == '-' || c == '_';
           });
}

// NATS's server ids, replicas, consumers and kinds of message: one token without wildcards.
bool is_plain_token(std::string_view text) {
    return !text.empty() && text.size() <= kNameMax && std::ranges::all_of(text, [](char c) {
        return is_lower_or_digit(c) || (c >= 'A' && c <= 'Z') || c == '-' || c == '_';
    });
}

std::string joined(std::initializer_list<std::string_view> tokens) {
    std::string subject = "lumos";
    for (const auto token : tokens) {
        subject += '.';
        subject += token;
    }
    return subject;
}

std::string_view slug(std::string_view text) {
    require(is_slug(text), "a subject needs a slug");
    return text;
}

std::string_view account_token(std::string_view account) {
    require(is_slug(account) || account == kSystem, "a subject needs an account's slug");
    return account;
}

std::string_view plain(std::string_view text) {
    require(is_plain_token(text), "a subject needs a plain token");
    return text;
}

}  // namespace

bool is_slug(std::string_view text) {
    return !text.empty() && text.size() <= kSlugMax &&
           std::ranges::all_of(text, [](char c) { return is_lower_or_digit(c) || c == '-'; });
}

bool is_dns_name(std::string_view text) {
    if (text.size() > kNameMax) {
        return false;
    }
    auto labels = split(text, '.');
    if (labels.size() < 2) {
        return false;
    }
    if (labels.front() == "*") {
        labels.erase(labels.begin());
    }
    return std::ranges::all_of(labels, is_label);
}

std::string dns_token(std::string_view name) {
    require(is_dns_name(name), "a subject needs a DNS name");
    std::string token(name);
    for (char& c : token) {
        c = c == '.' ? '_' : c == '_' ? '=' : c == '*' ? '+' : c;
    }
    return token;
}

std::optional<std::string> dns_name(std::string_view token) {
    // These three never stand in a token, and would map to themselves.
    if (token.find_first_of(".*") != std::string_view::npos) {
        return std::nullopt;
    }
    std::string name(token);
    for (char& c : name) {
        c = c == '_' ? '.' : c == '=' ? '_' : c == '+' ? '*' : c;
    }
    return is_dns_name(name) ? std::optional(name) : std::nullopt;
}

std::string_view to_string(SubjectKind kind) {
    switch (kind) {
        case SubjectKind::Server:
            return "server";
        case SubjectKind::Domain:
            return "domain";
        case SubjectKind::Channel:
            return "channel";
        case SubjectKind::Provider:
            return "provider";
        case SubjectKind::Control:
            break;
    }
    return "control";
}

std::optional<SubjectKind> subject_kind(std::string_view text) {
    for (const auto kind :
         {SubjectKind::Server,
          SubjectKind::Domain,
          SubjectKind::Channel,
          SubjectKind::Provider,
          SubjectKind::Control}) {
        if (to_string(kind) == text) {
            return kind;
        }
    }
    return std::nullopt;
}

namespace subjects {

std::string heartbeat(std::string_view account, std::string_view server) {
    return joined({"agent", slug(account), slug(server), "heartbeat"});
}

std::string call(std::string_view account, std::string_view server) {
    return joined({"agent", slug(account), slug(server), "call"});
}

std::string beat(std::string_view node, std::string_view replica) {
    return joined({"bus.beat", plain(node), plain(replica)});
}

std::string server_check(std::string_view account, std::string_view server) {
    return joined({"job", slug(account), "server", slug(server), "check"});
}

std::string zone_check(std::string_view account, std::string_view zone) {
    return joined({"job", slug(account), "zone", dns_token(zone), "check"});
}

std::string notify(std::string_view account, std::string_view channel) {
    return joined({"job", slug(account), "channel", slug(channel), "notify"});
}

std::string event(
    std::string_view account, SubjectKind kind, std::string_view subject, std::string_view what) {
    const std::string token =
        kind == SubjectKind::Domain ? dns_token(subject) : std::string(slug(subject));
    return joined({"event", account_token(account), to_string(kind), token, plain(what)});
}

std::string dead(std::string_view consumer, std::string_view original) {
    constexpr std::string_view kStart = "lumos.";
    if (original.starts_with(kStart)) {
        original.remove_prefix(kStart.size());
    }
    return joined({"dead", plain(consumer), original});
}

std::optional<AgentSubject> parse_heartbeat(std::string_view subject) {
    const auto tokens = split(subject, '.');
    if (tokens.size() != 5 || tokens[0] != "lumos" || tokens[1] != "agent" ||
        tokens[4] != "heartbeat" || !is_slug(tokens[2]) || !is_slug(tokens[3])) {
        return std::nullopt;
    }
    return AgentSubject{std::string(tokens[2]), std::string(tokens[3])};
}

std::optional<CheckSubject> parse_check(std::string_view subject) {
    const auto tokens = split(subject, '.');
    if (tokens.size() != 6 || tokens[0] != "lumos" || tokens[1] != "job" || !is_slug(tokens[2]) ||
        tokens[5] != "check") {
        return std::nullopt;
    }
    if (tokens[3] == "server" && is_slug(tokens[4])) {
        return CheckSubject{std::string(tokens[2]), false, std::string(tokens[4])};
    }
    const auto zone = tokens[3] == "zone" ? dns_name(tokens[4]) : std::nullopt;
    return zone ? std::optional(CheckSubject{std::string(tokens[2]), true, *zone}) : std::nullopt;
}

bool is_beat(std::string_view subject) {
    const auto tokens = split(subject, '.');
    return tokens.size() == 5 && tokens[0] == "lumos" && tokens[1] == "bus" &&
           tokens[2] == "beat" && is_plain_token(tokens[3]) && is_plain_token(tokens[4]);
}

}  // namespace subjects
}  // namespace lumos::schemas
