#include "sql/zone_transaction.h"

#include "sql/transaction.h"

namespace lumos::sql {

ZoneTransaction::ZoneTransaction(Connection& connection, const ZoneLimits& limits)
    : transaction_(std::make_unique<Transaction>(
          connection, Transaction::Limits{limits.lock_wait, limits.statement, limits.idle})) {}

ZoneTransaction::~ZoneTransaction() = default;

void ZoneTransaction::commit() {
    transaction_->commit();
}

}  // namespace lumos::sql
