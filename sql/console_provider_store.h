#pragma once
// DNS providers with their sealed tokens and the budget of their calls, and the zones they serve.
// See sql/console_work.h for transactions and errors.

#include "schemas/time.h"
#include "sql/connection.h"
#include "sql/console_work.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace lumos::sql::console {

struct Sealed {
    std::string key_id;
    std::string box;
};

struct Provider {
    std::int64_t id = 0;
    std::string slug;
    std::string name;
    std::string kind;
    Sealed token;
    std::optional<Time> verified_at;
    std::optional<Time> expires_on;
    Time created_at;
    std::optional<Time> blocked_until;
    double calls_left = 200;  // Of 200 in the bucket.
    std::vector<std::string> zones;
};

[[nodiscard]] std::vector<Provider> providers(
    Work& work, std::int64_t account_id, const Page& page);
[[nodiscard]] std::optional<Provider> find_provider(
    Work& work, std::int64_t account_id, const std::string& slug);
[[nodiscard]] std::optional<Provider> hold_provider(
    Work& work, std::int64_t account_id, const std::string& slug);

struct NewProvider {
    std::int64_t account_id = 0;
    std::string slug;
    std::string name;
    std::string kind;
};
// With its budget, and without a token: set_provider_token follows in the same transaction.
std::int64_t add_provider(Work& work, const NewProvider& provider);
void set_provider_token(
    Work& work, std::int64_t provider_id, const Sealed& token, std::optional<Time> expires_on);
void set_provider_verified(Work& work, std::int64_t provider_id, std::optional<Time> expires_on);
void rename_provider(Work& work, std::int64_t provider_id, const std::string& name);
void remove_provider(Work& work, std::int64_t provider_id);

struct Zone {
    std::int64_t id = 0;
    std::string name;
    std::string provider_zone_id;
    std::int64_t batch_max = 200;
    Time created_at;
    std::optional<std::int64_t> provider_id;
    std::optional<std::string> provider;
    std::int64_t failures = 0;  // Of its work, one after another.
    std::optional<std::string> last_error;
    std::optional<Time> not_before;
    std::int64_t domains = 0;
};

[[nodiscard]] std::vector<Zone> zones(Work& work, std::int64_t account_id, const Page& page);
[[nodiscard]] std::optional<Zone> find_zone(
    Work& work, std::int64_t account_id, const std::string& name);
// The account's zone that a domain's name belongs to.
[[nodiscard]] std::optional<Zone> zone_holding(
    Work& work, std::int64_t account_id, const std::string& name);
[[nodiscard]] std::vector<std::string> domains_of_zone(
    Work& work, std::int64_t zone_id, std::int64_t limit);

struct ServedZone {
    std::int64_t id = 0;
    std::string name;
    std::string provider_zone_id;
};
[[nodiscard]] std::vector<ServedZone> zones_of_provider(Work& work, std::int64_t provider_id);

// With its row of work. id, created_at, failures and domains of `zone` are not read.
std::int64_t add_zone(Work& work, std::int64_t account_id, const Zone& zone);
void edit_zone(Work& work, const Zone& zone);
void remove_zone(Work& work, std::int64_t zone_id);
// A new token deserves a new try at once.
void forgive_zones(Work& work, const std::vector<std::int64_t>& zone_ids);

// The budget is taken alone, in a transaction of its own, before any row is locked. Nothing: taken;
// else how long until there are calls again for what is no switch.
[[nodiscard]] std::optional<Seconds> take_calls(
    Connection& connection, std::int64_t provider_id, std::int64_t calls);
void block_provider(Connection& connection, std::int64_t provider_id, Seconds how_long);

}  // namespace lumos::sql::console
