#pragma once
// The envelopes of the v4 API, key by key in the order seen live, and the errors of facts that
// travel in them. Pure.

#include "tests/cloudflare/http_message.h"

#include <boost/json.hpp>

#include <cstdint>
#include <stdexcept>
#include <string>

namespace lumos::simulator {

// Which part of the API complains: each has an envelope of its own.
enum class Complainer {
    Dns,      // {"result":null,"success":false,"errors":[…],"messages":[]}
    Headers,  // {"success":false,"errors":[{…,"error_chain":[…]}],"messages":[],"result":null}
    Gateway   // {"success":false,"errors":[…]}
};

// Thrown by whoever finds that a request must be refused; a transaction that it leaves has changed
// nothing.
struct ApiError : std::runtime_error {
    ApiError(
        int http_status,
        std::int64_t api_code,
        const std::string& message,
        Complainer who = Complainer::Dns)
        : std::runtime_error(message),
          status(http_status),
          code(api_code),
          complainer(who) {}
    int status;
    std::int64_t code;
    Complainer complainer;
};

struct PageInfo {
    std::int64_t page = 1;
    std::int64_t per_page = 100;
    std::int64_t count = 0;
    std::int64_t total_count = 0;
    std::int64_t total_pages = 0;
};

[[nodiscard]] HttpReply json_reply(int status, const boost::json::value& body);
[[nodiscard]] HttpReply success(boost::json::value result);
[[nodiscard]] HttpReply record_list(boost::json::array records, const PageInfo& page);
[[nodiscard]] HttpReply zone_list(boost::json::array zones, const PageInfo& page);
[[nodiscard]] HttpReply refusal(const ApiError& error);

}  // namespace lumos::simulator
