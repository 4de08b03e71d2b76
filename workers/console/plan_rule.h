#pragma once
// What a plan includes. Pure. What does not fit names the plan that is needed.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace lumos::console {

struct PlanTerms {
    std::string name;
    std::optional<std::int64_t> servers_max;  // Nothing: no limit.
    bool failover = false;
};

struct PlanRefusal {
    std::string detail;
    std::string needed;  // The smallest plan that would do; "": none does.
};

// servers: how many there would be.
[[nodiscard]] std::optional<PlanRefusal> refusal_of_servers(
    const PlanTerms& plan, std::int64_t servers, const std::vector<PlanTerms>& plans);
// servers: how many the domain would be assigned to; one is no failover.
[[nodiscard]] std::optional<PlanRefusal> refusal_of_failover(
    const PlanTerms& plan, std::size_t servers, const std::vector<PlanTerms>& plans);

}  // namespace lumos::console
