#pragma once
// One transaction of the console, with the audit row that every change leaves. The functions of the
// other console stores run in it; nothing has happened before commit(). Not thread-safe. All of
// them throw what sql/error.h names.

#include "sql/connection.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace lumos::sql {
class Transaction;
}

namespace lumos::sql::console {

// A page of a list: what comes behind `after` ("": from the beginning), `limit` rows at most.
struct Page {
    std::string after;
    std::int64_t limit = 100;
};

struct AuditEntry {
    std::optional<std::int64_t> account_id;
    std::string actor;   // The token's name.
    std::string action;  // "server.add"
    std::string subject;
    std::optional<std::string> before;  // JSON, without secrets.
    std::optional<std::string> after;
};

class Work {
public:
    // `idle`: how long the transaction may wait for something else, such as a provider's answer.
    explicit Work(
        Connection& connection, std::chrono::milliseconds idle = std::chrono::milliseconds{15'000});
    ~Work();
    Work(const Work&) = delete;
    Work& operator=(const Work&) = delete;

    void audit(const AuditEntry& entry);
    void commit();

    [[nodiscard]] Transaction& transaction() { return *transaction_; }  // For the stores.

private:
    std::unique_ptr<Transaction> transaction_;
};

// Wake-ups for the zones of requests that were just inserted, to be published after the commit.
struct ZoneRequest {
    std::int64_t zone_id = 0;
    std::string request_id;
    std::string account;
    std::string zone;
};
// cause: "config_change" or "operator".
[[nodiscard]] std::vector<ZoneRequest> ask_for_zones(
    Work& work, const std::vector<std::int64_t>& zone_ids, const std::string& cause);

// Edits of what is published are made between two switches. Throws Busy when a switch holds one of
// the zones for longer than the lock wait, or has announced a write that it has not made yet.
void hold_zones(Work& work, const std::vector<std::int64_t>& zone_ids);

}  // namespace lumos::sql::console
