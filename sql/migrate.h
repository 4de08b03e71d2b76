#pragma once
// The schema's numbered steps: forward only, checksummed, safe when many processes start at once
// (one migrates under an advisory lock of its transaction, the others wait and find it done).

#include "sql/connection.h"

#include <string>
#include <vector>

namespace lumos::sql {

struct MigrationState {
    int number = 0;
    std::string name;
    bool applied = false;
    bool changed = false;  // Its text differs from what was applied.
};

[[nodiscard]] int schema_version();                          // The newest this program knows.
[[nodiscard]] int database_version(Connection& connection);  // 0: not migrated.
[[nodiscard]] std::vector<MigrationState> migration_states(Connection& connection);
// Applies what is missing; returns the numbers that were. Throws Broken where an applied step was
// changed or is unknown to this program by more than one.
std::vector<int> migrate(Connection& connection);

}  // namespace lumos::sql
