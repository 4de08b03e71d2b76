#pragma once
// From rows to the values that the rules decide on.

#include "sql/zone_store.h"
#include "workers/failover/facts.h"
#include "workers/shared/dns/provider.h"

#include <optional>
#include <string>
#include <vector>

namespace lumos::failover {

[[nodiscard]] Servers servers_of(const sql::ServerLook& look);
[[nodiscard]] Domain domain_of(const sql::DomainRow& row, const sql::ZoneRow& zone);
[[nodiscard]] std::optional<PendingChange> pending_of(const sql::DomainRow& row);

// Records as they are kept in rows, and back.
[[nodiscard]] std::string write_records(const std::vector<dns::Record>& records);
[[nodiscard]] std::vector<dns::Record> read_records(const std::optional<std::string>& text);
// Nothing where there is none, as the column has it.
[[nodiscard]] std::optional<std::string> write_set_aside(const std::vector<dns::Record>& records);

}  // namespace lumos::failover
