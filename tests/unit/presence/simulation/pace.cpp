#include "tests/unit/presence/simulation/pace.h"

namespace lumos::presence::simulation {

Pace pace_of(Chance& chance, Scenario scenario) {
    const bool is_production = scenario == Scenario::Flap || scenario == Scenario::Comeback ||
                               chance.says(scenario == Scenario::CutAll ? 0.3 : 0.1);
    if (is_production) {
        return {};
    }
    // A call tells who was cut off only where the grace is longer than the time for an answer.
    if (scenario == Scenario::CutAll) {
        return {
            .limits =
                {.health_timeout = 40s,
                 .disconnect_grace = 10s,
                 .ready_hold = 20s,
                 .heartbeat_interval = 5s},
            .stale_least = 20s,
            .stale_most = 30s,
            .give_up_least = 10s,
            .give_up_most = 15s};
    }
    if (chance.says(0.5)) {
        return {
            .limits =
                {.health_timeout = 8s,
                 .disconnect_grace = 2s,
                 .ready_hold = 5s,
                 .heartbeat_interval = 1s},
            .stale_least = 8s,
            .stale_most = 12s,
            .give_up_least = 6s,
            .give_up_most = 9s};
    }
    return {
        .limits =
            {.health_timeout = 24s,
             .disconnect_grace = 4s,
             .ready_hold = 15s,
             .heartbeat_interval = 4s},
        .stale_least = 12s,
        .stale_most = 20s,
        .give_up_least = 8s,
        .give_up_most = 12s};
}

}  // namespace lumos::presence::simulation
