// The schemas of messages, for whoever reads them: "dataschema" urn:lumos:schema:<what>:1 is
// /api/v1/schemas/<what>.v1.json. Nobody needs a token.

#include "schemas/embedded_files.h"
#include "workers/console/answers.h"
#include "workers/console/api.h"
#include "workers/console/problem.h"

#include <boost/json.hpp>

#include <string>
#include <string_view>

namespace lumos::console {
namespace {

using http::ServerResponse;

constexpr std::string_view kFileEnd = ".schema.json";
constexpr std::string_view kUrlEnd = ".v1.json";

std::string url_name(const schemas::files::EmbeddedFile& file) {
    const std::string_view name = file.name;
    return std::string(name.substr(0, name.size() - kFileEnd.size())) + std::string(kUrlEnd);
}

ServerResponse list_schemas(Parts&, const Call&) {
    boost::json::array items;
    for (std::size_t i = 0; i < schemas::files::kAllCount; ++i) {
        const auto name = url_name(*schemas::files::kAll[i]);
        items.push_back(boost::json::object{{"name", name}, {"url", "/api/v1/schemas/" + name}});
    }
    return answer_page(std::move(items), std::nullopt);
}

ServerResponse show_schema(Parts&, const Call& call) {
    const auto wanted = call.path("file");
    for (std::size_t i = 0; i < schemas::files::kAllCount; ++i) {
        if (url_name(*schemas::files::kAll[i]) == wanted) {
            ServerResponse response;
            response.content_type = "application/schema+json";
            response.body = schemas::files::kAll[i]->text;
            return response;
        }
    }
    throw not_found("schema", wanted);
}

}  // namespace

void add_schema_routes(Api& api) {
    api.on("GET", "/api/v1/schemas", Access::Public, list_schemas);
    api.on("GET", "/api/v1/schemas/{file}", Access::Public, show_schema);
}

}  // namespace lumos::console
