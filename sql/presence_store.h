#pragma once
// One round of presence as a transaction (docs/presence.md): the only writer of hearing,
// heard_nodes, server_presence, agent_connections, and with failover of waiting_for. Locks
// `hearing`, so that there is one round at a time. Not thread-safe. Throws what sql/error.h names;
// nothing has happened before commit().

#include "schemas/time.h"
#include "sql/event_store.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace lumos::sql {

class Connection;
class Transaction;

// Times are the AGENT stream's clock unless said otherwise.
struct HearingRow {
    std::optional<Time> agent_stream_created;
    std::int64_t beat_seq = 0;
    std::optional<Time> bus_stream_created;
    std::int64_t bus_seq = 0;
    Time database_now;  // The database's clock, read under the lock.
};

struct HeardNodeRow {
    std::string node;
    std::string url;
    std::int64_t span = 0;
    std::int64_t span_seq = 0;
    Time heard_since;
    Time heard_until;
    Time advanced_at;  // The database's clock.
    std::optional<Time> gone_at;
};

struct ServerPresenceRow {
    std::int64_t server_id = 0;
    // Of the server itself, not written.
    std::int64_t account_id = 0;
    std::string account;
    std::string server;
    std::string name;
    std::optional<std::string> ipv4;
    std::optional<std::string> ipv6;
    std::optional<Time> asked_at;  // The oldest call that waits for an answer.
    // Of server_presence.
    std::optional<std::string> node;
    std::optional<std::int64_t> span;
    std::optional<Time> moved_at;
    std::int64_t last_seq = 0;
    std::optional<Time> last_seen;
    std::optional<std::int64_t> client_id;
    std::optional<std::string> session;
    std::optional<double> interval_seconds;
    std::optional<std::string> said;
    std::string status;
    std::optional<std::string> cause;
    std::int64_t judged_seq = 0;
    Time status_since;  // The database's clock.
    std::optional<Time> steady_since;
    std::optional<Time> disconnected_at;
    std::optional<std::string> disconnect_reason;
    std::string fitness;
    Time fitness_since;  // The database's clock.
    std::optional<Time> out_at;
    bool conflict = false;
    std::int64_t transition = 0;
    std::optional<std::string> incident;
};

struct AgentConnectionRow {
    std::int64_t server_id = 0;
    std::string nats_server;
    std::int64_t client_id = 0;
    std::optional<std::string> session;
    std::optional<std::string> boot_id;
    Time opened_at;
    std::optional<Time> heard_since;
    std::optional<Time> heard_at;
    std::optional<Time> closed_at;
    std::optional<std::string> reason;
    bool counts = false;
};

struct AgentConnectionKey {
    std::int64_t server_id = 0;
    std::string nats_server;
    std::int64_t client_id = 0;
};

struct ServerName {
    std::string account;
    std::string server;
    friend auto operator<=>(const ServerName&, const ServerName&) = default;
};

struct DueLimits {
    std::string beaten;                    // The node of the round's beat.
    double default_interval_seconds = 15;  // Of a server that never said its own.
};

struct ZoneAsked {
    std::string request_id;
    std::string account;
    std::string zone;
};

struct ServerReportRow {
    std::int64_t server_id = 0;
    std::string agent_version;
    Time started_at;
    std::string checks;  // JSON
};

class PresenceRound {
public:
    explicit PresenceRound(Connection& connection);
    ~PresenceRound();
    PresenceRound(const PresenceRound&) = delete;
    PresenceRound& operator=(const PresenceRound&) = delete;

    // Waits 500 ms at most for another replica's round; throws Busy.
    [[nodiscard]] HearingRow lock();
    [[nodiscard]] std::vector<HeardNodeRow> nodes();
    [[nodiscard]] std::int64_t next_span();
    void write_node(const HeardNodeRow& node);
    void finish(const HearingRow& hearing);

    // Every stored stream time that is later becomes `heard`.
    void cut_back(Time heard);
    // Another AGENT stream: its sequences begin anew.
    void begin_stream_anew();
    // The connections of a node that is gone are closed with `reason`, its servers move with a full
    // timeout.
    void leave_node(const std::string& gone, const HeardNodeRow& to, const std::string& reason);

    // Ids of the servers of those names; names without a row are left out.
    [[nodiscard]] std::vector<std::pair<ServerName, std::int64_t>> ids(
        const std::vector<ServerName>& names);
    // Servers that are judged although nothing was learned about them.
    [[nodiscard]] std::vector<std::int64_t> due(const DueLimits& limits);
    // In the order of their ids, locked.
    [[nodiscard]] std::vector<ServerPresenceRow> servers(const std::vector<std::int64_t>& ids);
    [[nodiscard]] std::vector<AgentConnectionRow> connections(const std::vector<std::int64_t>& ids);
    void write_servers(const std::vector<ServerPresenceRow>& rows);
    void write_connections(const std::vector<AgentConnectionRow>& rows);
    void remove_connections(const std::vector<AgentConnectionKey>& keys);
    void write_reports(const std::vector<ServerReportRow>& rows);
    // Closed for longer than a day; a few at a time.
    void forget_connections(Time heard_until);
    // Gone for longer than a day, or more than a hundred.
    void forget_nodes(Time heard_until);

    [[nodiscard]] std::int64_t domains_published(std::int64_t server_id);
    // Answered calls are deleted and their zones requested; those of `silent` are requested only.
    [[nodiscard]] std::vector<ZoneAsked> request_answered_zones(
        const std::vector<std::int64_t>& judged, const std::vector<std::int64_t>& silent);
    // Returns the request's id.
    [[nodiscard]] std::string request_server(
        std::int64_t server_id,
        const std::string& cause,
        const std::optional<std::string>& trigger_id);
    [[nodiscard]] RecordedEvent record(const NewEvent& event);

    void commit();

private:
    std::unique_ptr<Transaction> transaction_;
};

struct ServerCount {
    std::string status;
    std::string fitness;
    std::int64_t servers = 0;
};
[[nodiscard]] std::vector<ServerCount> count_servers(Connection& connection);

}  // namespace lumos::sql
