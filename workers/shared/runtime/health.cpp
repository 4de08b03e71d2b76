#include "workers/shared/runtime/health.h"

#include <algorithm>

namespace lumos::runtime {

void Health::set(const std::string& dependency, bool ok, std::string detail) {
    states_.lock()->insert_or_assign(dependency, DependencyState{ok, std::move(detail)});
}

bool Health::ready() const {
    const auto states = all();
    // Nothing reported yet means that the process is still starting.
    return !states.empty() && std::all_of(states.begin(), states.end(), [](const auto& entry) {
        return entry.second.ok;
    });
}

std::map<std::string, DependencyState> Health::all() const {
    return *states_.lock();
}

}  // namespace lumos::runtime
