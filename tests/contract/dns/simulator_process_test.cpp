// The executable as other processes use it: flags, controls, state, journal, and a real DNS server
// behind it.

#include "tests/contract/dns/api_client.h"
#include "tests/contract/dns/power_dns.h"
#include "tests/support/child_process.h"
#include "tests/support/free_port.h"
#include "tests/support/temp_dir.h"
#include "tests/support/wait_until.h"

#include <gtest/gtest.h>

#include <chrono>
#include <memory>

namespace lumos::contract {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;

constexpr auto kStart = 20s;

class SimulatorProcess : public testing::Test {
protected:
    void start(std::vector<std::string> more = {}) {
        port = port != 0 ? port : support::free_port();
        support::ChildOptions options;
        options.command = {
            std::string(LUMOS_BIN_DIR) + "/cloudflare-simulator",
            "--listen",
            "127.0.0.1:" + std::to_string(port),
            "--state",
            folder / "state.json",
            "--log",
            folder / "calls.jsonl",
            "--zone",
            "example.com"};
        options.command.insert(options.command.end(), more.begin(), more.end());
        options.output_file = folder / "output";
        process = std::make_unique<support::ChildProcess>(options);
        api = std::make_unique<ApiClient>("http://127.0.0.1:" + std::to_string(port));
        ASSERT_TRUE(
            support::wait_until([&] { return api->call("GET", "/zones").answered(); }, kStart))
            << process->output();
        zone = std::string(api->json("GET", "/zones").at("result").at(0).at("id").as_string());
    }
    std::string put(const std::string& content, const std::string& more = "") {
        return std::string(
            api->control(
                   "PUT",
                   "/records",
                   R"({"zone":"example.com","type":"A","name":"www","ttl":60,"content":")" +
                       content + "\"" + more + "}")
                .at("id")
                .as_string());
    }
    std::string patch(const std::string& id, const std::string& content) {
        return api
            ->call(
                "PATCH",
                "/zones/" + zone + "/dns_records/" + id,
                R"({"content":")" + content + "\"}")
            .body;
    }

    support::TempDir folder;
    int port = 0;
    std::unique_ptr<support::ChildProcess> process;
    std::unique_ptr<ApiClient> api;
    std::string zone;
};

TEST_F(SimulatorProcess, KeepsItsRecordsThroughAKill) {
    start();
    const std::string id = put("203.0.113.10");
    (void)patch(id, "198.51.100.20");
    process->send(SIGKILL);
    ASSERT_TRUE(process->wait(10s));

    start();

    const auto records = api->control("GET", "/records?zone=example.com");
    ASSERT_EQ(records.as_array().size(), 1U);
    EXPECT_EQ(records.at(0).at("id"), json::value(id));
    EXPECT_EQ(records.at(0).at("content"), "198.51.100.20");
    EXPECT_EQ(process->stop(), 0);
}

TEST_F(SimulatorProcess, WritesOneLineForEachCallAndCountsTheChanges) {
    start();
    const std::string id = put("203.0.113.10");
    (void)patch(id, "198.51.100.20");
    (void)patch("0123456789abcdef0123456789abcdef", "198.51.100.20");

    const auto journal = api->control("GET", "/journal");
    const auto writes = api->control("GET", "/writes?least=1&wait=5000");

    const auto& calls = journal.as_array();
    ASSERT_GE(calls.size(), 3U);
    const auto& change = calls[calls.size() - 2];
    EXPECT_EQ(change.at("method"), "PATCH");
    EXPECT_EQ(change.at("body"), json::parse(R"({"content":"198.51.100.20"})"));
    EXPECT_EQ(change.at("changed"), true);
    EXPECT_EQ(calls.back().at("status"), 404);
    EXPECT_EQ(calls.back().at("changed"), false);
    EXPECT_EQ(writes.at("writes"), 1);
    const std::string file = support::read_file(folder / "calls.jsonl");
    EXPECT_EQ(
        std::count(file.begin(), file.end(), '\n'), static_cast<std::ptrdiff_t>(calls.size()));
    EXPECT_EQ(file.find("Bearer"), std::string::npos);
    EXPECT_EQ(file.find(std::string(40, 'a')), std::string::npos);
}

