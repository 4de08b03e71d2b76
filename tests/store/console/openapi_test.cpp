// schemas/openapi.yaml says exactly what the server routes.

#include "tests/store/console/api_test_base.h"

#include <fstream>
#include <set>

namespace lumos::console::testing {
namespace {

// "GET /api/v1/accounts" of each operation. Paths stand two spaces deep, methods four.
std::set<std::string> documented() {
    std::ifstream file(std::string(LUMOS_SOURCE_DIR) + "/schemas/openapi.yaml");
    std::set<std::string> operations;
    std::string path;
    for (std::string line; std::getline(file, line) && line != "components:";) {
        if (line.starts_with("  /")) {
            path = line.substr(2, line.size() - 3);
        }
        for (const auto& [word, method] :
             {std::pair{"get", "GET"},
              {"post", "POST"},
              {"patch", "PATCH"},
              {"delete", "DELETE"},
              {"put", "PUT"}}) {
            if (line == std::string("    ") + word + ":") {
                operations.insert(std::string(method) + " " + path);
            }
        }
    }
    return operations;
}

class OpenApi : public ApiTest {};

TEST_F(OpenApi, SaysExactlyWhatIsRouted) {
    std::set<std::string> routed;
    for (const auto& route : routes()) {
        routed.insert(route.method + " " + route.pattern);
    }
    EXPECT_EQ(documented(), routed);
}

TEST_F(OpenApi, EverySchemaOfAMessageIsServedWithoutAToken) {
    const auto items =
        send("GET", "/api/v1/schemas", "", {{"Authorization", "none"}})["items"].as_array();
    EXPECT_GT(items.size(), 10U);
    for (const auto& item : items) {
        const auto schema =
            send("GET", std::string(item.at("url").as_string()), "", {{"Authorization", "none"}});
        EXPECT_EQ(schema.status, 200) << item;
        EXPECT_TRUE(schema.json.as_object().contains("$schema")) << item;
    }
    EXPECT_EQ(get("/api/v1/schemas/server_down.v1.json").status, 200);
    EXPECT_EQ(get("/schemas/server_down.schema.json").status, 200);
    for (const auto* no : {"nope.v1.json", "nope.schema.json", "openapi.yaml"}) {
        EXPECT_EQ(get(std::string("/schemas/") + no).status, 404) << no;
    }
}

TEST_F(OpenApi, DocumentsAreServedToEverybodyAndMayBeKept) {
    for (const std::string path :
         {"/openapi.yaml",
          "/asyncapi.yaml",
          "/schemas/heartbeat.schema.json",
          "/api/v1/schemas/heartbeat.v1.json"}) {
        const auto first = fetch(path);
        ASSERT_EQ(first.status, 200) << path;
        EXPECT_EQ(http::find_header(first.headers, "Cache-Control"), "public, max-age=3600");
        const auto etag = http::find_header(first.headers, "ETag").value_or("");
        ASSERT_FALSE(etag.empty()) << path;
        const auto again = fetch(path, {{"If-None-Match", etag}});
        EXPECT_EQ(again.status, 304) << path;
        EXPECT_EQ(again.body, "");
        EXPECT_EQ(fetch(path, {{"If-None-Match", "\"other\""}}).status, 200) << path;
    }
}

TEST_F(OpenApi, EveryFileThatTheServedAsyncApiRefersToIsServed) {
    const auto text = fetch("/asyncapi.yaml").body;
    const std::string reference = "$ref: \"./";
    std::size_t files = 0;
    for (auto at = text.find(reference); at != std::string::npos; at = text.find(reference, at)) {
        at += reference.size();
        const auto path = "/" + text.substr(at, text.find('"', at) - at);
        EXPECT_EQ(fetch(path).status, 200) << path;
        ++files;
    }
    EXPECT_GT(files, 20U);
}

}  // namespace
}  // namespace lumos::console::testing
