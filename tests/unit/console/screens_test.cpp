#include "workers/console/screens.h"

#include <boost/json.hpp>
#include <gtest/gtest.h>

namespace lumos::console {
namespace {

TEST(Screens, NumbersAreGrouped) {
    EXPECT_EQ(grouped(0), "0");
    EXPECT_EQ(grouped(999), "999");
    EXPECT_EQ(grouped(10'000), "10,000");
    EXPECT_EQ(grouped(1'234'567), "1,234,567");
    EXPECT_EQ(grouped(-123), "-123");
    EXPECT_EQ(grouped(-1'234), "-1,234");
}

TEST(Screens, StatusNamesWhatIsWrongAndTheNextCommand) {
    const auto status = boost::json::parse(R"({
        "ok": false, "headline": "1 server down, 1 needs you", "time": "2026-11-22T03:14:10.123Z", "problems": [],
        "servers": {"online": 10000, "offline": 1, "error": 0, "unknown": 0, "wrong": [
            {"id": "fra-1", "status": "offline", "forSeconds": 126, "message": "connection dropped", "domainsPublished": 0}]},
        "domains": {"active": 40, "failedOver": 12, "held": 0, "notApplied": 1, "notOurs": 0, "wrong": [
            {"domain": "shop.example.net", "what": "not_applied", "forSeconds": 114,
             "error": {"code": 10000, "message": "Authentication error"}, "next": "lumosctl provider verify cf-shop"}]},
        "control": {"heardUntil": "2026-11-22T03:14:09.000Z", "cycleCompletedAt": null, "outboxUnpublished": 0,
                    "busConnected": true},
        "providers": [{"id": "cf-main", "callsLeft": 169, "blockedUntil": null}],
        "workers": {"presence": 2}})");
    const auto screen = status_screen(status.as_object());
    EXPECT_EQ(screen.find("NOT OK  1 server down, 1 needs you"), 0U);
    EXPECT_NE(screen.find("2026-11-22 03:14:10Z\n"), std::string::npos);
    EXPECT_NE(screen.find("SERVERS   10,000 online   1 offline"), std::string::npos);
    EXPECT_NE(
        screen.find("  fra-1   offline 2m06s  connection dropped   published for 0 domains\n"),
        std::string::npos);
    EXPECT_NE(
        screen.find("  shop.example.net  decided 1m54s ago, the DNS provider says 10000 "
                    "Authentication error\n"),
        std::string::npos);
    EXPECT_NE(screen.find("-> lumosctl provider verify cf-shop\n"), std::string::npos);
    EXPECT_NE(
        screen.find("CONTROL   hearing 03:14:09Z   cycle never   outbox 0   bus connected"),
        std::string::npos);
    EXPECT_NE(screen.find("WORKERS   presence 2\n"), std::string::npos);
    EXPECT_NE(screen.find("PROVIDER  cf-main 169/200 calls left\n"), std::string::npos);
}

TEST(Screens, ControlCharactersStayOffTheTerminal) {
    const auto explanation = boost::json::parse(R"({
        "domain": "www.example.com", "failoverStatus": "active", "publishedIp": "203.0.113.10",
        "publishedServerId": "fra-1", "epoch": 6, "code": "no_healthy_secondary", "next": "lumosctl server list",
        "answer": "no other server\u001b[31m", "decision": null, "gates": [
            {"number": 1, "gate": "failover domain", "open": true, "state": "yes", "detail": "2 servers"},
            {"number": 2, "gate": "candidates", "open": false, "state": "NONE", "detail": "iad-1 error"}]})");
    const auto screen = explanation_screen(explanation.as_object());
    EXPECT_EQ(screen.find('\x1b'), std::string::npos);
    EXPECT_NE(
        screen.find("NONE         iad-1 error   <- no_healthy_secondary\n"), std::string::npos);
    EXPECT_NE(screen.find("Next: lumosctl server list\n"), std::string::npos);
}

}  // namespace
}  // namespace lumos::console
