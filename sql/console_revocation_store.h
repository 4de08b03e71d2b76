#pragma once
// Credentials of the bus that are taken back. See sql/console_work.h for transactions and errors.

#include "schemas/time.h"
#include "sql/console_work.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace lumos::sql::console {

// When they end.
Time revoke_key(
    Work& work,
    const std::string& public_key,
    const std::string& holder,
    std::chrono::seconds overlap);
// Whatever the holder still has besides its newest credentials ends now.
void hasten_revocations(Work& work, const std::string& holder);

// A server's newest credentials; nothing once they were revoked.
[[nodiscard]] std::optional<std::string> key_of_server(Work& work, std::int64_t server_id);
void set_key_of_server(
    Work& work, std::int64_t server_id, const std::optional<std::string>& public_key);

// Something is due that NATS has not taken.
[[nodiscard]] bool revocations_wait(Work& work);
// False while another console is at it. Until the transaction ends.
[[nodiscard]] bool lock_revocations(Work& work);
// All that NATS must have taken by now.
[[nodiscard]] std::vector<std::string> revoked_keys(Work& work);
void mark_revoked(Work& work, const std::vector<std::string>& public_keys);

}  // namespace lumos::sql::console
