#pragma once
// What servers, subscribers and credentials have in common. Thread-safe.

#include "bus/identity.h"
#include "sql/console_account_store.h"
#include "sql/console_server_store.h"
#include "workers/console/fields.h"
#include "workers/console/parts.h"

#include <chrono>

namespace lumos::console {

// A Problem where this console has none.
[[nodiscard]] const bus::SigningKey& require_signing_key(const Parts& parts);

// A Problem where this console has none.
[[nodiscard]] Revoker& require_revoker(const Parts& parts);

// How long old credentials stay good besides new ones: the field "overlapSeconds".
[[nodiscard]] std::chrono::seconds overlap_of(const Fields& fields);

// So long a request waits for NATS to take what it asks for; it is tried further after that.
inline constexpr std::chrono::milliseconds kApplyAtMost{2'000};

// Rows of the caller's transaction: all credentials of that server's agent end now. Ask the revoker
// after the commit.
void revoke_credentials(
    sql::console::Work& work,
    const sql::console::Account& account,
    const sql::console::Server& server);

}  // namespace lumos::console
