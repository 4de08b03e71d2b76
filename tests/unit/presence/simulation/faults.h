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

[[nodiscard]] Moment timeout_of(const Stage& stage);
[[nodiscard]] int any_server(Stage& stage);
void later(Stage& stage, Moment delay, std::function<void()> what);

// One random fault, now.
void do_something(Stage& stage);

void freeze_nats(Stage& stage, Moment how_long);
void kill_nats(Stage& stage, Moment how_long, bool wiped);

// Everything works again from now on.
void heal(Stage& stage);

// Ends the server in one of the ways that a server can end. True where somebody closes its
// connection at once.
bool end_server(Stage& stage, int server);

}  // namespace lumos::presence::simulation
