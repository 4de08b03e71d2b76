#pragma once
// Answers as JSON: one thing with its ETag, or a page of a list. Pure.

#include "schemas/time.h"
#include "workers/shared/http/server.h"

#include <boost/json/fwd.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lumos::console {

// Of the settings of a thing, not of what happens to it: a heartbeat does not make an edit stale.
[[nodiscard]] std::string etag_of(const boost::json::value& settings);

[[nodiscard]] http::ServerResponse answer(const boost::json::value& body, int status = 200);
[[nodiscard]] http::ServerResponse answer_with_etag(
    const boost::json::value& body, const std::string& etag, int status = 200);

// {"items":[…],"next":"…"}; next: what `after` must be for the following page, nothing at the end.
[[nodiscard]] http::ServerResponse answer_page(
    boost::json::array items, const std::optional<std::string>& next);

// "null" where there is nothing.
[[nodiscard]] boost::json::value or_null(const std::optional<std::string>& text);
[[nodiscard]] boost::json::value or_null(const std::optional<Time>& time);
[[nodiscard]] boost::json::value list_or_null(const std::optional<std::vector<std::string>>& texts);
// JSON text of a row; null where there is none.
[[nodiscard]] boost::json::value parsed(const std::optional<std::string>& json);
[[nodiscard]] std::string text_of(const boost::json::value& value);

}  // namespace lumos::console
