#pragma once
// What routing may believe of a server (docs/presence.md): presence's word, unless nobody has
// listened since. Pure.

#include "workers/failover/facts.h"

#include <string>

namespace lumos::failover {

// Nobody has listened to its node for 10 s: what is known of it is old.
[[nodiscard]] bool is_interrupted(const Server& server, Time now);

// Presence's word, but ready only for what was heard in the present span.
[[nodiscard]] Fitness usable_fitness(const Server& server);

// Within the last 5 s of heard time, while somebody was listening.
[[nodiscard]] bool is_heard_lately(const Server& server, Time now);

// After the other one was given up.
[[nodiscard]] bool is_heard_since_out(const Server& server, const Server& given_up);

// "fra-1 is offline since 03:12:04Z (connection dropped)"
[[nodiscard]] std::string describe(const Server& server);
// Why it can or cannot be used: "disconnected since 03:12:04Z", "ready".
[[nodiscard]] std::string why(const Server& server);
[[nodiscard]] std::string_view to_string(Status status);
[[nodiscard]] std::string_view to_string(Fitness fitness);

// "03:12:04Z"
[[nodiscard]] std::string time_of_day(Time time);

}  // namespace lumos::failover