TEST_F(SimulatorProcess, TakesFaultsSwitchesAndLimitsFromOutside) {
    start({"--switch", "record_quota=1"});
    const std::string id = put("203.0.113.10");
    (void)api->control(
        "POST", "/faults", R"({"method":"PATCH","answer":"502","before":true,"count":2,"skip":1})");

    const auto first = patch(id, "198.51.100.1");
    const auto second = patch(id, "198.51.100.2");
    const auto unknown = api->control("POST", "/faults", R"({"metod":"PATCH"})");
    (void)api->control("DELETE", "/faults");
    const auto third = patch(id, "198.51.100.3");
    const auto quota = api->refusal(
        "POST",
        "/zones/" + zone + "/dns_records",
        R"({"type":"A","name":"x","content":"203.0.113.1","ttl":60})");
    const auto switched =
        api->control("PUT", "/switches", R"({"record_quota":0,"batch_empty_lists":"omit"})");
    (void)api->control("PUT", "/limits", R"({"requests":1,"seconds":60})");
    (void)api->call("GET", "/zones");
    const auto limited = api->refusal("GET", "/zones");

    EXPECT_NE(first.find("198.51.100.1"), std::string::npos);
    EXPECT_NE(second.find("cloudflare-lb"), std::string::npos);
    EXPECT_EQ(unknown.at("error"), "fault: metod is not known; see tests/cloudflare/faults.h");
    EXPECT_NE(third.find("198.51.100.3"), std::string::npos);
    EXPECT_EQ(quota, "400 81045 Record quota exceeded.");
    EXPECT_EQ(switched.at("batch_empty_lists"), "omit");
    EXPECT_EQ(limited, "429 971 Please wait and consider throttling your request speed");
}

TEST_F(SimulatorProcess, SaysWhatIsWrongWithItsFlags) {
    support::write_file(folder / "tokens", "# ours\nabc nonsense\n");
    const auto run = [&](const std::vector<std::string>& flags) {
        support::ChildOptions options;
        options.command = {std::string(LUMOS_BIN_DIR) + "/cloudflare-simulator"};
        options.command.insert(options.command.end(), flags.begin(), flags.end());
        options.output_file = folder / "wrong";
        support::write_file(folder / "wrong", "");
        support::ChildProcess wrong(options);
        const auto status = wrong.wait(10s);
        return std::to_string(status.value_or(-1)) + " " + support::read_file(folder / "wrong");
    };

    EXPECT_EQ(
        run({"--listen", "nowhere"}),
        "2 cloudflare-simulator: --listen nowhere: no port; e.g. 127.0.0.1:38081\n");
    EXPECT_EQ(
        run({"--tokens", folder / "tokens"}),
        "2 cloudflare-simulator: tokens, line 2: write TOKEN edit|read [name] [key=value …]\n");
    EXPECT_EQ(
        run({"--listen", "127.0.0.1:0", "--switch", "x=1"}),
        "2 cloudflare-simulator: switch x: not known; GET /simulator/switches lists them\n");
}

TEST_F(SimulatorProcess, PublishesWhatItCommittedToARealDnsServer) {
    PowerDns server(folder / "pdns");
    ASSERT_TRUE(server.wait_ready(kStart)) << server.output();
    start({"--pdns-api", server.api_url(), "--pdns-key-file", server.key_file()});
    const std::string id = put("203.0.113.10");
    ASSERT_EQ(api->control("GET", "/publish?wait=10000").at("pending"), 0);
    const auto before = server.dig("www.example.com", "A");
    const auto serial_before = server.serial("example.com");

    (void)patch(id, "198.51.100.20");
    ASSERT_EQ(api->control("GET", "/publish?wait=10000").at("pending"), 0);

    EXPECT_EQ(before, "203.0.113.10\n");
    EXPECT_EQ(server.dig("www.example.com", "A"), "198.51.100.20\n");
    EXPECT_EQ(server.ttl("www.example.com"), 60);
    EXPECT_GT(server.serial("example.com"), serial_before);
}

