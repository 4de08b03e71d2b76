#include "sql/console_revocation_store.h"

#include "sql/transaction.h"

namespace lumos::sql::console {

Time revoke_key(
    Work& work,
    const std::string& public_key,
    const std::string& holder,
    std::chrono::seconds overlap) {
    return work.transaction()
        .run(
            queries::bus_revocations::insert,
            {public_key, holder, static_cast<std::int64_t>(overlap.count())})
        .only()
        .time("due_at");
}

void hasten_revocations(Work& work, const std::string& holder) {
    work.transaction().run(queries::bus_revocations::hasten, {holder});
}

std::optional<std::string> key_of_server(Work& work, std::int64_t server_id) {
    return work.transaction()
        .run(queries::servers::key_of, {server_id})
        .only()
        .optional_text("public_key");
}

void set_key_of_server(
    Work& work, std::int64_t server_id, const std::optional<std::string>& public_key) {
    work.transaction().run(queries::servers::set_key, {server_id, public_key});
}

bool revocations_wait(Work& work) {
    return work.transaction().run(queries::bus_revocations::is_waiting).only().boolean("waiting");
}

bool lock_revocations(Work& work) {
    return work.transaction().run(queries::bus_revocations::try_lock).only().boolean("locked");
}

std::vector<std::string> revoked_keys(Work& work) {
    std::vector<std::string> keys;
    for (const auto row : work.transaction().run(queries::bus_revocations::due)) {
        keys.push_back(row.text("public_key"));
    }
    return keys;
}

void mark_revoked(Work& work, const std::vector<std::string>& public_keys) {
    work.transaction().run(queries::bus_revocations::mark_effective, {public_keys});
}

}  // namespace lumos::sql::console
