#pragma once
// What the simulator holds: zones and their records, in the form in which the API shows them.
// Values only.

#include "schemas/time.h"

#include <boost/json.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace lumos::simulator {

struct StoredRecord {
    std::string id;  // 32 hexadecimal digits.
    std::string name;
    std::string type;
    std::string content;
    bool proxied = false;
    std::int64_t ttl = 1;
    boost::json::object settings;
    std::optional<std::string> comment;
    boost::json::array tags;
    std::optional<std::int64_t> priority;
    boost::json::value data;  // Null for most types.
    std::string created_on;
    std::string modified_on;
    std::int64_t number = 0;  // Rises with each record made; lists show the newest first.
};

using Records = std::map<std::string, StoredRecord>;  // By id.

struct ZoneInfo {
    std::string id;
    std::string name;
    std::string plan = "free";  // legacy_id: free | pro | business | enterprise
    std::string account_id;
    std::string created_on;
};

// As the API shows it, in its order of keys.
[[nodiscard]] boost::json::object to_json(const StoredRecord& record);
[[nodiscard]] boost::json::object to_json(const ZoneInfo& zone, bool may_edit);

// For the state file: what to_json does not show is added.
[[nodiscard]] boost::json::object to_state(const StoredRecord& record);
[[nodiscard]] StoredRecord record_from_state(const boost::json::object& state);

// "2026-11-22T03:12:04.9667Z": microseconds, zeros at the end cut off, as the API writes them for
// records.
[[nodiscard]] std::string record_time(Time time);

// A, AAAA and CNAME can be proxied, unless the address is a private one.
[[nodiscard]] bool is_proxiable(const StoredRecord& record);
[[nodiscard]] bool is_private_address(const std::string& content);

}  // namespace lumos::simulator
