#pragma once
// How everything is, in a few queries. See sql/console_work.h for transactions and errors.
// `account`: nothing means all of them.

#include "schemas/time.h"
#include "sql/console_work.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace lumos::sql::console {

using Only = std::optional<std::int64_t>;

[[nodiscard]] std::map<std::string, std::int64_t> servers_by_status(Work& work, Only account);

struct WrongServer {
    std::string account;
    std::string slug;
    std::string status;
    Time since;
    std::optional<std::string> cause;
    std::optional<std::string> disconnect_reason;
    std::optional<Time> last_seen;
    bool conflict = false;
    std::optional<std::string> checks;  // JSON
    std::int64_t domains_published = 0;
};
[[nodiscard]] std::vector<WrongServer> wrong_servers(Work& work, Only account, std::int64_t limit);

struct DomainCounts {
    std::int64_t active = 0;
    std::int64_t failed_over = 0;
    std::int64_t held = 0;
    std::int64_t not_applied = 0;
    std::int64_t not_ours = 0;
    std::int64_t in_doubt = 0;
};
[[nodiscard]] DomainCounts count_domains(Work& work, Only account);

struct WrongDomain {
    std::string account;
    std::string name;
    std::optional<std::string> provider;
    std::optional<std::string> hold_code;
    std::optional<Time> hold_since;
    std::optional<std::string> not_ours;
    std::optional<Time> undone_since;
    std::optional<std::string> last_error;  // JSON
    std::optional<std::string> message;     // Of the newest decision.
};
[[nodiscard]] std::vector<WrongDomain> wrong_domains(Work& work, Only account, std::int64_t limit);

struct ControlState {
    std::optional<Time> heard_until;          // The AGENT stream's clock; for people.
    std::optional<double> heard_age_seconds;  // Nothing: never heard.
    std::int64_t nodes = 0;
    std::int64_t nodes_heard = 0;
    std::optional<Time> cycle_completed_at;
    std::optional<double> cycle_age_seconds;
    std::int64_t outbox_unpublished = 0;
    double outbox_oldest_seconds = 0;
    std::int64_t deliveries_pending = 0;
    std::int64_t deliveries_dead = 0;  // Within a day.
};
[[nodiscard]] ControlState control_state(Work& work, Only account);

// What waits to be done, of everybody; 0 s where nothing waits.
struct Backlog {
    std::int64_t changes_pending = 0;
    double change_oldest_seconds = 0;
    double doubt_overdue_seconds = 0;  // Since the oldest doubt should have been ended by a read.
    std::int64_t checks_waiting = 0;
    double check_oldest_seconds = 0;
};
[[nodiscard]] Backlog backlog(Work& work);

struct WorkerSession {
    std::string process;
    std::string instance;
    Time since;
    std::int64_t sessions = 0;
};
[[nodiscard]] std::vector<WorkerSession> workers(Work& work);

struct Budget {
    std::string account;
    std::string provider;
    bool blocked = false;
    std::optional<Time> blocked_until;
    std::optional<Time> expires_on;
    double calls_left = 0;
};
[[nodiscard]] std::vector<Budget> budgets(Work& work, Only account, std::int64_t limit);

}  // namespace lumos::sql::console
