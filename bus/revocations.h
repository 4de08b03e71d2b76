#pragma once
// Taking credentials back while NATS runs: the account's JWT says whose are of no use any more, and
// is replaced at the running server through the system account. NATS keeps it across restarts, cuts
// whoever is connected with such credentials at once, and refuses them from then on.

#include "bus/connection.h"
#include "bus/identity.h"
#include "schemas/time.h"

#include <string>
#include <string_view>
#include <vector>

namespace lumos::bus {

// What `revoker.key` of bus init holds: a signing key of the operator and the account whose rights
// it replaces, lines `operator: SO…`, `account: A…`, and the credentials of the system account's
// user that may do it.
struct RevokerKey {
    KeyPair op;
    std::string account;
    std::string creds_file;  // The file itself.
};
// Throws BusRefused, with what is missing.
[[nodiscard]] RevokerKey read_revoker_key(const std::string& path);

// More would not fit into one message of NATS.
inline constexpr std::size_t kRevocationsMax = 5'000;

// The same account, with the users of these keys (U…) revoked besides those that are. Nothing where
// all of them are already. Throws BusRefused where the text is no account's JWT, or where it would
// be more than kRevocationsMax. Pure.
[[nodiscard]] std::optional<std::string> with_revoked(
    std::string_view account_jwt,
    const std::vector<std::string>& public_keys,
    const KeyPair& operator_key,
    Time now);

// Makes sure that the running NATS has revoked all of these; true where something had to be changed
// for it. `system` is connected with the key's credentials. One caller at a time in the whole
// installation, or one may undo the other. Throws BusUnavailable, BusRefused.
bool ensure_revoked(
    Connection& system,
    const RevokerKey& key,
    const std::vector<std::string>& public_keys,
    Time now);

}  // namespace lumos::bus
