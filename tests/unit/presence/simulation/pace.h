#pragma once
// The limits of a run, and how fast its world notices things.

#include "tests/unit/presence/simulation/engine.h"
#include "tests/unit/presence/simulation/simulation.h"
#include "workers/presence/judgement_rule.h"

namespace lumos::presence::simulation {

struct Pace {
    Limits limits;
    // How long NATS and an agent need to find a dead connection.
    Moment stale_least = 60s;
    Moment stale_most = 90s;
    Moment give_up_least = 30s;
    Moment give_up_most = 45s;
};

// Those of production, or shorter ones: a run takes less time, and more happens in it.
[[nodiscard]] Pace pace_of(Chance& chance, Scenario scenario);

}  // namespace lumos::presence::simulation
