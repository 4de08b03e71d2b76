#pragma once
// What a decision is made of: plain values, as the database showed them in one look. Times named by
// their clock are never compared with those of another one.

#include "schemas/time.h"

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace lumos::failover {

using Id = std::int64_t;

struct Addresses {
    std::optional<std::string> ipv4;
    std::optional<std::string> ipv6;
    bool operator==(const Addresses&) const = default;
};

enum class Status { Unknown, Online, Offline, Error };
enum class Fitness { Ready, Unsure, Out };

// The hearing of the node that a server is connected to.
struct Hearing {
    std::int64_t span = 0;
    Time heard_until;  // Stream clock.
    Time advanced_at;  // Database clock.
};

// A server as presence committed it.
struct Server {
    Id id = 0;
    std::string slug;
    std::string name;
    Addresses addresses;
    Status status = Status::Unknown;
    std::string
        cause;  // Of the status: disconnect | stopping | silence | local_check | heartbeat | "".
    Time status_since;  // Database clock.
    Fitness fitness = Fitness::Unsure;
    Time fitness_since;                // Database clock.
    std::optional<Time> out_at;        // Stream clock.
    std::optional<Time> last_seen;     // Stream clock.
    std::optional<std::int64_t> span;  // In which it was last heard.
    std::optional<Hearing> hearing;    // Nothing: its node is not known, or gone.
    std::optional<Time>
        waited_since;           // Database clock: called first for this zone, and not heard since.
    std::string failed_checks;  // For people; "" where none fails.
    std::optional<std::string> incident;  // Of its server_down.
};
using Servers = std::map<Id, Server>;

struct Domain {
    Id id = 0;
    std::string name;
    std::vector<Id> servers;      // In order; the first is the primary.
    std::optional<Id> published;  // Nothing: the address is no assigned server's.
    Addresses published_addresses;
    bool failed_over = false;
    bool plan_allows = true;
    bool has_provider = true;
    bool rewrite_asked = false;   // A person changed the TTL.
    bool ipv4_set_aside = false;  // A record of that family was removed and waits to be put back.
    bool ipv6_set_aside = false;
};

// What is pending for a domain.
struct PendingChange {
    std::string id;
    std::string attempt;
    Id to_server = 0;
    Addresses to;
    std::int64_t ttl = 1;
    bool refused = false;
};

// When the look was made, and who had been heard lately at an earlier look of the same check.
struct Moment {
    Time now;  // Database clock.
    std::set<Id> heard_before = {};
};

}  // namespace lumos::failover
