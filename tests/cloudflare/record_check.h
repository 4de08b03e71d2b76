#pragma once
// Which records the API takes: requests become records, with the defaults, normal forms, limits and
// refusals of the real one. Pure; throws ApiError.

#include "tests/cloudflare/envelope.h"
#include "tests/cloudflare/switches.h"
#include "tests/cloudflare/zone.h"

#include <boost/json.hpp>

#include <string>

namespace lumos::simulator {

struct ZoneRules {
    const ZoneInfo& zone;
    const Switches& switches;
};

// Puts what the request names into the record. Keys that are not known, or read-only, are passed
// over, as the API does.
void apply_request(StoredRecord& record, const boost::json::object& request, const ZoneInfo& zone);

// Throws unless the record by itself is one that the API takes; brings content and TTL into their
// normal form.
void check_record(StoredRecord& record, const ZoneRules& rules);

// Throws where the record cannot stand beside the others (one of them may be its own former self,
// by id).
void check_beside(
    const StoredRecord& record, const Records& others, const Switches& switches, bool is_new);

// The name in full, lower case: relative names, "@" and names outside the zone get the zone
// appended.
[[nodiscard]] std::string full_name(const std::string& name, const std::string& zone);

}  // namespace lumos::simulator
