#pragma once
// What is doubtful about the real API: each point is a switch, so that a client is tried with
// either answer. Set by
// --switch name=value and by PUT /simulator/switches; the table is in README.md. Values only.

#include <boost/json.hpp>

#include <cstdint>
#include <string>

namespace lumos::simulator {

struct Switches {
    std::int64_t verify_bad_token_status =
        401;  // GET /user/tokens/verify with an unknown token: 400, 401 or 403.
    std::int64_t zones_bad_token_status =
        403;  // GET /zones with an unknown token (code 9109): 401 or 403.
    std::string type_change = "refuse";      // PATCH or PUT to another type: refuse | accept
    std::int64_t batch_limit_code = 9207;    // The code for too many records in a batch.
    std::string batch_empty_lists = "null";  // In the answer to a batch: null | empty | omit
    std::int64_t zones_per_page_max = 50;    // 50 by the specification; 100 was accepted live.
    std::string identical_compares =
        "content";  // 81058 on: content (name, type, content) | all (TTL, comment … too)
    bool identical_on_change = true;  // 81058 also on PATCH and PUT into another record's content.
    std::int64_t record_quota = 0;    // Records a zone may hold (81045); 0: no limit.
    std::string rate_limit_body = "971";  // 971 | 10100 | 10429 | html
    bool rate_limit_headers = true;       // Ratelimit and Ratelimit-Policy on every answer.
    bool rate_limit_counts = false;  // Whether `r` of Ratelimit tracks the budget (seen live: no).
    std::string proxied_ttl = "accept";  // proxied with a TTL: accept (stores 1) | refuse
    bool edit_lists_zones = true;        // A token for DNS:Edit only may list its zones.
    std::int64_t stale_ms = 0;           // Reads show what was true this long ago.
    bool ttl_required = false;           // A create without TTL answers 9021.
};

[[nodiscard]] boost::json::object to_json(const Switches& switches);

// Throws runtime::UsageError on an unknown name or a value of the wrong kind.
void set_switch(Switches& switches, const std::string& name, const std::string& value);

}  // namespace lumos::simulator
