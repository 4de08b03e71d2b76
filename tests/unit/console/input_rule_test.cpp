#include "workers/console/input_rule.h"

#include <gtest/gtest.h>

namespace lumos::console {
namespace {

TEST(Input, TakesSlugsOnly) {
    for (const char* good : {"a", "fra-1", "0", "abcdefghijklmnopqrstuvwxyz-0123456789"}) {
        EXPECT_FALSE(slug_mistake(good)) << good;
    }
    for (const char* bad : {"", "Fra", "fra_1", "fra 1", "fra.1", "\xc3\xa4"}) {
        EXPECT_TRUE(slug_mistake(bad)) << bad;
    }
    EXPECT_TRUE(slug_mistake(std::string(64, 'a')));
}

TEST(Input, TakesNamesOnOneLine) {
    EXPECT_FALSE(name_mistake("Frankfurt 1 (\xc3\xa4)"));
    EXPECT_TRUE(name_mistake(""));
    EXPECT_TRUE(name_mistake("two\nlines"));
    EXPECT_TRUE(name_mistake(std::string(101, 'x')));
}

TEST(Input, TakesTtlsThatTheProviderTakes) {
    for (const std::int64_t good : {1, 60, 300, 86'400}) {
        EXPECT_FALSE(ttl_mistake(good)) << good;
    }
    for (const std::int64_t bad : {-1, 0, 2, 30, 59, 86'401}) {
        EXPECT_TRUE(ttl_mistake(bad)) << bad;
    }
}

TEST(Input, TakesOneMailAddress) {
    for (const char* good : {"ops@acme.example", "a.b+c@mail.acme.example"}) {
        EXPECT_FALSE(email_mistake(good)) << good;
    }
    for (const char* bad :
         {"",
          "ops",
          "@acme.example",
          "ops@",
          "ops@acme",
          "a@b@acme.example",
          "ops@acme.example,x@y.example",
          "ops <ops@acme.example>",
          "ops@acme.example\r\nBcc: x@y.example",
          "o ps@acme.example"}) {
        EXPECT_TRUE(email_mistake(bad)) << bad;
    }
}

TEST(Input, WritesAddressesInOneForm) {
    EXPECT_EQ(normal_ipv4("203.0.113.10"), "203.0.113.10");
    EXPECT_EQ(normal_ipv6("2001:0DB8:0:0::0010"), "2001:db8::10");
    EXPECT_FALSE(normal_ipv4("203.0.113"));
    EXPECT_FALSE(normal_ipv4("203.0.113.256"));
    EXPECT_FALSE(normal_ipv4("203.0.113.10/24"));
    EXPECT_FALSE(normal_ipv4("2001:db8::10"));
    EXPECT_FALSE(normal_ipv6("203.0.113.10"));
}

TEST(Input, WritesNamesInOneForm) {
    EXPECT_EQ(normal_dns_name("WWW.Example.COM."), "www.example.com");
    EXPECT_EQ(normal_dns_name("xn--bcher-kva.example"), "xn--bcher-kva.example");
    EXPECT_FALSE(
        normal_dns_name("b\xc3\xbc"
                        "cher.example"));
    EXPECT_FALSE(normal_dns_name("www example.com"));
    EXPECT_FALSE(normal_dns_name(""));
    EXPECT_FALSE(normal_dns_name("."));
}

TEST(Input, ReadsWebhookUrls) {
    const auto url = read_webhook_url("https://hooks.acme.example:8443/lumos?x=1");
    ASSERT_TRUE(url);
    EXPECT_TRUE(url->https);
    EXPECT_EQ(url->host, "hooks.acme.example");
    EXPECT_EQ(read_webhook_url("http://127.0.0.1:8080/x")->host, "127.0.0.1");
    EXPECT_EQ(read_webhook_url("https://[2001:db8::1]/x")->host, "[2001:db8::1]");
}

TEST(Input, RefusesWebhookUrlsThatHideSomething) {
    for (const char* bad :
         {"",
          "hooks.acme.example",
          "ftp://acme.example/",
          "https://",
          "https:///x",
          "https://user:pw@acme.example/",
          "https://acme.example#x",
          "https://acme .example/",
          "https://acme.example:/",
          "https://acme.example:99x/",
          "https://acme.example\r\nX: y",
          "file:///etc/passwd",
          "https://[::1/",
          "https://a\\@b/"}) {
        EXPECT_FALSE(read_webhook_url(bad)) << bad;
    }
}

TEST(Input, NamesEachServerOnce) {
    EXPECT_FALSE(server_list_mistake({"fra-1", "iad-1"}));
    EXPECT_TRUE(server_list_mistake({}));
    EXPECT_TRUE(server_list_mistake({"fra-1", "fra-1"}));
    EXPECT_TRUE(server_list_mistake(std::vector<std::string>(17, "x")));
}

TEST(Input, FindsTheAlertThatWasMeant) {
    const std::vector<std::string> known{"server_down", "failover_triggered"};
    EXPECT_FALSE(alert_mistake("server_down", known));
    EXPECT_EQ(alert_mistake("sever_down", known)->fix, "did you mean server_down?");
    EXPECT_NE(alert_mistake("rain", known)->fix.find("failover_triggered"), std::string::npos);
}

}  // namespace
}  // namespace lumos::console
