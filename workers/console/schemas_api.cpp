// The published contract, for whoever reads it: the schemas of messages ("dataschema"
// urn:lumos:schema:<what>:1 is /schemas/<what>.schema.json), AsyncAPI and OpenAPI, as they were
// when this console was built. Nobody needs a token, and everybody may keep a copy.

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
using schemas::files::EmbeddedFile;

constexpr std::string_view kSchemaEnd = ".schema.json";
constexpr std::string_view kVersionedEnd = ".v1.json";
constexpr std::string_view kBesideSchemas = "$ref: \"./";
constexpr std::string_view kAboveSchemas = "$ref: \"./schemas/";

bool is_schema(const EmbeddedFile& file) {
    return std::string_view(file.name).ends_with(kSchemaEnd);
}

std::string versioned_name(const EmbeddedFile& file) {
    const std::string_view name = file.name;
    return std::string(name.substr(0, name.size() - kSchemaEnd.size())) +
           std::string(kVersionedEnd);
}

// Copies are good for an hour; after that a 304 says whether they still are.
ServerResponse document(const Call& call, std::string content_type, std::string text) {
    ServerResponse response;
    const auto etag = etag_of(boost::json::value(text));
    response.headers.emplace("ETag", etag);
    response.headers.emplace("Cache-Control", "public, max-age=3600");
    response.content_type = std::move(content_type);
    if (call.header("If-None-Match") == etag) {
        response.status = 304;
        return response;
    }
    response.body = std::move(text);
    return response;
}

ServerResponse list_schemas(Parts&, const Call&) {
    boost::json::array items;
    for (std::size_t i = 0; i < schemas::files::kAllCount; ++i) {
        const auto& file = *schemas::files::kAll[i];
        if (is_schema(file)) {
            items.push_back(boost::json::object{
                {"name", versioned_name(file)}, {"url", "/schemas/" + std::string(file.name)}});
        }
    }
    return answer_page(std::move(items), std::nullopt);
}

ServerResponse show_schema(Parts&, const Call& call) {
    const auto wanted = call.path("file");
    for (std::size_t i = 0; i < schemas::files::kAllCount; ++i) {
        const auto& file = *schemas::files::kAll[i];
        if (is_schema(file) && (file.name == wanted || versioned_name(file) == wanted)) {
            return document(call, "application/schema+json", file.text);
        }
    }
    throw not_found("schema", wanted);
}

ServerResponse show_openapi(Parts&, const Call& call) {
    return document(call, "application/yaml", schemas::files::openapi.text);
}

// In the tree it stands beside the schemas, here above them.
ServerResponse show_asyncapi(Parts&, const Call& call) {
    std::string text = schemas::files::asyncapi.text;
    for (auto at = text.find(kBesideSchemas); at != std::string::npos;
         at = text.find(kBesideSchemas, at + kAboveSchemas.size())) {
        text.replace(at, kBesideSchemas.size(), kAboveSchemas);
    }
    return document(call, "application/yaml", std::move(text));
}

}  // namespace

void add_schema_routes(Api& api) {
    api.on("GET", "/openapi.yaml", Access::Public, show_openapi);
    api.on("GET", "/asyncapi.yaml", Access::Public, show_asyncapi);
    api.on("GET", "/schemas/{file}", Access::Public, show_schema);
    api.on("GET", "/api/v1/schemas", Access::Public, list_schemas);
    api.on("GET", "/api/v1/schemas/{file}", Access::Public, show_schema);
}

}  // namespace lumos::console
