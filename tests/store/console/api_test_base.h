#pragma once
// The console's API as its users see it: a real server on a free port, a real PostgreSQL, the real
// client; DNS in memory and no bus.

#include "bus/connection.h"
#include "sql/connection.h"
#include "sql/console_token_store.h"
#include "sql/transaction.h"
#include "tests/store/console/fake_dns.h"
#include "tests/support/postgres_server.h"
#include "tests/support/wait_until.h"
#include "workers/console/api.h"
#include "workers/console/parts.h"
#include "workers/shared/http/client.h"
#include "workers/shared/http/server.h"
#include "workers/shared/outbox/outbox.h"
#include "workers/shared/runtime/api_token.h"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace lumos::console::testing {

struct Answer {
    int status = 0;
    boost::json::value json;
    http::Headers headers;
    [[nodiscard]] const boost::json::value& operator[](const char* key) const {
        return json.as_object().at(key);
    }
    [[nodiscard]] std::string text(const char* key) const {
        const auto& value = json.as_object().at(key);
        return value.is_string() ? std::string(value.as_string()) : boost::json::serialize(value);
    }
    [[nodiscard]] std::string etag() const {
        return http::find_header(headers, "ETag").value_or("");
    }
};

class ApiTest : public ::testing::Test {
protected:
    ApiTest();
    ~ApiTest() override;

    // Sends with the administrator's token unless another is given.
    Answer send(
        const std::string& method,
        const std::string& path,
        const std::string& body = "",
        http::Headers headers = {});
    Answer get(const std::string& path) { return send("GET", path); }
    Answer post(const std::string& path, const std::string& body) {
        return send("POST", path, body);
    }
    Answer patch(const std::string& path, const std::string& body) {
        return send("PATCH", path, body);
    }
    Answer remove(const std::string& path) { return send("DELETE", path); }
    // Of a list, by value: a temporary answer does not outlive the head of a loop.
    boost::json::array items(const std::string& path) { return get(path)["items"].as_array(); }
    // Without a token, and whatever the answer is.
    http::Response fetch(const std::string& path, http::Headers headers = {});
    // Sends as the token.
    Answer send_as(
        const std::string& token,
        const std::string& method,
        const std::string& path,
        const std::string& body = "");

    // acme: plan pro, servers fra-1 and iad-1, provider cf-main, zone example.com.
    void set_up_acme();
    // And www.example.com on both servers, its record at fra-1.
    void set_up_domain();
    std::string make_token(const std::string& account, const std::string& body);

    // One value of one row, from the database.
    std::string value(const std::string& sql);
    void run(const std::string& sql);

    [[nodiscard]] const std::string& database_url() const { return database_url_; }
    [[nodiscard]] const std::vector<http::Server::Route> routes() const {
        return server_->routes();
    }
    World& world() { return world_; }
    outbox::Outbox& outbox() { return *outbox_; }
    Parts& parts() { return *parts_; }
    std::string url(const std::string& path) const;

    const std::string acme_ = "/api/v1/accounts/acme";

private:
    std::string database_url_;
    World world_;
    runtime::SystemClock clock_;
    http::CurlClient client_;
    http::AddressGuard guard_;
    Keys keys_;
    std::unique_ptr<sql::Pool> pool_;
    std::unique_ptr<bus::Connection> bus_;
    std::unique_ptr<outbox::Outbox> outbox_;
    std::unique_ptr<Parts> parts_;
    std::unique_ptr<http::Server> server_;
    std::unique_ptr<Api> api_;
    std::string admin_;
    std::stop_source stop_;
};

}  // namespace lumos::console::testing
