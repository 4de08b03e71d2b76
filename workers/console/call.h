#pragma once
// One request and who makes it.

#include "sql/connection.h"
#include "sql/console_account_store.h"
#include "sql/console_work.h"
#include "workers/console/parts.h"
#include "workers/shared/http/server.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace lumos::console {

struct Caller {
    std::int64_t token_id = 0;
    std::string name;  // The token's; the actor of the audit.
    bool read_only = false;
    std::optional<std::int64_t> account_id;  // Nothing: an administrator.
    std::string account;
    [[nodiscard]] bool is_admin() const { return !account_id; }
};

struct Call {
    const http::ServerRequest& request;
    Caller caller;
    bool dry_run = false;  // ?dryRun=true: everything is checked, nothing is changed.

    // Of the path; "" where the route has no such part.
    [[nodiscard]] std::string path(const std::string& name) const;
    // Of the query; nothing where it is absent or empty.
    [[nodiscard]] std::optional<std::string> query(const std::string& name) const;
    [[nodiscard]] std::optional<std::string> header(std::string_view name) const;
};

// A transaction on a session of the pool; both are given back at the end of the scope.
class Session {
public:
    explicit Session(
        Parts& parts, std::chrono::milliseconds idle = std::chrono::milliseconds{15'000})
        : lease_(parts.database.lease()),
          work_(*lease_, idle) {}
    operator sql::console::Work&() { return work_; }  // NOLINT(google-explicit-constructor)
    sql::console::Work* operator->() { return &work_; }

private:
    sql::Pool::Lease lease_;
    sql::console::Work work_;
};

// Holds the zones between two switches (sql::console::hold_zones); a Problem where one is in
// progress.
void hold_zones_or_refuse(sql::console::Work& work, const std::vector<std::int64_t>& zone_ids);

// After the commit: wakes failover for the zones that were asked for (not in a dry run).
void wake(Parts& parts, const Call& call, const std::vector<sql::console::ZoneRequest>& requests);

// The account of the path. Somebody else's account does not exist for a token of one account.
[[nodiscard]] sql::console::Account account_of(sql::console::Work& work, const Call& call);
void require_account(const Call& call, const std::string& slug);

// ?after= and ?limit= (1 to 500, else 100).
[[nodiscard]] sql::console::Page page_of(const Call& call);

// Commits, unless nothing is to be changed.
void finish(sql::console::Work& work, const Call& call);

// An audit row without its before and after.
[[nodiscard]] sql::console::AuditEntry audit_of(
    const Call& call,
    std::optional<std::int64_t> account_id,
    std::string action,
    std::string subject);

// Throws the Problem that If-Match asks for when the thing is not what it was when it was read.
void require_match(const Call& call, const std::string& etag);

}  // namespace lumos::console
