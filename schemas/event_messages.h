#pragma once
// The data of events: what subscribers, webhooks, mails and the API show. All fields are always
// present, "none" is null. to_json gives the `data` member; the row and the envelope carry the
// rest. One .schema.json and .example.json a message.

#include "schemas/agent_messages.h"
#include "schemas/time.h"

#include <boost/json/fwd.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lumos::schemas {

// "server_down" and "server_up".
struct ServerStatusEvent {
    std::string server_id;
    std::string server_name;
    std::string status;           // offline | error; of server_up: online
    std::string previous_status;  // unknown | online | offline | error
    std::string cause;  // disconnect | stopping | silence | local_check; of server_up: heartbeat
    std::string message;
    Time since;
    std::optional<Time> last_seen;
    std::optional<std::string> ipv4;
    std::optional<std::string> ipv6;
    std::vector<CheckResult> failed_checks;
    std::int64_t domains_published = 0;
    std::optional<double> down_seconds;  // server_up only; absent in server_down.
};
[[nodiscard]] boost::json::value to_json(const ServerStatusEvent& event);

// "failover_triggered", "server_recovered".
struct DomainSwitchEvent {
    std::string domain;
    std::string zone;
    std::optional<std::string> from_ip;  // IPv4, or the IPv6 address of a server without IPv4.
    std::optional<std::string> to_ip;
    std::optional<std::string> from_ipv6;
    std::optional<std::string> to_ipv6;
    std::optional<std::string>
        from_server_id;  // Null: what was published was no assigned server's.
    std::optional<std::string> from_server_name;
    std::string to_server_id;
    std::string to_server_name;
    std::string primary_server_id;
    std::string reason;  // Primary server down | Primary server recovered | Operator request
    std::string cause;   // disconnect | stopping | silence | local_check | active_secondary_down |
                         // operator | settled | heartbeat
    std::string message;
    std::string failover_status;           // active | failed_over
    std::string previous_failover_status;  // active | failed_over
    std::int64_t epoch = 0;
    std::int64_t ttl = 0;
    bool proxied = false;
    std::string trigger;  // server_event | cycle | pending_change | operator | config_change
    std::optional<std::string> actor;
    Time detected_at;
    Time decided_at;
    Time applied_at;
    std::string change_id;
    // server_recovered only.
    std::optional<std::string> primary_ip;
    std::optional<std::string> primary_ipv6;
    std::optional<double> failed_over_seconds;
    bool recovered = false;  // Which of the two it is: decides which fields are written.
};
[[nodiscard]] boost::json::value to_json(const DomainSwitchEvent& event);
[[nodiscard]] DomainSwitchEvent read_domain_switch_event(const boost::json::value& data);

struct Candidate {
    std::string server_id;
    std::string status;
    bool usable = false;
    std::string why;
};

// "failover_held".
struct FailoverHeldEvent {
    std::string domain;
    std::string zone;
    std::optional<std::string> published_ip;
    std::optional<std::string> published_ipv6;
    std::string failover_status;
    std::int64_t epoch = 0;
    std::string code;
    std::string message;
    std::vector<Candidate> candidates;
    std::optional<Time> retry_at;
};
[[nodiscard]] boost::json::value to_json(const FailoverHeldEvent& event);

// "record_drifted": what stands in DNS is not ours.
struct RecordDriftedEvent {
    std::string domain;
    std::string zone;
    std::string expected;
    std::string found;
    std::string message;
};
[[nodiscard]] boost::json::value to_json(const RecordDriftedEvent& event);

// "failover_not_applied": decided, but the provider does not do it.
struct FailoverNotAppliedEvent {
    std::string domain;
    std::string zone;
    std::optional<std::string> to_ip;
    std::string code;
    std::string message;
    std::optional<std::int64_t> provider_http_status;
    std::optional<std::int64_t> provider_code;
    std::optional<std::string> provider_message;
    Time decided_at;
    std::int64_t attempts = 0;
};
[[nodiscard]] boost::json::value to_json(const FailoverNotAppliedEvent& event);

// "identity_conflict": two machines speak with one server's credentials.
struct ConflictingConnection {
    std::string nats_server;
    std::int64_t client_id = 0;
    std::string boot_id;
    std::string session;
    Time since;
};
struct IdentityConflictEvent {
    std::string server_id;
    std::string server_name;
    std::vector<ConflictingConnection> connections;
    std::string message;
};
[[nodiscard]] boost::json::value to_json(const IdentityConflictEvent& event);

// "hearing_lost", "hearing_restored" (_system, kind control, subject "hearing").
struct HearingNode {
    std::string node;
    std::string url;
    Time heard_until;
};
struct HearingEvent {
    std::optional<Time> heard_until;
    std::vector<HearingNode> nodes;
    std::string message;
};
[[nodiscard]] boost::json::value to_json(const HearingEvent& event);

// "channel_test", "delivery_dead".
struct ChannelTestEvent {
    std::string channel_id;
    std::string message;
};
[[nodiscard]] boost::json::value to_json(const ChannelTestEvent& event);
struct DeliveryDeadEvent {
    std::string channel_id;
    std::string event_id;
    std::string alert;
    std::int64_t attempts = 0;
    std::string last_error;
};
[[nodiscard]] boost::json::value to_json(const DeliveryDeadEvent& event);

// "server_added", "server_changed", "server_revoked": what a person did to a server.
struct ServerFacts {
    std::string name;
    std::optional<std::string> ipv4;
    std::optional<std::string> ipv6;
    std::optional<std::string> region;
};
struct ServerEditEvent {
    std::string server_id;
    std::string server_name;
    std::optional<ServerFacts> before;  // Nothing: added.
    std::optional<ServerFacts> after;   // Nothing: revoked.
    std::string actor;                  // The token's name.
};
[[nodiscard]] boost::json::value to_json(const ServerEditEvent& event);

// All that `--alerts` may name; the rest of the events are for subscribers only.
[[nodiscard]] const std::vector<std::string>& alert_names();
// critical | warning | info
[[nodiscard]] std::string_view severity(std::string_view alert);

}  // namespace lumos::schemas
