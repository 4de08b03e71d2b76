#include "workers/console/answers.h"

#include "workers/console/digest.h"

#include <boost/json.hpp>
#include <fmt/core.h>

namespace lumos::console {

std::string etag_of(const boost::json::value& settings) {
    const auto hash = digest(boost::json::serialize(settings));
    std::string etag = "\"";
    for (std::size_t i = 0; i < 12; ++i) {
        etag += fmt::format("{:02x}", static_cast<unsigned char>(hash[i]));
    }
    return etag + "\"";
}

http::ServerResponse answer(const boost::json::value& body, int status) {
    http::ServerResponse response;
    response.status = status;
    response.body = boost::json::serialize(body);
    return response;
}

http::ServerResponse answer_with_etag(
    const boost::json::value& body, const std::string& etag, int status) {
    auto response = answer(body, status);
    response.headers.emplace("ETag", etag);
    return response;
}

http::ServerResponse answer_page(boost::json::array items, const std::optional<std::string>& next) {
    return answer(boost::json::object{{"items", std::move(items)}, {"next", or_null(next)}});
}

boost::json::value or_null(const std::optional<std::string>& text) {
    return text ? boost::json::value(*text) : boost::json::value(nullptr);
}

boost::json::value or_null(const std::optional<Time>& time) {
    return time ? boost::json::value(to_rfc3339(*time)) : boost::json::value(nullptr);
}

boost::json::value list_or_null(const std::optional<std::vector<std::string>>& texts) {
    return texts ? boost::json::value_from(*texts) : boost::json::value(nullptr);
}

boost::json::value parsed(const std::optional<std::string>& json) {
    return json ? boost::json::parse(*json) : boost::json::value(nullptr);
}

std::string text_of(const boost::json::value& value) {
    return boost::json::serialize(value);
}

}  // namespace lumos::console
