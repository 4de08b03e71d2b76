#include "tests/store/console/api_test_base.h"

#include "bus/identity.h"
#include "tests/support/free_port.h"
#include "workers/shared/runtime/log.h"

#include <cstdlib>
#include <fstream>

namespace lumos::console::testing {
namespace {

bus::ConnectionOptions nowhere() {
    bus::ConnectionOptions options;
    options.urls = "nats://127.0.0.1:" + std::to_string(support::free_port());
    options.name = "console-test";
    return options;
}

bus::SigningKey signing_key() {
    return {
        bus::new_key_pair(bus::KeyKind::Account),
        bus::new_key_pair(bus::KeyKind::Account).public_key,
        bus::Mints::Agents,
        bus::new_key_pair(bus::KeyKind::Account)};
}

// One line for each answer into the file that LUMOS_ANSWERS names: the contract suite holds them
// to schemas/openapi.yaml.
void record(const http::Request& request, const std::string& path, const http::Response& response) {
    const char* file = std::getenv("LUMOS_ANSWERS");  // NOLINT(concurrency-mt-unsafe)
    if (file == nullptr) {
        return;
    }
    static std::ofstream answers(file, std::ios::trunc);
    boost::json::object headers;
    for (const auto& [name, value] : response.headers) {
        headers[name] = value;
    }
    boost::json::array sent;
    for (const auto& [name, value] : request.headers) {
        sent.emplace_back(name);
    }
    answers << boost::json::serialize(boost::json::object{
                   {"method", request.method},
                   {"target", path},
                   {"sentHeaders", std::move(sent)},
                   {"sent", request.body},
                   {"status", response.status},
                   {"headers", std::move(headers)},
                   {"body", response.body}})
            << std::endl;
}

}  // namespace

ApiTest::ApiTest()
    : database_url_(support::fresh_database()),
      guard_({"127.0.0.1/32"}),
      keys_(runtime::KeyRing::from_text(runtime::new_key_line("k1"))) {
    runtime::configure_log("store_console", "error", "text");
    pool_ = std::make_unique<sql::Pool>(database_url_, "lumos-console/test", 12);
    bus_ = std::make_unique<bus::Connection>(nowhere());
    outbox_ = std::make_unique<outbox::Outbox>(*bus_, *pool_, "console");
    parts_ = std::make_unique<Parts>(Parts{
        .database = *pool_,
        .outbox = *outbox_,
        .clock = clock_,
        .client = client_,
        .guard = guard_,
        .keys = keys_,
        .make_provider =
            [this](std::string_view, runtime::Secret token) {
                return std::make_unique<FakeDns>(world_, token.reveal());
            },
        .signing_key = signing_key(),
        .nats_url = "tls://bus.acme.example:443",
        .bus_connected = [] { return true; },
        .stop = stop_.get_token()});
    server_ = std::make_unique<http::Server>(http::ServerOptions{.body_bytes_max = 64UL * 1024});
    api_ = std::make_unique<Api>(*server_, *parts_);
    add_routes(*api_);
    server_->start();
    const auto token = runtime::new_api_token();
    admin_ = token.reveal();
    const auto lease = pool_->lease();
    sql::console::Work work(*lease);
    sql::console::add_token(
        work,
        {.account_id = std::nullopt,
         .slug = "ops",
         .hash = runtime::hash_of_api_token(admin_),
         .read_only = false,
         .expires_at = std::nullopt});
    work.commit();
}

ApiTest::~ApiTest() {
    stop_.request_stop();
    server_->stop();
}

std::string ApiTest::url(const std::string& path) const {
    return "http://127.0.0.1:" + std::to_string(server_->port()) + path;
}

Answer ApiTest::send(
    const std::string& method,
    const std::string& path,
    const std::string& body,
    http::Headers headers) {
    http::Request request;
    request.method = method;
    request.url = url(path);
    request.body = body;
    request.headers = std::move(headers);
    request.deadline = std::chrono::seconds(30);
    if (!http::find_header(request.headers, "Authorization")) {
        request.headers.emplace("Authorization", "Bearer " + admin_);
    }
    const auto response = client_.send(request);
    EXPECT_TRUE(response.answered()) << method << " " << path << ": " << response.error;
    record(request, path, response);
    boost::json::error_code broken;
    auto json = boost::json::parse(response.body, broken);
    EXPECT_FALSE(broken) << method << " " << path << ": " << response.body;
    return {response.status, std::move(json), response.headers};
}

http::Response ApiTest::fetch(const std::string& path, http::Headers headers) {
    http::Request request;
    request.url = url(path);
    request.headers = std::move(headers);
    request.deadline = std::chrono::seconds(30);
    auto response = client_.send(request);
    record(request, path, response);
    return response;
}

Answer ApiTest::send_as(
    const std::string& token,
    const std::string& method,
    const std::string& path,
    const std::string& body) {
    return send(method, path, body, {{"Authorization", "Bearer " + token}});
}

void ApiTest::set_up_acme() {
    EXPECT_EQ(
        post("/api/v1/accounts", R"({"id":"acme","plan":"pro","email":"owner@acme.example"})")
            .status,
        201);
    EXPECT_EQ(
        post(acme_ + "/servers", R"({"id":"fra-1","name":"Frankfurt 1","ipv4":"203.0.113.10"})")
            .status,
        201);
    EXPECT_EQ(
        post(acme_ + "/servers", R"({"id":"iad-1","name":"Ashburn 1","ipv4":"198.51.100.20"})")
            .status,
        201);
    EXPECT_EQ(
        post(acme_ + "/providers", R"({"id":"cf-main","kind":"cloudflare","token":"good-token"})")
            .status,
        201);
    EXPECT_EQ(post(acme_ + "/zones", R"({"name":"example.com","provider":"cf-main"})").status, 201);
}

void ApiTest::set_up_domain() {
    set_up_acme();
    world_.lock()->add("A", "www.example.com", "203.0.113.10");
    EXPECT_EQ(
        post(acme_ + "/domains", R"({"domain":"www.example.com","servers":["fra-1","iad-1"]})")
            .status,
        201);
}

std::string ApiTest::make_token(const std::string& account, const std::string& body) {
    return post("/api/v1/accounts/" + account + "/tokens", body).text("token");
}

std::string ApiTest::value(const std::string& sql) {
    sql::Connection connection(database_url_, "test");
    sql::Transaction transaction(connection);
    const auto rows = transaction.run_text("SELECT (" + sql + ")::text AS value");
    return rows.only().optional_text("value").value_or("null");
}

void ApiTest::run(const std::string& sql) {
    sql::Connection connection(database_url_, "test");
    sql::Transaction transaction(connection);
    transaction.run_text(sql);
    transaction.commit();
}

}  // namespace lumos::console::testing
