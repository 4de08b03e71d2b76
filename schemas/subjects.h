#pragma once
// The only place where a subject is built or parsed (docs/messages.md has the table). Pure; safe
// from any thread. Building aborts on a slug or name that is not valid: callers hold validated
// names.

#include <optional>
#include <string>
#include <string_view>

namespace lumos::schemas {

// [a-z0-9-]{1,63}
[[nodiscard]] bool is_slug(std::string_view text);

// Lower case, A-labels, no trailing dot, at least two labels; a first label "*" is allowed.
[[nodiscard]] bool is_dns_name(std::string_view text);

// A DNS name is one token: '.' -> '_', '_' -> '=', '*' -> '+'. Reversible.
[[nodiscard]] std::string dns_token(std::string_view name);
[[nodiscard]] std::optional<std::string> dns_name(std::string_view token);

enum class SubjectKind { Server, Domain, Channel, Provider, Control };
[[nodiscard]] std::string_view to_string(SubjectKind kind);
[[nodiscard]] std::optional<SubjectKind> subject_kind(std::string_view text);

struct AgentSubject {
    std::string account;
    std::string server;
};

namespace subjects {

inline constexpr std::string_view kTick = "lumos.cycle.tick";
inline constexpr std::string_view kClientConnect = "lumos.bus.client.connect";
inline constexpr std::string_view kClientDisconnect = "lumos.bus.client.disconnect";
inline constexpr std::string_view kAllHeartbeats = "lumos.agent.*.*.heartbeat";

[[nodiscard]] std::string heartbeat(std::string_view account, std::string_view server);
[[nodiscard]] std::string call(std::string_view account, std::string_view server);
[[nodiscard]] std::string beat(std::string_view node, std::string_view replica);
[[nodiscard]] std::string server_check(std::string_view account, std::string_view server);
[[nodiscard]] std::string zone_check(std::string_view account, std::string_view zone);
[[nodiscard]] std::string notify(std::string_view account, std::string_view channel);
// lumos.event.<account>.<kind>.<subject>.<what>; account "_system" and kind Control for the control
// plane's own.
[[nodiscard]] std::string event(
    std::string_view account, SubjectKind kind, std::string_view subject, std::string_view what);
// lumos.dead.<consumer>.<original subject without its "lumos.">
[[nodiscard]] std::string dead(std::string_view consumer, std::string_view original);

// Who speaks, from the subject of a heartbeat; nothing where it is not one.
[[nodiscard]] std::optional<AgentSubject> parse_heartbeat(std::string_view subject);
// The zone's name and account of lumos.job.<account>.zone.<zone>.check, the server's of
// ….server.<server>.check.
struct CheckSubject {
    std::string account;
    bool is_zone = false;
    std::string name;  // Zone name or server slug.
};
[[nodiscard]] std::optional<CheckSubject> parse_check(std::string_view subject);
[[nodiscard]] bool is_beat(std::string_view subject);

}  // namespace subjects
}  // namespace lumos::schemas
