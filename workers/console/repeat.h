#pragma once
// What a request with an Idempotency-Key is answered when it comes again: the same, without doing
// it again. The answer is kept encrypted for a day, since it may show a secret that is shown once.
// Thread-safe.

#include "sql/console_token_store.h"
#include "workers/console/parts.h"
#include "workers/shared/http/server.h"

#include <optional>

namespace lumos::console {

// Nothing: this request is the first, and is to be done. Throws a Problem where the key was used
// for another request, or where the first is still under way.
[[nodiscard]] std::optional<http::ServerResponse> earlier_answer(
    Parts& parts, const sql::console::RequestKey& key);
// Both never throw: what was done is done, and what was not may be asked for again.
void keep_answer(
    Parts& parts,
    const sql::console::RequestKey& key,
    const http::ServerResponse& response) noexcept;
void forget_request(Parts& parts, const sql::console::RequestKey& key) noexcept;

}  // namespace lumos::console
