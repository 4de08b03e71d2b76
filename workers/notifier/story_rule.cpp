#include "workers/notifier/story_rule.h"

#include "schemas/event_messages.h"
#include "workers/notifier/facts.h"
#include "workers/shared/runtime/words_rule.h"

#include <fmt/core.h>

#include <map>

namespace lumos::notifier {

namespace {

// "fra-1 (Frankfurt 1)", or one of them where they are the same or one is missing.
std::string with_name(const std::string& slug, const std::string& name) {
    if (name.empty() || name == slug) {
        return slug;
    }
    return slug.empty() ? name : fmt::format("{} ({})", slug, one_line(name, 80));
}

// "198.51.100.20 (iad-1, Ashburn 1)"
std::string address_and_server(
    const std::string& address, const std::string& slug, const std::string& name) {
    if (slug.empty()) {
        return address;
    }
    const auto server = name.empty() || name == slug ? slug : slug + ", " + name;
    return address.empty() ? server : fmt::format("{} ({})", address, server);
}

class Builder {
public:
    Builder(const Notice& notice, const Facts& data) : data_(data) {
        story_.severity = schemas::severity(notice.alert);
    }
    Builder& title(std::string text) {
        story_.title = std::move(text);
        return *this;
    }
    Builder& headline(std::string text) {
        story_.headline = std::move(text);
        return *this;
    }
    Builder& message() {
        if (auto text = data_.text("message"); !text.empty()) {
            story_.paragraphs.push_back(std::move(text));
        }
        return *this;
    }
    // Left out where there is nothing to say.
    Builder& fact(std::string label, std::string value) {
        if (!value.empty()) {
            story_.facts.push_back({std::move(label), std::move(value)});
        }
        return *this;
    }
    Builder& command(const Notice& notice) {
        std::string text = "lumosctl status";
        if (notice.kind == "server") {
            text = "lumosctl server show " + notice.subject + " --account " + notice.account;
        } else if (notice.kind == "domain") {
            text = "lumosctl explain " + notice.subject + " --account " + notice.account;
        } else if (notice.kind == "channel") {
            text = "lumosctl channel show " + notice.subject + " --account " + notice.account;
        } else if (notice.kind == "provider") {
            text = "lumosctl provider show " + notice.subject + " --account " + notice.account;
        }
        story_.command = std::move(text);
        return *this;
    }
    [[nodiscard]] Story done() { return std::move(story_); }

private:
    const Facts& data_;
    Story story_;
};

std::string failed_checks(const Facts& data) {
    std::string out;
    for (const auto& check : data.list("failedChecks")) {
        out += fmt::format(
            "{}{}: {}", out.empty() ? "" : "; ", check.text("name"), check.text("error"));
    }
    return out;
}

Builder server_story(const Notice& notice, const Facts& data) {
    Builder story(notice, data);
    story.message()
        .fact("Server", data.text("serverName"))
        .fact("Server ID", data.text("serverId"))
        .fact("Account", notice.account)
        .fact(
            "Status", fmt::format("{} (was {})", data.text("status"), data.text("previousStatus")))
        .fact("Cause", data.text("cause"))
        .fact("Since", data.time("since"))
        .fact("Last seen", data.time("lastSeen"))
        .fact("IPv4", data.text("ipv4"))
        .fact("IPv6", data.text("ipv6"))
        .fact("Failed checks", failed_checks(data))
        .fact("Domains published here", data.text("domainsPublished"));
    return story;
}

Story server_down(const Notice& notice, const Facts& data) {
    const auto server = with_name(notice.subject, data.text("serverName"));
    return server_story(notice, data)
        .title(word_for(notice.alert) + " " + server)
        .headline(fmt::format("Server {} is {}.", server, data.text("status")))
        .command(notice)
        .done();
}

Story server_up(const Notice& notice, const Facts& data) {
    const auto server = with_name(notice.subject, data.text("serverName"));
    const auto seconds = data.number("downSeconds");
    const auto after = seconds ? " after " + runtime::in_short(Seconds(*seconds)) : "";
    return server_story(notice, data)
        .title(word_for(notice.alert) + " " + server + after)
        .headline(fmt::format("Server {} is online again{}.", server, after))
        .command(notice)
        .done();
}

Builder switch_story(const Notice& notice, const Facts& data) {
    const auto from_id = data.text("fromServerId");
    const auto to_id = data.text("toServerId");
    const auto ttl = data.text("ttl");
    Builder story(notice, data);
    story.message()
        .fact("Domain", notice.subject)
        .fact("Account", notice.account)
        .fact("Primary IP", data.text("primaryIp"))
        .fact("Primary IPv6", data.text("primaryIpv6"))
        .fact(
            "From IP",
            address_and_server(data.text("fromIp"), from_id, data.text("fromServerName")))
        .fact("To IP", address_and_server(data.text("toIp"), to_id, data.text("toServerName")))
        .fact("From IPv6", data.text("fromIpv6"))
        .fact("To IPv6", data.text("toIpv6"))
        .fact("Reason", data.text("reason"))
        .fact("Cause", data.text("cause"))
        .fact("Asked for by", data.text("actor"))
        .fact("TTL", ttl == "1" ? "automatic" : (ttl.empty() ? "" : ttl + " s"))
        .fact("Noticed", data.time("detectedAt"))
        .fact("Decided", data.time("decidedAt"))
        .fact("In DNS", data.time("appliedAt"));
    return story;
}

Story failover_triggered(const Notice& notice, const Facts& data) {
    const auto from = data.text("fromIp");
    const auto to = data.text("toIp");
    const auto way = from.empty() ? "-> " + to : from + " -> " + to;
    return switch_story(notice, data)
        .title(fmt::format("{} {} {}", word_for(notice.alert), notice.subject, way))
        .headline(fmt::format("DNS of {} now points to {}.", notice.subject, to))
        .command(notice)
        .done();
}

Story server_recovered(const Notice& notice, const Facts& data) {
    auto primary = data.text("primaryIp");
    if (primary.empty()) {
        primary = data.text("primaryIpv6");
    }
    auto story = switch_story(notice, data);
    if (const auto seconds = data.number("failedOverSeconds")) {
        story.fact("Was failed over for", runtime::in_short(Seconds(*seconds)));
    }
    return story.title(fmt::format("{} {} -> {}", word_for(notice.alert), notice.subject, primary))
        .headline(fmt::format("DNS of {} points to its primary {} again.", notice.subject, primary))
        .command(notice)
        .done();
}

Story failover_held(const Notice& notice, const Facts& data) {
    const auto code = data.text("code");
    Builder story(notice, data);
    story.title(fmt::format("{} {} {}", word_for(notice.alert), notice.subject, code))
        .headline(fmt::format("DNS of {} stays as it is: {}.", notice.subject, code))
        .message()
        .fact("Domain", notice.subject)
        .fact("Account", notice.account)
        .fact("Published IP", data.text("publishedIp"))
        .fact("Published IPv6", data.text("publishedIpv6"))
        .fact("Tried again", data.time("retryAt"));
    for (const auto& candidate : data.list("candidates")) {
        story.fact(
            "Server " + candidate.text("serverId"),
            fmt::format("{}: {}", candidate.text("status"), candidate.text("why")));
    }
    return story.command(notice).done();
}

Story record_drifted(const Notice& notice, const Facts& data) {
    return Builder(notice, data)
        .title(word_for(notice.alert) + " " + notice.subject)
        .headline(fmt::format("DNS of {} is not what was written there.", notice.subject))
        .message()
        .fact("Domain", notice.subject)
        .fact("Account", notice.account)
        .fact("Expected", data.text("expected"))
        .fact("Found", data.text("found"))
        .command(notice)
        .done();
}

Story failover_not_applied(const Notice& notice, const Facts& data) {
    return Builder(notice, data)
        .title(
            fmt::format("{} {} -> {}", word_for(notice.alert), notice.subject, data.text("toIp")))
        .headline(fmt::format(
            "{} should point to {}, but the DNS provider has not taken the change.",
            notice.subject,
            data.text("toIp")))
        .message()
        .fact("Domain", notice.subject)
        .fact("Account", notice.account)
        .fact("Problem", data.text("code"))
        .fact("Provider's answer", data.text_in("providerError", "message"))
        .fact("Provider's code", data.text_in("providerError", "code"))
        .fact("HTTP status", data.text_in("providerError", "httpStatus"))
        .fact("Decided", data.time("decidedAt"))
        .fact("Attempts", data.text("attempts"))
        .command(notice)
        .done();
}

Story identity_conflict(const Notice& notice, const Facts& data) {
    const auto server = with_name(notice.subject, data.text("serverName"));
    Builder story(notice, data);
    story.title(word_for(notice.alert) + " " + server)
        .headline(fmt::format("Two machines say that they are server {}.", server))
        .message()
        .fact("Server", data.text("serverName"))
        .fact("Server ID", data.text("serverId"))
        .fact("Account", notice.account);
    for (const auto& connection : data.list("connections")) {
        story.fact(
            "Connection " + connection.text("clientId"),
            fmt::format(
                "machine {}, session {}, since {}",
                connection.text("bootId"),
                connection.text("session"),
                connection.time("since")));
    }
    return story.command(notice).done();
}

Story hearing(const Notice& notice, const Facts& data) {
    const bool lost = notice.alert == "hearing_lost";
    Builder story(notice, data);
    story.title(word_for(notice.alert))
        .headline(
            lost ? "The control plane cannot hear the servers. Nothing is failed over while that "
                   "lasts."
                 : "The control plane hears the servers again.")
        .message()
        .fact("Heard until", data.time("heardUntil"));
    for (const auto& node : data.list("nodes")) {
        story.fact(
            "Node " + node.text("node"),
            fmt::format("{} heard until {}", node.text("url"), node.time("heardUntil")));
    }
    return story.command(notice).done();
}

Story channel_test(const Notice& notice, const Facts& data) {
    return Builder(notice, data)
        .title(word_for(notice.alert) + " " + notice.subject)
        .headline(fmt::format("This is a test of channel {}: it works.", notice.subject))
        .message()
        .fact("Channel", notice.subject)
        .fact("Account", notice.account)
        .command(notice)
        .done();
}

// Whatever it is: what it says of itself, field by field.
Story any_other(const Notice& notice, const Facts& data) {
    const auto what = notice.kind == "control" ? word_for(notice.alert)
                                               : word_for(notice.alert) + " " + notice.subject;
    Builder story(notice, data);
    story.title(what).headline(what + ".").message().fact("Account", notice.account);
    for (const auto& [field, value] : data.all()) {
        if (field != "message") {
            story.fact(field, value);
        }
    }
    return story.command(notice).done();
}

using Teller = Story (*)(const Notice&, const Facts&);

const std::map<std::string, std::pair<std::string, Teller>>& known_alerts() {
    static const std::map<std::string, std::pair<std::string, Teller>> known{
        {"server_down", {"DOWN", server_down}},
        {"server_up", {"UP", server_up}},
        {"failover_triggered", {"FAILOVER", failover_triggered}},
        {"server_recovered", {"RECOVERED", server_recovered}},
        {"failover_held", {"HELD", failover_held}},
        {"record_drifted", {"DRIFT", record_drifted}},
        {"failover_not_applied", {"NOT APPLIED", failover_not_applied}},
        {"identity_conflict", {"CONFLICT", identity_conflict}},
        {"hearing_lost", {"HEARING LOST", hearing}},
        {"hearing_restored", {"HEARING RESTORED", hearing}},
        {"channel_test", {"TEST", channel_test}},
    };
    return known;
}

}  // namespace

std::string word_for(const std::string& alert) {
    const auto known = known_alerts().find(alert);
    if (known != known_alerts().end()) {
        return known->second.first;
    }
    std::string word = alert;
    for (char& c : word) {
        c = c == '_' ? ' ' : (c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c);
    }
    return word;
}

Story story_of(const Notice& notice) {
    const Facts data(notice.data);
    const auto known = known_alerts().find(notice.alert);
    return known == known_alerts().end() ? any_other(notice, data)
                                         : known->second.second(notice, data);
}

std::optional<std::string> common_text(const std::vector<Notice>& notices, const char* field) {
    const auto first = Facts(notices.front().data).text(field);
    for (const auto& notice : notices) {
        if (Facts(notice.data).text(field) != first) {
            return std::nullopt;
        }
    }
    return first.empty() ? std::nullopt : std::optional(first);
}

}  // namespace lumos::notifier
