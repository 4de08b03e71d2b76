#include "workers/console/plan_limits.h"

#include "workers/console/plan_rule.h"
#include "workers/console/problem.h"

#include <optional>
#include <vector>

namespace lumos::console {
namespace {

namespace store = sql::console;

PlanTerms terms_of(const store::Plan& plan) {
    return {plan.name, plan.servers_max, plan.failover};
}

std::vector<PlanTerms> all_terms(store::Work& work) {
    std::vector<PlanTerms> all;
    for (const auto& plan : store::plans(work)) {
        all.push_back(terms_of(plan));
    }
    return all;
}

void refuse(const store::Account& account, const std::optional<PlanRefusal>& refusal) {
    if (!refusal) {
        return;
    }
    throw Problem(
        ProblemType::PlanLimit,
        refusal->detail + (refusal->needed.empty() ? "" : "; it needs the plan " + refusal->needed),
        refusal->needed.empty()
            ? std::string()
            : "lumosctl account set " + account.slug + " --plan " + refusal->needed);
}

}  // namespace

void require_room_for_server(
    store::Work& work, const store::Account& account, std::int64_t servers) {
    refuse(account, refusal_of_servers(terms_of(account.plan), servers, all_terms(work)));
}

void require_failover(store::Work& work, const store::Account& account, std::size_t servers) {
    refuse(account, refusal_of_failover(terms_of(account.plan), servers, all_terms(work)));
}

}  // namespace lumos::console
