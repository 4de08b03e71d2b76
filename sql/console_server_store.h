#pragma once
// Shield servers as the console keeps and shows them. See sql/console_work.h for transactions and
// errors.

#include "schemas/time.h"
#include "sql/console_work.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace lumos::sql::console {

struct Server {
    std::int64_t id = 0;
    std::string slug;
    std::string name;
    std::optional<std::string> ipv4;
    std::optional<std::string> ipv6;
    std::optional<std::string> region;
    // What presence and the agent say; a server without a presence row is unknown.
    std::string status = "unknown";
    std::optional<Time> since;
    std::optional<Time> last_seen;  // The AGENT stream's clock; for people.
    std::optional<std::string> cause;
    std::optional<std::string> disconnect_reason;
    std::string fitness = "unsure";
    std::optional<Time> fitness_since;
    bool conflict = false;
    std::optional<std::string> agent_version;
    std::optional<std::string> checks;  // JSON, as the agent reported it.
    std::int64_t domains_published = 0;
};

struct NewServer {
    std::int64_t account_id = 0;
    std::string slug;
    std::string name;
    std::optional<std::string> ipv4;
    std::optional<std::string> ipv6;
    std::optional<std::string> region;
    std::string public_key;  // Of the agent's credentials.
};

struct ServerAddress {
    std::int64_t id = 0;
    std::string slug;
    std::string name;
    std::optional<std::string> ipv4;
    std::optional<std::string> ipv6;
};

[[nodiscard]] std::vector<Server> servers(Work& work, std::int64_t account_id, const Page& page);
[[nodiscard]] std::optional<Server> find_server(
    Work& work, std::int64_t account_id, const std::string& slug);
// The same, held still until the transaction ends.
[[nodiscard]] std::optional<Server> hold_server(
    Work& work, std::int64_t account_id, const std::string& slug);
[[nodiscard]] std::int64_t count_servers(Work& work, std::int64_t account_id);
// In no particular order; those that are not there are missing.
[[nodiscard]] std::vector<ServerAddress> server_addresses(
    Work& work, std::int64_t account_id, const std::vector<std::string>& slugs);

// With its presence row.
std::int64_t add_server(Work& work, const NewServer& server);
// name, addresses and region of `server` are written.
void edit_server(Work& work, const Server& server);
void remove_server(Work& work, std::int64_t server_id);

// The domains it is assigned to or published for, or that have an open change from or to it.
[[nodiscard]] std::vector<std::string> domains_using(
    Work& work, std::int64_t server_id, std::int64_t limit);
[[nodiscard]] std::vector<std::int64_t> zones_of_server(Work& work, std::int64_t server_id);

}  // namespace lumos::sql::console
