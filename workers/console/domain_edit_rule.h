#pragma once
// What an edit of a domain's servers means for what is published. Pure.

#include <optional>
#include <string>
#include <vector>

namespace lumos::console {

struct ServersEdit {
    std::vector<std::string> before;  // Slugs in order.
    std::vector<std::string> after;
    std::optional<std::string> published;  // Nothing: no assigned server's address.
    std::string failover_status;
};

struct ServersEditPlan {
    std::string failover_status;
    std::vector<std::string> notes;
};

[[nodiscard]] ServersEditPlan plan_servers_edit(const ServersEdit& edit);

}  // namespace lumos::console
