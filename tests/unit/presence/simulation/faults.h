#pragma once
// What is done to the world: one fault is planned as a beginning and, where it lasts, an end.

#include "tests/unit/presence/simulation/agents.h"
#include "tests/unit/presence/simulation/failover.h"
#include "tests/unit/presence/simulation/presence.h"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace lumos::presence::simulation {

struct Stage {
    World& world;
    Agents& agents;
    Failover& failover;
    std::vector<std::unique_ptr<Replica>>& replicas;
    std::function<void(const std::string&)> tell;
    // Clock steps that are too small to be noticed: what is measured is off by so much.
    Moment unnoticed_steps{};
    bool were_advisories_lost = false;
};

// One random fault, now.
void do_something(Stage& stage);

// One cause for all servers, within less than the grace. Heals by itself.
void cut_all(Stage& stage);

// Everything works again from now on.
void heal(Stage& stage);

// Ends the server in one of the ways that a server can end. True where somebody closes its
// connection at once.
bool end_server(Stage& stage, int server);

// The primary of the first domain goes, comes back, and is cut off while failover sleeps.
void come_back_and_go(Stage& stage);

// A replica stalls between its beat and its transaction. Meanwhile the streams are made anew, a
// server says goodbye, and sometimes the other replica falls silent. Then the first goes on with
// what it had read.
void stall_over_new_streams(Stage& stage);

// The primary of the first domain goes, and comes back a little later.
void flap(Stage& stage);

}  // namespace lumos::presence::simulation
