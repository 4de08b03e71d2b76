#include "sql/console_work.h"

#include "sql/error.h"
#include "sql/transaction.h"

#include <map>

namespace lumos::sql::console {

Work::Work(Connection& connection, std::chrono::milliseconds idle)
    : transaction_(std::make_unique<Transaction>(connection, Transaction::Limits{.idle = idle})) {}

Work::~Work() = default;

void Work::audit(const AuditEntry& entry) {
    transaction_->run(
        queries::audit::insert,
        {entry.account_id, entry.actor, entry.action, entry.subject, entry.before, entry.after});
}

void Work::commit() {
    transaction_->commit();
}

std::vector<ZoneRequest> ask_for_zones(
    Work& work, const std::vector<std::int64_t>& zone_ids, const std::string& cause) {
    std::map<std::int64_t, std::string> requests;
    for (const auto row :
         work.transaction().run(queries::check_requests::ask_for_zones, {zone_ids, cause})) {
        requests[row.integer("zone_id")] = row.text("id");
    }
    std::vector<ZoneRequest> asked;
    for (const auto row : work.transaction().run(queries::zones::names_of_ids, {zone_ids})) {
        const auto id = row.integer("id");
        asked.push_back({id, "request-" + requests[id], row.text("account"), row.text("name")});
    }
    return asked;
}

void hold_zones(Work& work, const std::vector<std::int64_t>& zone_ids) {
    for (const auto row : work.transaction().run(queries::zone_work::hold_for_edit, {zone_ids})) {
        if (row.boolean("reserved")) {
            throw Busy("a switch is in progress");
        }
    }
}

}  // namespace lumos::sql::console
