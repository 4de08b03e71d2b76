#pragma once
// Changes of DNS under the zone's lock: intended, applied, refused, settled; and what a check notes
// about a domain. JSON is text. Everything throws what sql/error.h says.

#include "schemas/time.h"
#include "sql/zone_transaction.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace lumos::sql {

struct NewChange {
    std::string id;  // UUIDv7.
    std::int64_t domain = 0;
    std::string attempt;  // UUID: the same for all changes of one batch.
    std::string kind;     // switch | restore | rewrite
    std::int64_t to_server = 0;
    std::optional<std::string> to_ipv4;
    std::optional<std::string> to_ipv6;
    std::int64_t ttl = 1;
    std::string records_before;
    std::optional<std::string> event_draft;
    bool proxied = false;
    std::optional<std::string> set_aside_after;
    std::string trigger;
};
void insert_pending(ZoneTransaction& transaction, const NewChange& change);

enum class ChangeState { Applied, Abandoned };
void settle_change(ZoneTransaction& transaction, const std::string& id, ChangeState state);

// What the newest change of the domain to that very target has set aside (JSON), where it was given
// up and may have landed since.
struct ChangeTarget {
    std::int64_t domain = 0;
    std::int64_t server = 0;
    std::optional<std::string> ipv4;
    std::optional<std::string> ipv6;
};
[[nodiscard]] std::optional<std::string> set_aside_by_abandoned(
    ZoneTransaction& transaction, const ChangeTarget& target);

// The three below touch only what is pending with that very attempt, and say how many changes that
// were.
[[nodiscard]] std::size_t pending_of_attempt(
    ZoneTransaction& transaction, std::int64_t zone, const std::string& attempt);
struct AppliedAttempt {
    std::size_t changes = 0;
    Time at;  // Database clock.
};
[[nodiscard]] AppliedAttempt apply_attempt(
    ZoneTransaction& transaction, std::int64_t zone, const std::string& attempt);
// The changes stay pending. Returns the domains.
[[nodiscard]] std::vector<std::int64_t> fail_attempt(
    ZoneTransaction& transaction,
    std::int64_t zone,
    const std::string& attempt,
    bool refused,
    const std::string& error);

struct Published {
    std::int64_t domain = 0;
    std::optional<std::int64_t> server;
    std::optional<std::string> ipv4;
    std::optional<std::string> ipv6;
    bool proxied = false;
    std::int64_t ttl = 1;
    std::optional<std::string> set_aside;
    bool failed_over = false;
    std::optional<std::string> incident;
};
// What is published has changed; epoch + 1. A TTL that was asked for stays asked for until it is
// the one that is published.
void record_published(ZoneTransaction& transaction, const Published& published);
// Only the word for it has changed: the order of the servers was edited.
void relabel(ZoneTransaction& transaction, std::int64_t domain, bool failed_over);

struct CheckNote {
    std::int64_t domain = 0;
    std::string decision;
    std::string code;
    std::string message;
    // Nothing: the decision is the one that stands there.
    std::optional<std::string> evidence = {};
    std::optional<std::string> hold_code = {};
    std::optional<Time> hold_since = {};
    std::optional<std::string> hold_told = {};
    std::optional<Time> undone_since = {};
    bool undone_told = false;
    std::optional<Time> doubt_until;
    std::optional<std::string> not_ours;
    std::optional<std::string> last_error;
};
void save_check(ZoneTransaction& transaction, const CheckNote& note);

void renew_doubt(
    ZoneTransaction& transaction,
    const std::vector<std::int64_t>& domains,
    std::chrono::milliseconds doubt);
void put_in_doubt(
    ZoneTransaction& transaction,
    const std::vector<std::int64_t>& domains,
    std::chrono::milliseconds doubt,
    const std::string& error);

struct RefusalWait {
    std::chrono::milliseconds first;
    std::chrono::milliseconds most;
    double share = 1;  // Jitter: between three quarters and all.
};
// wait: how long the domains are left out of new changes; nothing: they are not.
void note_refusal(
    ZoneTransaction& transaction,
    const std::vector<std::int64_t>& domains,
    const std::optional<RefusalWait>& wait,
    const std::string& error);

}  // namespace lumos::sql
