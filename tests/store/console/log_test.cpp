// What happened: the cursor of events, the stream, and the lists for people.

#include "tests/store/console/api_test_base.h"

#include <httplib.h>

#include <thread>

namespace lumos::console::testing {
namespace {

class Log : public ApiTest {
protected:
    static constexpr const char* kInsert =
        "INSERT INTO events (id, account_id, source, type, kind, subject, incident, data) SELECT "
        "time_ordered_uuid(), id, "
        "'presence', 'server_down', 'server', 'fra-1', gen_random_uuid(), '{\"message\":\"down\"}' "
        "FROM accounts";

    std::vector<std::int64_t> sequences(const std::string& query) {
        std::vector<std::int64_t> found;
        for (const auto& item : items(acme_ + "/events?type=server_down&" + query)) {
            found.push_back(item.at("sequence").as_int64());
        }
        return found;
    }
    void make_account() {
        post("/api/v1/accounts", R"({"id":"acme","plan":"pro","email":"owner@acme.example"})");
    }
};

TEST_F(Log, EventsComeInPagesBehindACursor) {
    make_account();
    for (int i = 0; i < 5; ++i) {
        run(kInsert);
    }
    const auto first = get(acme_ + "/events?limit=2");
    const auto second = get(acme_ + "/events?limit=2&after=" + first.text("next"));
    const auto third = get(acme_ + "/events?limit=2&after=" + second.text("next"));
    EXPECT_EQ(first["items"].as_array().size(), 2U);
    EXPECT_EQ(second["items"].as_array().size(), 2U);
    EXPECT_EQ(third["items"].as_array().size(), 1U);
    EXPECT_EQ(get(acme_ + "/events?after=" + third.text("next"))["items"].as_array().size(), 0U);
    EXPECT_EQ(get(acme_ + "/events?after=" + third.text("next")).text("next"), third.text("next"));
}

TEST_F(Log, ACursorNeverStepsOverAnEventThatCommitsLate) {
    make_account();
    sql::Connection slow(database_url(), "test");
    sql::Transaction held(slow);
    held.run_text(kInsert);  // Has its number, and is not committed.
    run(kInsert);
    EXPECT_EQ(sequences("after=0").size(), 0U) << "the later one waits for the earlier one";
    held.commit();
    EXPECT_EQ(sequences("after=0").size(), 2U);
}

// The transaction that takes the lower number may have the higher transaction id; numbers alone are
// no cursor then.
TEST_F(Log, ACursorNeverStepsOverALowerNumberOfALaterTransaction) {
    make_account();
    sql::Connection one(database_url(), "test");
    sql::Connection other(database_url(), "test");
    sql::Transaction early(one);
    early.run_text("SELECT pg_current_xact_id()");
    sql::Transaction late(other);
    late.run_text(kInsert);   // A higher transaction id, and the lower number.
    early.run_text(kInsert);  // The lower transaction id, and the higher number.
    early.commit();
    const auto first = sequences("after=0");
    late.commit();
    const auto after = first.empty() ? std::int64_t{0} : first.back();
    const auto second = sequences("after=" + std::to_string(after));
    EXPECT_EQ(first.size() + second.size(), 2U) << "each is read once";
}

TEST_F(Log, EventsAreFiltered) {
    make_account();
    run(kInsert);
    run("INSERT INTO events (id, account_id, source, type, kind, subject, incident, data) SELECT "
        "time_ordered_uuid(), id, "
        "'failover', 'failover_triggered', 'domain', 'www.example.com', gen_random_uuid(), "
        "'{\"fromIp\":\"203.0.113.10\",\"toIp\":\"198.51.100.20\",\"reason\":\"Primary server "
        "down\"}' FROM accounts");
    const auto of_domain = get(acme_ + "/events?domain=www.example.com")["items"].as_array();
    ASSERT_EQ(of_domain.size(), 1U);
    EXPECT_EQ(of_domain[0].at("fromIp").as_string(), "203.0.113.10");
    EXPECT_EQ(of_domain[0].at("toIp").as_string(), "198.51.100.20");
    EXPECT_EQ(of_domain[0].at("reason").as_string(), "Primary server down");
    EXPECT_EQ(of_domain[0].at("domain").as_string(), "www.example.com");
    EXPECT_EQ(get(acme_ + "/events?server=fra-1")["items"].as_array().size(), 1U);
    EXPECT_EQ(get(acme_ + "/events?type=server_up")["items"].as_array().size(), 0U);
    EXPECT_EQ(get(acme_ + "/events?since=2100-01-01T00:00:00Z")["items"].as_array().size(), 0U);
    for (const char* bad :
         {"after=x", "after=-1", "since=yesterday", "limit=0", "domain=a&server=b"}) {
        EXPECT_EQ(get(acme_ + "/events?" + bad).status, 422) << bad;
    }
    const auto id = std::string(of_domain[0].at("id").as_string());
    EXPECT_EQ(get(acme_ + "/events/" + id).text("type"), "failover_triggered");
    EXPECT_EQ(get(acme_ + "/events/nope").status, 404);
}

TEST_F(Log, TheControlPlanesOwnEventsAreForAdministrators) {
    make_account();
    run("INSERT INTO events (id, source, type, kind, subject, incident, data) VALUES "
        "(gen_random_uuid(), 'failover', "
        "'hearing_lost', 'control', 'hearing', gen_random_uuid(), '{}')");
    EXPECT_EQ(get("/api/v1/accounts/_system/events")["items"].as_array().size(), 1U);
    EXPECT_EQ(get(acme_ + "/events")["items"].as_array().size(), 0U);
}

TEST_F(Log, TheStreamGoesOnWhereTheReaderWas) {
    make_account();
    run(kInsert);
    const auto first = sequences("after=0").at(0);
    std::string seen;
    const httplib::Headers headers{
        {"Authorization", "Bearer " + make_token("acme", R"({"id":"wall","readOnly":true})")},
        {"Accept", "text/event-stream"},
        {"Last-Event-ID", std::to_string(first)}};
    std::jthread later([this] { run(kInsert); });
    httplib::Client client(url(""));
    client.set_read_timeout(20);
    // Ends at the first event; the server then finds its reader gone.
    client.Get((acme_ + "/events").c_str(), headers, [&](const char* text, std::size_t size) {
        seen.append(text, size);
        return seen.find("\n\n") == std::string::npos;
    });
    EXPECT_EQ(seen.find("id: " + std::to_string(first) + "\n"), std::string::npos);
    EXPECT_NE(seen.find("event: server_down\n"), std::string::npos) << seen;
}

TEST_F(Log, AServersEditsAreEvents) {
    set_up_acme();
    patch(acme_ + "/servers/fra-1", R"({"name":"Frankfurt"})");
    remove(acme_ + "/servers/iad-1");
    std::vector<std::string> types;
    for (const auto& item : items(acme_ + "/events")) {
        types.emplace_back(item.at("type").as_string());
    }
    EXPECT_EQ(
        types,
        (std::vector<std::string>{
            "server_added", "server_added", "server_changed", "server_revoked"}));
}

TEST_F(Log, StatusCountsAndNamesWhatIsWrong) {
    set_up_domain();
    run("UPDATE server_presence SET status = 'offline', cause = 'disconnect', fitness = 'out', "
        "status_since = clock_timestamp() - interval '126 seconds', disconnect_reason = 'Read "
        "Error' "
        "WHERE server_id = (SELECT id FROM servers WHERE slug = 'fra-1')");
    run("UPDATE domains SET hold_code = 'no_healthy_secondary', hold_since = clock_timestamp() - "
        "interval '1 minute'");
    const auto status = get("/api/v1/status");
    EXPECT_FALSE(status["ok"].as_bool());
    EXPECT_EQ(status["servers"].at("offline").as_int64(), 1);
    EXPECT_EQ(status["servers"].at("wrong").at(0).at("id").as_string(), "fra-1");
    EXPECT_EQ(status["domains"].at("held").as_int64(), 1);
    EXPECT_EQ(status["domains"].at("wrong").at(0).at("code").as_string(), "no_healthy_secondary");
    EXPECT_NE(status.text("text").find("connection dropped (Read Error)"), std::string::npos);
    EXPECT_NE(status.text("text").find("no lumos-presence is running"), std::string::npos);
    EXPECT_GE(get("/api/v1/workers")["items"].as_array().size(), 1U) << "this console";
}

TEST_F(Log, AnExplanationNamesTheFirstClosedGate) {
    set_up_domain();
    run("INSERT INTO heard_nodes (node, url, span, span_seq, heard_since, heard_until, "
        "advanced_at) "
        "VALUES ('N1', 'nats://n1', 1, 1, now(), now(), clock_timestamp())");
    run("UPDATE server_presence SET node = 'N1', span = 1, status = 'online', fitness = 'ready'");
    const auto path = acme_ + "/domains/www.example.com/explanation";
    EXPECT_EQ(get(path).text("code"), "primary_healthy");
    run("UPDATE server_presence SET status = 'error', cause = 'local_check', fitness = 'out'");
    run("INSERT INTO server_reports (server_id, agent_version, checks) SELECT id, '1.0.0', "
        "'[{\"name\":\"tcp://127.0.0.1:443\",\"ok\":false,\"error\":\"connection refused\"}]' FROM "
        "servers");
    const auto explained = get(path);
    EXPECT_EQ(explained.text("code"), "no_healthy_secondary");
    EXPECT_NE(
        explained.text("text").find("iad-1 error: check tcp://127.0.0.1:443 connection refused"),
        std::string::npos);
    EXPECT_NE(explained.text("text").find("<- no_healthy_secondary"), std::string::npos);
}

TEST_F(Log, DecisionsArePagedFromTheNewest) {
    set_up_domain();
    for (int i = 0; i < 3; ++i) {
        run("INSERT INTO decisions (domain_id, decision, code, message, evidence) SELECT id, "
            "'hold', 'grace', 'm" +
            std::to_string(i) + "', '{}' FROM domains");
    }
    const auto first = get(acme_ + "/decisions?limit=2");
    EXPECT_EQ(first["items"].at(0).at("message").as_string(), "m2");
    const auto second = get(acme_ + "/decisions?limit=2&after=" + first.text("next"));
    EXPECT_EQ(second["items"].as_array().size(), 1U);
    EXPECT_EQ(get(acme_ + "/domains/www.example.com")["decision"].at("message").as_string(), "m2");
    EXPECT_EQ(get(acme_ + "/decisions?after=x").status, 422);
    EXPECT_EQ(get(acme_ + "/deliveries?after=x").status, 422);
    EXPECT_EQ(get(acme_ + "/deliveries?state=gone").status, 422);
}

}  // namespace
}  // namespace lumos::console::testing
