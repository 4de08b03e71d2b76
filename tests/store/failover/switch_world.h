#pragma once
// A migrated database with an account, servers that are heard, a zone at a scripted provider, and
// the real switch over it. Presence is played by direct words to its tables, requests included.
// Time is real, but alarms, reservations and doubts can be brought to their end.

#include "sql/connection.h"
#include "sql/transaction.h"
#include "tests/fakes/scripted_provider.h"
#include "tests/support/postgres_server.h"
#include "workers/failover/zone_switch.h"
#include "workers/shared/runtime/clock.h"

#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

namespace lumos::failover::testing {

// Opens the world's one zone, whoever asks; or says that the token cannot be decrypted.
class WorldProviders final : public ProviderSource {
public:
    explicit WorldProviders(fakes::ScriptedProvider& dns) : dns_(dns) {}
    [[nodiscard]] std::unique_ptr<dns::Provider> open(const sql::ProviderRow& row) override;
    bool token_is_lost = false;

private:
    fakes::ScriptedProvider& dns_;
};

class RememberingAfterCommit final : public AfterCommit {
public:
    void events(const std::vector<sql::NewDelivery>& deliveries) override;
    void call(const std::string& account, const std::string& server) override;
    std::vector<std::string> called;  // Servers, in order.
    std::vector<sql::NewDelivery> told;
    std::size_t woken = 0;

private:
    std::mutex mutex_;
};

// Dies (by an exception), or does whatever else, before a step.
struct Dies : std::exception {
    [[nodiscard]] const char* what() const noexcept override { return "died by script"; }
};
class ScriptedObserver final : public StepObserver {
public:
    void before(std::string_view step) override;
    void at(const std::string& step, std::function<void()> act) {
        step_ = step;
        act_ = std::move(act);
    }
    void die_at(const std::string& step) {
        at(step, [] { throw Dies(); });
    }
    std::vector<std::string> seen;

private:
    std::string step_;
    std::function<void()> act_;
};

struct EventRow {
    std::string id;
    std::string type;
    std::string incident;
    std::string data;  // JSON.
};

class SwitchWorld {
public:
    // In a migrated database of its own.
    explicit SwitchWorld(const std::string& url = support::fresh_database());

    [[nodiscard]] const std::string& url() const { return url_; }

    // Made online and ready, heard just now. Address 203.0.113.<n>.
    Id server(const std::string& slug, const std::string& ipv6 = "");
    // The domain with its record, published at the first of `servers`. TTL 300, on failover 60.
    Id domain(const std::string& name, const std::vector<Id>& servers, bool with_ipv6 = false);
    Id another_zone(const std::string& name);

    // Presence's words, each with its request.
    void goes_out(Id server);
    void goes_offline(Id server);  // Its grace runs.
    void gets_ready(Id server);
    void turns_unsure(Id server);
    void answers(Id server);  // A heartbeat that is later than all that was: deletes waiting rows,
                              // requests their zones.
    void falls_quiet(Id server);  // Ready still, but its last word is 14 s old.
    void keep_hearing();          // The node advances; who was heard lately still is.
    void hearing_stops();         // 11 s ago.
    void request(const std::string& cause = "cycle");

    // One check by a worker of its own session. Requests for servers are expanded before.
    CheckResult check();
    CheckResult check_as(sql::Connection& session, StepObserver& observer);
    // Checks as long as there is something due; alarms in the future are left.
    void settle_down();
    std::unique_ptr<sql::Connection> new_session(const std::string& name = "failover/test");
    void renew_sessions();  // After the database was away.

    // Time passes.
    void end_reservation();
    void end_doubts();
    void ring_alarms();  // Whatever is due in the future is due now; retries too.
    void let_pass(const std::string& column_of_domains, std::chrono::seconds time);

    sql::Rows run(const std::string& text);
    [[nodiscard]] std::string text(const std::string& query);     // The column `value`.
    [[nodiscard]] std::int64_t number(const std::string& query);  // The column `value`.
    [[nodiscard]] std::vector<EventRow> events();
    [[nodiscard]] std::vector<std::string> event_types();
    [[nodiscard]] std::string domain_value(Id domain, const std::string& column);
    [[nodiscard]] std::string published(Id domain);  // The server's slug.
    // Nothing pending, nothing in doubt.
    [[nodiscard]] bool is_settled();

    fakes::ScriptedProvider dns;
    WorldProviders providers{dns};
    RememberingAfterCommit after;
    ScriptedObserver observer;
    runtime::SystemClock clock;
    Id zone = 0;
    Id account = 0;

private:
    std::string url_;
    std::unique_ptr<sql::Connection> session_;
    std::unique_ptr<sql::Connection> own_;  // For the world's words.
    int servers_ = 0;
};

}  // namespace lumos::failover::testing