TEST_F(SimulatorProcess, HidesTheOriginOfAProxiedRecordBehindTheEdge) {
    PowerDns server(folder / "pdns");
    ASSERT_TRUE(server.wait_ready(kStart)) << server.output();
    start({"--pdns-api", server.api_url(), "--pdns-key-file", server.key_file()});
    const std::string id = put("203.0.113.10", R"(,"proxied":true)");
    ASSERT_EQ(api->control("GET", "/publish?wait=10000").at("pending"), 0);
    const auto before = server.dig("www.example.com", "A");

    (void)patch(id, "198.51.100.20");
    ASSERT_EQ(api->control("GET", "/publish?wait=10000").at("pending"), 0);

    EXPECT_EQ(before, "198.18.0.1\n");
    EXPECT_EQ(server.dig("www.example.com", "A"), "198.18.0.1\n");
    EXPECT_EQ(server.dig("www.example.com", "AAAA"), "2001:db8:ffff::1\n");
    EXPECT_EQ(server.ttl("www.example.com"), 300);
}

TEST_F(SimulatorProcess, PublishesAWhileAfterTheChangeWhereToldTo) {
    PowerDns server(folder / "pdns");
    ASSERT_TRUE(server.wait_ready(kStart)) << server.output();
    start({"--pdns-api", server.api_url(), "--pdns-key-file", server.key_file()});
    const std::string id = put("203.0.113.10");
    ASSERT_EQ(api->control("GET", "/publish?wait=10000").at("pending"), 0);
    (void)api->control("PUT", "/publish", R"({"delay":700})");

    (void)patch(id, "198.51.100.20");
    const auto at_once = server.dig("www.example.com", "A");
    const bool later = support::wait_until(
        [&] { return server.dig("www.example.com", "A") == "198.51.100.20\n"; }, 10s);

    EXPECT_EQ(at_once, "203.0.113.10\n");
    EXPECT_TRUE(later);
}

TEST_F(SimulatorProcess, BringsTheDnsServerUpToDateAfterEitherWasAway) {
    auto server = std::make_unique<PowerDns>(folder / "pdns");
    ASSERT_TRUE(server->wait_ready(kStart)) << server->output();
    const std::vector<std::string> flags{
        "--pdns-api", server->api_url(), "--pdns-key-file", server->key_file()};
    start(flags);
    const std::string id = put("203.0.113.10");
    (void)api->control(
        "POST",
        "/records",
        R"({"zone":"example.com","type":"TXT","name":"@","content":"v=1","ttl":60})");
    ASSERT_EQ(api->control("GET", "/publish?wait=10000").at("pending"), 0);

    server->stop();
    (void)patch(id, "198.51.100.20");
    server->start();
    ASSERT_TRUE(server->wait_ready(kStart)) << server->output();
    ASSERT_EQ(api->control("GET", "/publish?wait=20000").at("pending"), 0);
    const auto after_server = server->dig("www.example.com", "A");
    (void)process->stop();
    server->forget();
    start(flags);
    ASSERT_EQ(api->control("GET", "/publish?wait=20000").at("pending"), 0);

    EXPECT_EQ(after_server, "198.51.100.20\n");
    EXPECT_EQ(server->dig("www.example.com", "A"), "198.51.100.20\n");
    EXPECT_EQ(server->dig("example.com", "TXT"), "\"v=1\"\n");
}

}  // namespace
}  // namespace lumos::contract
