#pragma once
// One transaction of the switch, in which a zone's row is locked. Its limits are the switch's own,
// not the usual ones: it may hold its lock across a call to the provider. Rolled back when
// destroyed without commit(). Not thread-safe.

#include <chrono>
#include <memory>

namespace lumos::sql {

class Connection;
class Transaction;

struct ZoneLimits {
    std::chrono::milliseconds lock_wait;
    std::chrono::milliseconds statement;
    std::chrono::milliseconds idle;
};

class ZoneTransaction {
public:
    ZoneTransaction(Connection& connection, const ZoneLimits& limits);
    ~ZoneTransaction();
    ZoneTransaction(const ZoneTransaction&) = delete;
    ZoneTransaction& operator=(const ZoneTransaction&) = delete;

    void commit();  // Throws InDoubt when the session goes during it.

    // For the stores, and for record_event.
    [[nodiscard]] Transaction& inner() { return *transaction_; }

private:
    std::unique_ptr<Transaction> transaction_;
};

}  // namespace lumos::sql
