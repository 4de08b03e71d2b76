#pragma once
// Why is this domain published where it is? The gates that a failover passes, in order; the first
// that is closed is the answer, with its code. From rows only: what failover wrote and what
// presence knows. Pure.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace lumos::console {

struct ExplainedServer {
    std::string id;
    std::string status;   // unknown | online | offline | error
    std::string fitness;  // ready | unsure | out
    std::string message;  // "connection dropped; last seen …"; "" where it is online.
    bool heard = false;   // Its NATS server is heard now.
};

struct ExplainedDomain {
    std::string name;
    std::string plan;
    bool plan_has_failover = false;
    std::optional<std::string> provider;
    std::vector<ExplainedServer> servers;  // In order; the first is the primary.
    std::optional<std::string> published;
    std::string published_ip;
    std::string failover_status;
    std::int64_t epoch = 0;
    std::optional<std::string> hold_code;
    std::optional<std::string> not_ours;
    std::optional<std::string> heard_until;
    bool hearing = false;  // Any NATS server is heard now.
    std::string grace;     // "10s"
    // Of the provider and the change.
    bool provider_blocked = false;
    std::optional<std::string>
        provider_error;  // Of the last change that was refused or not answered.
    std::optional<std::string> provider_error_code;
    std::optional<std::string> zone_error;
    std::optional<std::string> pending_change;  // "switch to iad-1, decided …"
    std::optional<std::string> doubt_until;
};

struct Gate {
    int number = 0;
    std::string gate;
    bool open = true;
    std::string state;  // "yes", "DOWN", "NONE" …
    std::string detail;
    std::string code;  // With a closed gate.
};

struct Explanation {
    std::vector<Gate> gates;
    std::string code;    // Of the first closed gate; "": all are open.
    std::string answer;  // One sentence for people.
    std::string next;    // A command that helps; "": none.
};

[[nodiscard]] Explanation explain(const ExplainedDomain& domain);

}  // namespace lumos::console
