#pragma once
// When people are told that a domain is held, or that a decided change is not applied: once, and
// not for what passes by itself. Pure; all times are the database's.

#include "schemas/time.h"

#include <optional>
#include <string>
#include <string_view>

namespace lumos::failover {

struct HoldState {
    std::optional<std::string> code;
    std::optional<Time> since;        // Of this code.
    std::optional<std::string> told;  // The code that failover_held was last published for.
    bool operator==(const HoldState&) const = default;
};

struct HoldUpdate {
    HoldState state;
    bool tell = false;
    std::optional<Time> look_again;
};

// `code`: why the domain is held at `now`; nothing: it is not.
[[nodiscard]] HoldUpdate update_hold(
    const HoldState& before, const std::optional<std::string>& code, Time now);

struct UndoneState {
    std::optional<Time> since;  // A change is decided since then, and not applied.
    bool told = false;
    bool operator==(const UndoneState&) const = default;
};

struct UndoneUpdate {
    UndoneState state;
    bool tell = false;
    std::optional<Time> look_again;
};

enum class Wanted { No, Waiting, Yes };  // Waiting: held for a moment on the way to the change.

// `obstacle`: the code of what keeps the change from being applied; "" where it is under way.
[[nodiscard]] UndoneUpdate update_undone(
    const UndoneState& before, Wanted wanted, std::string_view obstacle, Time now);

// The provider refuses the token or the zone: no waiting helps, a person must act.
[[nodiscard]] bool is_refusal_of_token(std::string_view code);

}  // namespace lumos::failover
