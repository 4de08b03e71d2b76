#include "workers/failover/notice_rule.h"

#include "workers/failover/limits.h"

namespace lumos::failover {
namespace {

bool passes_by_itself(std::string_view code) {
    return code == "calling" || code == "grace" || code == "pending_change";
}

}  // namespace

HoldUpdate update_hold(const HoldState& before, const std::optional<std::string>& code, Time now) {
    HoldUpdate update;
    if (!code) {
        return update;
    }
    update.state = before;
    if (before.code != code || !before.since) {
        update.state.code = code;
        update.state.since = now;
    }
    if (passes_by_itself(*code) || update.state.told == code) {
        return update;
    }
    const auto tell_at = *update.state.since + limits::kHeldNotice;
    if (now < tell_at) {
        update.look_again = tell_at;
        return update;
    }
    update.tell = true;
    update.state.told = code;
    return update;
}

UndoneUpdate update_undone(
    const UndoneState& before, Wanted wanted, std::string_view obstacle, Time now) {
    UndoneUpdate update;
    if (wanted == Wanted::No) {
        return update;
    }
    update.state = before;
    if (wanted == Wanted::Waiting) {
        return update;
    }
    if (!update.state.since) {
        update.state.since = now;
    }
    if (update.state.told) {
        return update;
    }
    const auto tell_at = *update.state.since + limits::kNotAppliedNotice;
    if (now < tell_at && !is_refusal_of_token(obstacle)) {
        update.look_again = tell_at;
        return update;
    }
    update.tell = true;
    update.state.told = true;
    return update;
}

bool is_refusal_of_token(std::string_view code) {
    return code == "token_invalid" || code == "token_permission" || code == "zone_unknown";
}

}  // namespace lumos::failover
