#pragma once
// Is all well, and if not, what is it in one line? Pure.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace lumos::console {

struct StatusFacts {
    std::int64_t online = 0;
    std::int64_t offline = 0;
    std::int64_t error = 0;
    std::int64_t unknown = 0;
    std::int64_t active = 0;
    std::int64_t failed_over = 0;
    std::int64_t held = 0;
    std::int64_t not_applied = 0;
    std::int64_t not_ours = 0;
    std::int64_t deliveries_dead = 0;
    double outbox_oldest_seconds = 0;
    // Of the control plane; only an administrator is told.
    bool with_control = false;
    std::optional<double> heard_age_seconds;
    std::optional<double> cycle_age_seconds;
    double cycle_seconds = 300;
    bool bus_connected = false;
    std::vector<std::string> missing_workers;
};

struct Status {
    bool ok = false;
    std::string headline;               // "1 server down, 12 domains failed over, 1 needs you"
    std::vector<std::string> problems;  // Of the control plane, one line each.
};

[[nodiscard]] Status judge_status(const StatusFacts& facts);

}  // namespace lumos::console
