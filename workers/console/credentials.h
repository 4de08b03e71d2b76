#pragma once
// What servers and credentials have in common. Thread-safe.

#include "bus/identity.h"
#include "sql/console_account_store.h"
#include "sql/console_server_store.h"
#include "workers/console/parts.h"

namespace lumos::console {

// A Problem where this console has none.
[[nodiscard]] const bus::SigningKey& require_signing_key(const Parts& parts);

// Rows of the caller's transaction: all credentials of that server's agent end now. Ask the revoker
// after the commit.
void revoke_credentials(
    sql::console::Work& work,
    const sql::console::Account& account,
    const sql::console::Server& server);

}  // namespace lumos::console
