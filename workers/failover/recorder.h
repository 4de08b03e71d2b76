#pragma once
// Writing down what has come true, in the transaction that found it out: what is published, its
// event, its deliveries, and what people must be told. Lives as long as the transaction; announce()
// follows the commit.

#include "sql/change_store.h"
#include "sql/event_store.h"
#include "workers/failover/calls.h"
#include "workers/failover/provider_problem.h"
#include "workers/failover/records_rule.h"
#include "workers/failover/switch_event.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace lumos::runtime {
class Clock;
}

namespace lumos::failover {

// What DNS shows now, and how that is to be recorded.
struct NowPublished {
    std::optional<Id> server;
    Addresses addresses;
    bool proxied = false;
    std::int64_t ttl = 1;
    std::optional<std::string> set_aside;  // JSON.
    std::optional<Draft> draft;            // Nothing: no event (a rewrite).
    Ending ending;
};

struct NotApplied {
    std::optional<std::string> to_ip;
    std::string code;
    std::string message;
    std::optional<ProviderProblem> problem;
    Time decided_at;
    std::int64_t attempts = 0;
};

class Recorder {
public:
    Recorder(
        sql::ZoneTransaction& transaction, const sql::ZoneRow& zone, const runtime::Clock& clock);

    // What is set aside (JSON) where `seen` is what `server` was to be published with: what a write
    // that was given up has taken away, if it has landed after all; else what stands in the row.
    [[nodiscard]] std::optional<std::string> set_aside_after(
        const sql::DomainRow& row, Id server, const Seen& seen);
    // Changes `row` as the database's row is changed, so that later steps see it.
    void published(sql::DomainRow& row, NowPublished now);
    void held(const DomainFacts& facts, const schemas::FailoverHeldEvent& event);
    void not_applied(const DomainFacts& facts, const NotApplied& not_applied);
    void drifted(const DomainFacts& facts, const std::string& expected, const std::string& found);

    // After the commit: says so in the log, wakes whoever publishes and delivers.
    void announce(AfterCommit& after) const;

private:
    struct LogLine {
        bool warns = false;
        const char* event = "";
        std::string domain;
        std::string from;
        std::string to;
        std::string why;
    };
    std::string record(
        const std::string& domain,
        const std::string& type,
        const std::optional<std::string>& incident,
        std::string data);

    sql::ZoneTransaction& transaction_;
    const sql::ZoneRow& zone_;
    const runtime::Clock& clock_;
    std::vector<sql::NewDelivery> deliveries_;
    std::vector<LogLine> lines_;
    bool has_events_ = false;
};

}  // namespace lumos::failover
