#pragma once
// What a server is judged to be (docs/presence.md has the table). Pure; safe from any thread.
//
// Two things are kept apart. *status* is what people are told; it turns offline the moment a
// connection drops. *fitness* is what routing may do: traffic leaves a server only when it is out,
// and goes only to one that is ready; unsure moves nothing. A round takes the heartbeats, then the
// client events, then judges; each step is a function here.

#include "schemas/time.h"
#include "workers/presence/connection_rule.h"
#include "workers/presence/hearing_rule.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lumos::presence {

enum class Status { Unknown, Online, Offline, Error };
enum class Fitness { Ready, Unsure, Out };
enum class Said { Online, Error, Stopping, Restarting };
enum class Cause { Heartbeat, Disconnect, Stopping, Silence, LocalCheck };

// A row of server_presence. Times are stream times unless said otherwise.
struct ServerPresence {
    std::optional<std::string> node = std::nullopt;
    std::optional<std::int64_t> span = std::nullopt;
    std::optional<Time> moved_at = std::nullopt;
    std::int64_t last_seq = 0;
    std::optional<Time> last_seen = std::nullopt;
    std::optional<std::int64_t> client_id = std::nullopt;
    std::optional<std::string> session = std::nullopt;
    std::optional<Duration> interval = std::nullopt;
    std::optional<Said> said = std::nullopt;
    Status status = Status::Unknown;
    std::optional<Cause> cause = std::nullopt;
    std::int64_t judged_seq = 0;
    Time status_since{};  // The database's clock.
    std::optional<Time> steady_since = std::nullopt;
    std::optional<Time> disconnected_at = std::nullopt;
    std::optional<std::string> disconnect_reason = std::nullopt;
    Fitness fitness = Fitness::Unsure;
    Time fitness_since{};  // The database's clock.
    std::optional<Time> out_at = std::nullopt;
    bool conflict = false;
    std::int64_t transition = 0;
    friend bool operator==(const ServerPresence&, const ServerPresence&) = default;
};

// Limits of the fleet (docs/configuration.md).
struct Limits {
    Duration health_timeout = std::chrono::seconds{120};
    Duration disconnect_grace = std::chrono::seconds{10};
    Duration ready_hold = std::chrono::seconds{60};
    Duration heartbeat_interval = std::chrono::seconds{15};  // Of a server that never said its own.
};

// What an agent may claim as its interval: a longer one would keep it from ever being silent.
inline constexpr Duration kIntervalMin = std::chrono::seconds{1};
inline constexpr Duration kIntervalMax = std::chrono::seconds{60};
[[nodiscard]] Duration interval_of(const ServerPresence& row, const Limits& limits);
[[nodiscard]] Duration timeout_of(const ServerPresence& row, const Limits& limits);

// A server in a round: its row and its connections, and what the round's heartbeat means for them.
struct ServerRecord {
    ServerPresence row;
    Connections connections = {};
    std::optional<Time> asked_at =
        std::nullopt;  // The oldest call of failover's that waits for an answer.
    // The connection of a heartbeat that this round took; nothing where it took none, or it named
    // none.
    std::optional<ConnectionKey> through = std::nullopt;
    std::vector<ConnectionKey> forgotten = {};  // Rows that this round took out.
    // The heartbeat comes after something that begins the hold anew.
    bool is_unsteady = false;
};

struct NewHeartbeat {
    std::int64_t sequence = 0;
    Time stored_at;
    std::optional<ConnectionKey> through = std::nullopt;
    std::string session;
    Duration interval{};
    Said said = Said::Online;
};

// The server's newest heartbeat. node: the one that carries it, or the round's where it names none
// that is known. Its connection is opened beforehand (connection_rule). Nothing happens where it is
// not newer than the row's.
void take_heartbeat(
    ServerRecord& server,
    const NewHeartbeat& heartbeat,
    const NodeHearing& node,
    const Limits& limits);

struct ClientEvent {
    bool connected = false;
    ConnectionKey key;
    std::string reason;  // Of a disconnect.
};
// node: the server's. carrier: the node that the event names, null where it has no row.
void take_client_event(
    ServerRecord& server,
    const ClientEvent& event,
    const NodeHearing& node,
    const NodeHearing* carrier,
    const Limits& limits);

struct Surroundings {
    const NodeHearing& node;  // The server's, as this round left it.
    bool is_heard = true;     // It advanced lately; otherwise the server is left as it is.
    Time database_now;
};

struct Judgement {
    ServerPresence row;
    bool conflict_began = false;  // identity_conflict is to be published.
    bool is_unanswering =
        false;  // Not ready any more for its silence on a call: its waiting zones are to be told.
};
[[nodiscard]] Judgement judge(
    const ServerRecord& server, const Surroundings& around, const Limits& limits);

// ---- what a judgement means to others ----

enum class Alert { None, Down, Up };
// Down: from online or unknown to offline or error. Up: each end of it.
[[nodiscard]] Alert alert_of(const ServerPresence& before, const ServerPresence& after);

// The cause of a check request for the server: "offline", "out", "ready"; nothing where no zone
// needs a look.
[[nodiscard]] std::optional<std::string_view> request_of(
    const ServerPresence& before, const ServerPresence& after);

// Judged again by the very next round, which follows at once.
[[nodiscard]] bool needs_another_look(const ServerPresence& row, const NodeHearing& node);

[[nodiscard]] std::string_view to_text(Status status);
[[nodiscard]] std::string_view to_text(Fitness fitness);
[[nodiscard]] std::string_view to_text(Said said);
[[nodiscard]] std::string_view to_text(Cause cause);
// Nothing where the text is none of them.
[[nodiscard]] std::optional<Status> status_of(std::string_view text);
[[nodiscard]] std::optional<Fitness> fitness_of(std::string_view text);
[[nodiscard]] std::optional<Said> said_of(std::string_view text);
[[nodiscard]] std::optional<Cause> cause_of(std::string_view text);

}  // namespace lumos::presence
