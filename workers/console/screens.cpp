#include "workers/console/screens.h"

#include "workers/shared/runtime/words_rule.h"

#include <boost/json.hpp>
#include <fmt/core.h>

#include <algorithm>
#include <cmath>

namespace lumos::console {
namespace {

using boost::json::object;
using boost::json::value;

// Control characters of names and messages stay off the terminal.
std::string printable(std::string_view text) {
    std::string clean(text);
    std::replace_if(
        clean.begin(),
        clean.end(),
        [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; },
        '?');
    return clean;
}

std::string text(const object& from, const char* key) {
    const auto* found = from.if_contains(key);
    return found != nullptr && found->is_string() ? printable(found->as_string()) : std::string();
}

double number(const object& from, const char* key) {
    const auto* found = from.if_contains(key);
    return found != nullptr && found->is_number() ? found->to_number<double>() : 0;
}

std::int64_t whole(const object& from, const char* key) {
    return static_cast<std::int64_t>(number(from, key));
}

bool is_true(const object& from, const char* key) {
    const auto* found = from.if_contains(key);
    return found != nullptr && found->is_bool() && found->as_bool();
}

// "03:14:09Z" of a full time.
std::string clock_of(const std::string& time) {
    return time.size() >= 19 ? time.substr(11, 8) + "Z" : "never";
}

std::size_t width_of_longest(const boost::json::array& items, const char* key) {
    std::size_t width = 0;
    for (const auto& item : items) {
        width = std::max(width, text(item.as_object(), key).size());
    }
    return width;
}

std::string servers_part(const object& servers) {
    std::string part = fmt::format(
        "SERVERS   {} online   {} offline   {} error   {} unknown\n",
        grouped(whole(servers, "online")),
        grouped(whole(servers, "offline")),
        grouped(whole(servers, "error")),
        grouped(whole(servers, "unknown")));
    const auto& wrong = servers.at("wrong").as_array();
    const auto width = width_of_longest(wrong, "id");
    for (const auto& item : wrong) {
        const auto& server = item.as_object();
        part += fmt::format(
            "  {:<{}}   {} {}  {}   published for {} domains\n",
            text(server, "id"),
            width,
            text(server, "status"),
            runtime::in_short(Seconds(number(server, "forSeconds"))),
            text(server, "message"),
            whole(server, "domainsPublished"));
    }
    return part;
}

std::string trouble_of(const object& domain) {
    const auto since = runtime::in_short(Seconds(number(domain, "forSeconds")));
    const auto what = text(domain, "what");
    if (what == "not_ours") {
        return "not ours: " + text(domain, "notOurs");
    }
    if (what == "held") {
        const auto message = text(domain, "message");
        return fmt::format(
            "held {}, {}{}", since, text(domain, "code"), message.empty() ? "" : ": " + message);
    }
    const auto* error = domain.if_contains("error");
    if (error == nullptr || !error->is_object()) {
        return fmt::format("decided {} ago, not applied", since);
    }
    const auto code = whole(error->as_object(), "code");
    return fmt::format(
        "decided {} ago, the DNS provider says {}{}",
        since,
        code == 0 ? "" : std::to_string(code) + " ",
        text(error->as_object(), "message"));
}

std::string domains_part(const object& domains) {
    std::string part = fmt::format(
        "DOMAINS   {} active   {} failed over   {} held   {} decided, not applied{}\n",
        grouped(whole(domains, "active")),
        grouped(whole(domains, "failedOver")),
        grouped(whole(domains, "held")),
        grouped(whole(domains, "notApplied")),
        whole(domains, "notOurs") == 0
            ? ""
            : fmt::format("   {} not ours", grouped(whole(domains, "notOurs"))));
    const auto& wrong = domains.at("wrong").as_array();
    const auto width = width_of_longest(wrong, "domain");
    for (const auto& item : wrong) {
        const auto& domain = item.as_object();
        part += fmt::format("  {:<{}}  {}\n", text(domain, "domain"), width, trouble_of(domain));
        part += fmt::format("  {:<{}}  -> {}\n", "", width, text(domain, "next"));
    }
    return part;
}

std::string control_part(const object& status) {
    const auto& control = status.at("control").as_object();
    std::string part = fmt::format(
        "CONTROL   hearing {}   cycle {}   outbox {}   bus {}   database ok\n",
        clock_of(text(control, "heardUntil")),
        clock_of(text(control, "cycleCompletedAt")),
        whole(control, "outboxUnpublished"),
        is_true(control, "busConnected") ? "connected" : "NOT CONNECTED");
    for (const auto& problem : status.at("problems").as_array()) {
        part += "  " + printable(problem.as_string()) + "\n";
    }
    if (const auto* workers = status.at("workers").if_object()) {
        part += "WORKERS  ";
        for (const auto& worker : *workers) {
            part += fmt::format(
                " {} {} ", std::string(worker.key()), worker.value().to_number<std::int64_t>());
        }
        part += "\n";
    }
    return part;
}

std::string providers_part(const boost::json::array& providers) {
    if (providers.empty()) {
        return "";
    }
    std::string part = "PROVIDER ";
    for (const auto& item : providers) {
        const auto& provider = item.as_object();
        const auto blocked = text(provider, "blockedUntil");
        part += " " + text(provider, "id") +
                (blocked.empty() ? fmt::format(" {}/200 calls left ", whole(provider, "callsLeft"))
                                 : " blocked until " + clock_of(blocked) + " ");
    }
    return part + "\n";
}

void trim_line_ends(std::string& screen) {
    std::string clean;
    for (const char c : screen) {
        if (c == '\n') {
            clean.erase(clean.find_last_not_of(' ') + 1);
        }
        clean += c;
    }
    screen = std::move(clean);
}

}  // namespace

std::string grouped(std::int64_t number) {
    std::string digits = std::to_string(number);
    for (auto at = static_cast<std::ptrdiff_t>(digits.size()) - 3; at > (number < 0 ? 1 : 0);
         at -= 3) {
        digits.insert(static_cast<std::size_t>(at), ",");
    }
    return digits;
}

std::string status_screen(const object& status) {
    const auto time = text(status, "time");
    std::string screen = fmt::format(
        "{:<78} {}\n",
        (is_true(status, "ok") ? "ALL WELL  " : "NOT OK  ") + text(status, "headline"),
        time.size() >= 19 ? time.substr(0, 10) + " " + clock_of(time) : time);
    screen += servers_part(status.at("servers").as_object());
    screen += domains_part(status.at("domains").as_object());
    screen += control_part(status);
    screen += providers_part(status.at("providers").as_array());
    trim_line_ends(screen);
    return screen;
}

std::string explanation_screen(const object& explanation) {
    const auto published = text(explanation, "publishedServerId");
    std::string screen = fmt::format(
        "{}   failoverStatus {}   published {}{}   epoch {}\n",
        text(explanation, "domain"),
        text(explanation, "failoverStatus"),
        text(explanation, "publishedIp"),
        published.empty() ? "" : " (" + published + ")",
        whole(explanation, "epoch"));
    const auto answer_code = text(explanation, "code");
    bool marked = false;
    for (const auto& item : explanation.at("gates").as_array()) {
        const auto& gate = item.as_object();
        const bool is_answer = !marked && !is_true(gate, "open");
        marked = marked || is_answer;
        screen += fmt::format(
            "{:>2} {:<16} {:<12} {}{}\n",
            whole(gate, "number"),
            text(gate, "gate"),
            text(gate, "state"),
            text(gate, "detail"),
            is_answer ? "   <- " + answer_code : "");
    }
    screen += "Answer: " + text(explanation, "answer") + "\n";
    if (const auto* decision = explanation.at("decision").if_object()) {
        screen += fmt::format(
            "Decided {}: {} ({}) {}\n",
            clock_of(text(*decision, "at")),
            text(*decision, "decision"),
            text(*decision, "code"),
            text(*decision, "message"));
    }
    if (const auto next = text(explanation, "next"); !next.empty()) {
        screen += "Next: " + next + "\n";
    }
    trim_line_ends(screen);
    return screen;
}

}  // namespace lumos::console
