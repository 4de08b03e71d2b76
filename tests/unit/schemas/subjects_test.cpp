#include "schemas/subjects.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <string>
#include <vector>

namespace lumos::schemas {
namespace {

rc::Gen<std::string> any_label() {
    return rc::gen::map(
        rc::gen::pair(
            rc::gen::container<std::string>(rc::gen::elementOf(std::string("abcxyz0189_"))),
            rc::gen::container<std::string>(rc::gen::elementOf(std::string("az09_-")))),
        [](const std::pair<std::string, std::string>& parts) {
            return ("a" + parts.second + parts.first).substr(0, 20) + "z";
        });
}

rc::Gen<std::string> any_name() {
    return rc::gen::apply(
        [](bool is_wildcard, const std::vector<std::string>& labels) {
            std::string name = is_wildcard ? "*" : "www";
            for (const auto& label : labels) {
                name += "." + label;
            }
            return name;
        },
        rc::gen::arbitrary<bool>(),
        rc::gen::resize(
            5, rc::gen::nonEmpty(rc::gen::container<std::vector<std::string>>(any_label()))));
}

TEST(DnsToken, IsReversibleAndOneTokenWithoutWildcards) {
    EXPECT_TRUE(rc::check([] {
        const auto name = *any_name();
        RC_PRE(is_dns_name(name));
        const auto token = dns_token(name);
        RC_ASSERT(token.find_first_of(".*> ") == std::string::npos);
        RC_ASSERT(dns_name(token) == name);
    }));
}

TEST(DnsToken, DiffersForNamesThatDiffer) {
    EXPECT_EQ(dns_token("www.example.com"), "www_example_com");
    EXPECT_EQ(dns_token("*.example.com"), "+_example_com");
    EXPECT_EQ(dns_token("_dmarc.example.com"), "=dmarc_example_com");
    EXPECT_NE(dns_token("a_b.c"), dns_token("a.b.c"));
}

TEST(DnsToken, OfWhatIsNoTokenIsNothing) {
    for (const auto* token :
         {"", "com", "a.b", "a_*", "A_com", "a__com", "a_com_", "a>_com", "+"}) {
        EXPECT_EQ(dns_name(token), std::nullopt) << token;
    }
    EXPECT_TRUE(rc::check([](const std::string& token) {
        const auto name = dns_name(token);
        if (name) {
            RC_ASSERT(dns_token(*name) == token);
        }
    }));
}

TEST(DnsName, IsLowerCaseWithoutATrailingDot) {
    for (const auto* name :
         {"example.com", "xn--bcher-kva.example", "*.example.com", "_a._b.c.d", "1.2"}) {
        EXPECT_TRUE(is_dns_name(name)) << name;
    }
    for (const auto* name :
         {"",
          "com",
          "*",
          "Example.com",
          "example.com.",
          ".example.com",
          "a..b",
          "-a.com",
          "a-.com",
          "a.*.com",
          "a b.com",
          "bücher.example",
          "*a.com"}) {
        EXPECT_FALSE(is_dns_name(name)) << name;
    }
    EXPECT_TRUE(is_dns_name(std::string(63, 'a') + ".com"));
    EXPECT_FALSE(is_dns_name(std::string(64, 'a') + ".com"));
    std::string longest = "a";
    while (longest.size() < 253) {
        longest += ".b";
    }
    EXPECT_TRUE(is_dns_name(longest));
    EXPECT_FALSE(is_dns_name(longest + "c.d"));
}

TEST(Slug, HasItsFormAndItsLength) {
    EXPECT_TRUE(is_slug("fra-1"));
    EXPECT_TRUE(is_slug(std::string(63, 'a')));
    for (const auto& text :
         {std::string(),
          std::string(64, 'a'),
          std::string("Fra"),
          std::string("a.b"),
          std::string("a_b"),
          std::string("a b"),
          std::string("*"),
          std::string(">")}) {
        EXPECT_FALSE(is_slug(text)) << text;
    }
}

TEST(Subjects, AreAsTheTableSays) {
    using namespace subjects;
    EXPECT_EQ(heartbeat("acme", "fra-1"), "lumos.agent.acme.fra-1.heartbeat");
    EXPECT_EQ(call("acme", "fra-1"), "lumos.agent.acme.fra-1.call");
    EXPECT_EQ(beat("NABC", "3c9e"), "lumos.bus.beat.NABC.3c9e");
    EXPECT_EQ(server_check("acme", "fra-1"), "lumos.job.acme.server.fra-1.check");
    EXPECT_EQ(zone_check("acme", "example.com"), "lumos.job.acme.zone.example_com.check");
    EXPECT_EQ(notify("acme", "ops-mail"), "lumos.job.acme.channel.ops-mail.notify");
    EXPECT_EQ(
        event("acme", SubjectKind::Domain, "www.example.com", "failover_triggered"),
        "lumos.event.acme.domain.www_example_com.failover_triggered");
    EXPECT_EQ(
        event("acme", SubjectKind::Server, "fra-1", "server_down"),
        "lumos.event.acme.server.fra-1.server_down");
    EXPECT_EQ(
        event("_system", SubjectKind::Control, "hearing", "hearing_lost"),
        "lumos.event._system.control.hearing.hearing_lost");
    EXPECT_EQ(
        dead("notifier_jobs", "lumos.job.acme.channel.ops-mail.notify"),
        "lumos.dead.notifier_jobs.job.acme.channel.ops-mail.notify");
}

TEST(Subjects, OfHeartbeatsSayWhoSpeaks) {
    const auto who = subjects::parse_heartbeat(subjects::heartbeat("acme", "fra-1"));
    ASSERT_TRUE(who);
    EXPECT_EQ(who->account, "acme");
    EXPECT_EQ(who->server, "fra-1");
    for (const auto* subject :
         {"",
          "lumos.agent.acme.fra-1.call",
          "lumos.agent.acme.heartbeat",
          "lumos.agent.acme.fra-1.x.heartbeat",
          "lumos.agent._system.fra-1.heartbeat",
          "lumos.agent.*.fra-1.heartbeat",
          "lumos.agent..fra-1.heartbeat",
          "x.agent.acme.fra-1.heartbeat"}) {
        EXPECT_FALSE(subjects::parse_heartbeat(subject)) << subject;
    }
}

TEST(Subjects, OfChecksSayWhatToLookAt) {
    const auto zone = subjects::parse_check(subjects::zone_check("acme", "example.com"));
    ASSERT_TRUE(zone);
    EXPECT_TRUE(zone->is_zone);
    EXPECT_EQ(zone->name, "example.com");
    const auto server = subjects::parse_check(subjects::server_check("acme", "fra-1"));
    ASSERT_TRUE(server);
    EXPECT_FALSE(server->is_zone);
    EXPECT_EQ(server->name, "fra-1");
    for (const auto* subject :
         {"",
          "lumos.job.acme.zone.example.com.check",
          "lumos.job.acme.zone.com.check",
          "lumos.job.acme.channel.x.check",
          "lumos.job.acme.server.fra-1.notify"}) {
        EXPECT_FALSE(subjects::parse_check(subject)) << subject;
    }
}

TEST(Subjects, OfBeatsAreKnown) {
    EXPECT_TRUE(subjects::is_beat(subjects::beat("NABC", "3c9e")));
    EXPECT_FALSE(subjects::is_beat("lumos.bus.beat.NABC"));
    EXPECT_FALSE(subjects::is_beat(subjects::kClientConnect));
}

TEST(Subjects, NoTextDisturbsTheirReaders) {
    EXPECT_TRUE(rc::check([](const std::string& text) {
        (void)subjects::parse_heartbeat(text);
        (void)subjects::parse_check(text);
        (void)subjects::is_beat(text);
        (void)subject_kind(text);
    }));
}

TEST(SubjectsDeathTest, ANameThatWasNotValidatedEndsTheProcess) {
    EXPECT_DEATH((void)subjects::heartbeat("acme", "*"), "slug");
    EXPECT_DEATH((void)subjects::call("acme", "a.b"), "slug");
    EXPECT_DEATH((void)subjects::zone_check("acme", "com"), "DNS name");
    EXPECT_DEATH((void)subjects::event("acme", SubjectKind::Server, "fra-1", "a.b"), "token");
}

TEST(SubjectKind, IsReadAsItIsWritten) {
    for (const auto kind :
         {SubjectKind::Server,
          SubjectKind::Domain,
          SubjectKind::Channel,
          SubjectKind::Provider,
          SubjectKind::Control}) {
        EXPECT_EQ(subject_kind(to_string(kind)), kind);
    }
    EXPECT_EQ(subject_kind("zone"), std::nullopt);
}

}  // namespace
}  // namespace lumos::schemas
