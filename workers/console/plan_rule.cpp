#include "workers/console/plan_rule.h"

namespace lumos::console {
namespace {

bool holds(const PlanTerms& plan, std::int64_t servers) {
    return !plan.servers_max || servers <= *plan.servers_max;
}

}  // namespace

std::optional<PlanRefusal> refusal_of_servers(
    const PlanTerms& plan, std::int64_t servers, const std::vector<PlanTerms>& plans) {
    if (holds(plan, servers)) {
        return std::nullopt;
    }
    PlanRefusal refusal{
        .detail = "the plan " + plan.name + " includes " + std::to_string(*plan.servers_max) +
                  (*plan.servers_max == 1 ? " server" : " servers"),
        .needed = ""};
    for (const auto& other : plans) {
        if (refusal.needed.empty() && holds(other, servers)) {
            refusal.needed = other.name;
        }
    }
    return refusal;
}

std::optional<PlanRefusal> refusal_of_failover(
    const PlanTerms& plan, std::size_t servers, const std::vector<PlanTerms>& plans) {
    if (plan.failover || servers < 2) {
        return std::nullopt;
    }
    PlanRefusal refusal{
        .detail = "the plan " + plan.name + " does not include failover", .needed = ""};
    for (const auto& other : plans) {
        if (refusal.needed.empty() && other.failover) {
            refusal.needed = other.name;
        }
    }
    return refusal;
}

}  // namespace lumos::console
