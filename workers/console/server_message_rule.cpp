#include "workers/console/server_message_rule.h"

namespace lumos::console {
namespace {

std::string offline_message(const ServerState& state) {
    const auto seen =
        state.last_seen ? "; last seen " + to_rfc3339(*state.last_seen) : std::string();
    if (state.cause == "disconnect") {
        return "connection dropped" +
               (state.disconnect_reason ? " (" + *state.disconnect_reason + ")" : std::string()) +
               seen;
    }
    if (state.cause == "stopping") {
        return "the agent was stopped" + seen;
    }
    if (state.cause == "silence") {
        return "the agent is silent" + seen;
    }
    return "offline" + seen;
}

}  // namespace

std::optional<std::string> server_message(const ServerState& state) {
    if (state.conflict) {
        return "two machines speak with this server's credentials";
    }
    if (state.status == "unknown") {
        return "its agent was never heard";
    }
    if (state.status == "offline") {
        return offline_message(state);
    }
    if (state.status == "error") {
        return state.failing_check ? "check " + *state.failing_check : "a local check fails";
    }
    return std::nullopt;
}

}  // namespace lumos::console
