#include "tests/cloudflare/envelope.h"

namespace lumos::simulator {
namespace json = boost::json;

HttpReply json_reply(int status, const json::value& body) {
    return HttpReply{
        .status = status,
        .content_type = "application/json",
        .headers = {},
        .body = json::serialize(body)};
}

HttpReply success(json::value result) {
    return json_reply(
        200,
        {{"result", std::move(result)},
         {"success", true},
         {"errors", json::array()},
         {"messages", json::array()}});
}

HttpReply record_list(json::array records, const PageInfo& page) {
    json::object body{
        {"result", std::move(records)},
        {"success", true},
        {"errors", json::array()},
        {"messages", json::array()}};
    body["result_info"] = {
        {"page", page.page},
        {"per_page", page.per_page},
        {"count", page.count},
        {"total_count", page.total_count},
        {"total_pages", page.total_pages}};
    return json_reply(200, body);
}

HttpReply zone_list(json::array zones, const PageInfo& page) {
    json::object body{{"result", std::move(zones)}};
    body["result_info"] = {
        {"page", page.page},
        {"per_page", page.per_page},
        {"total_pages", page.total_pages},
        {"count", page.count},
        {"total_count", page.total_count}};
    body["success"] = true;
    body["errors"] = json::array();
    body["messages"] = json::array();
    return json_reply(200, body);
}

HttpReply refusal(const ApiError& error) {
    const json::object item{{"code", error.code}, {"message", error.what()}};
    switch (error.complainer) {
        case Complainer::Dns:
            return json_reply(
                error.status,
                {{"result", nullptr},
                 {"success", false},
                 {"errors", json::array{item}},
                 {"messages", json::array()}});
        case Complainer::Headers: {
            const json::object outer{
                {"code", 6003},
                {"message", "Invalid request headers"},
                {"error_chain", json::array{item}}};
            return json_reply(
                error.status,
                {{"success", false},
                 {"errors", json::array{outer}},
                 {"messages", json::array()},
                 {"result", nullptr}});
        }
        case Complainer::Gateway:
            return json_reply(
                error.status, json::object{{"success", false}, {"errors", json::array{item}}});
    }
    return {};
}

}  // namespace lumos::simulator
