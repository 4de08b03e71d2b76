#pragma once
// The seeded simulation of presence (docs/presence.md): agents, replicas of presence, NATS with its
// two streams, one database as plain values, and as much of failover as is needed to see where DNS
// ends up. It runs the product's own rules, breaks everything around them, and says what was
// violated:
//
// (a) a server that NATS heard within the timeout is never offline by silence
// (b) no server becomes out on account of a time in which nobody listened
// (c) when the faults end, every dead server becomes out in time, and every living one ready
// (d) no server is ready, as readers see it, that was last heard more than three intervals ago
// (e) after a cut that hits all within the grace no DNS change is made, nor when it heals
// (f) no switch to a server that has been dead for longer than it takes to find out
// (g) after healing DNS stands where it belongs
// (h) server_down and server_up alternate
// (i) a primary that flaps for an hour moves DNS once
// (j) server_down only for a server that something was really done to; identity_conflict only for
// one that was cloned
// (k) DNS leaves only a server that something was really done to
// (l) a server comes back only by a heartbeat that NATS stored after it had gone

#include "tests/unit/presence/simulation/rules.h"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace lumos::presence::simulation {

enum class Scenario {
    Faults,    // Everything that can happen, at random.
    CutAll,    // One cause that hits all servers within the grace; nothing else.
    Comeback,  // The primary comes back, and is cut off before traffic could return to it.
    Stalled,   // A replica stalls with its beat read, and goes on after the streams were made anew.
    Flap       // The primary comes and goes every 30 s for an hour.
};

struct Options {
    std::uint64_t seed = 1;
    Scenario scenario = Scenario::Faults;
    Rules rules = {};
};

struct Outcome {
    std::vector<std::string> violations;  // "(a) server 2 at 93.2 s: …"
    std::vector<std::string> story;  // What was done, for whoever has to understand a violation.
    int dns_changes = 0;
    int servers_down = 0;
};

[[nodiscard]] Outcome simulate(const Options& options);

}  // namespace lumos::presence::simulation
