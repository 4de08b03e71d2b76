#pragma once
// What is done on purpose, for one claim each; faults.h has what is done at random.

#include "tests/unit/presence/simulation/faults.h"

namespace lumos::presence::simulation {

// One cause for all servers, within less than the grace. Heals by itself.
void cut_all(Stage& stage);

// The primary of the first domain goes, comes back, and is cut off while failover sleeps.
void come_back_and_go(Stage& stage);

// A replica stalls between its beat and its transaction. Meanwhile the streams are made anew, a
// server says goodbye, and sometimes the other replica falls silent. Then the first goes on with
// what it had read.
void stall_over_new_streams(Stage& stage);

// The primary of the first domain goes, and comes back a little later.
void flap(Stage& stage);

}  // namespace lumos::presence::simulation
