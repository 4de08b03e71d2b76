#include "workers/console/explain_rule.h"

#include <gtest/gtest.h>

#include <functional>

namespace lumos::console {
namespace {

ExplainedServer server(
    const std::string& id, const std::string& status, const std::string& fitness) {
    return {id, status, fitness, status == "online" ? "" : "connection dropped", true};
}

ExplainedDomain healthy() {
    ExplainedDomain domain;
    domain.name = "www.example.com";
    domain.plan = "pro";
    domain.plan_has_failover = true;
    domain.provider = "cf-main";
    domain.servers = {server("fra-1", "online", "ready"), server("iad-1", "online", "ready")};
    domain.published = "fra-1";
    domain.published_ip = "203.0.113.10";
    domain.failover_status = "active";
    domain.hearing = true;
    domain.grace = "10s";
    return domain;
}

struct Case {
    const char* claim;
    std::function<void(ExplainedDomain&)> change;
    std::string code;
};

void PrintTo(const Case& one, std::ostream* out) {
    *out << one.claim;
}

void primary_out(ExplainedDomain& domain) {
    domain.servers[0] = server("fra-1", "offline", "out");
}

class Explain : public testing::TestWithParam<Case> {};

TEST_P(Explain, TheFirstClosedGateIsTheAnswer) {
    auto domain = healthy();
    GetParam().change(domain);
    const auto explanation = explain(domain);
    EXPECT_EQ(explanation.code, GetParam().code) << GetParam().claim << ": " << explanation.answer;
    EXPECT_EQ(explanation.gates.size(), 9U);
    EXPECT_FALSE(explanation.answer.empty());
}

INSTANTIATE_TEST_SUITE_P(
    Cases,
    Explain,
    testing::Values(
        Case{"all is well", [](ExplainedDomain&) {}, "primary_healthy"},
        Case{"one server", [](ExplainedDomain& d) { d.servers.pop_back(); }, "single_server"},
        Case{"no provider", [](ExplainedDomain& d) { d.provider = std::nullopt; }, "no_provider"},
        Case{"plan", [](ExplainedDomain& d) { d.plan_has_failover = false; }, "plan"},
        Case{
            "foreign record",
            [](ExplainedDomain& d) { d.not_ours = "A is 192.0.2.9"; },
            "not_ours"},
        Case{"nobody hears", [](ExplainedDomain& d) { d.hearing = false; }, "hearing_interrupted"},
        Case{
            "its node is not heard",
            [](ExplainedDomain& d) { d.servers[0].heard = false; },
            "hearing_interrupted"},
        Case{
            "never heard",
            [](ExplainedDomain& d) { d.servers[0] = server("fra-1", "unknown", "unsure"); },
            "primary_unknown"},
        Case{
            "grace",
            [](ExplainedDomain& d) { d.servers[0] = server("fra-1", "offline", "unsure"); },
            "grace"},
        Case{
            "nobody else is ready",
            [](ExplainedDomain& d) {
                primary_out(d);
                d.servers[1] = server("iad-1", "error", "out");
            },
            "no_healthy_secondary"},
        Case{
            "held",
            [](ExplainedDomain& d) {
                primary_out(d);
                d.hold_code = "calling";
            },
            "calling"},
        Case{
            "rate limit",
            [](ExplainedDomain& d) {
                primary_out(d);
                d.provider_blocked = true;
            },
            "rate_limited"},
        Case{
            "token refused",
            [](ExplainedDomain& d) {
                primary_out(d);
                d.provider_error = "10000 Authentication error";
                d.provider_error_code = "token_permission";
            },
            "token_permission"},
        Case{
            "change under way",
            [](ExplainedDomain& d) {
                primary_out(d);
                d.pending_change = "switch to iad-1";
            },
            "pending_change"},
        Case{"nothing in the way", primary_out, ""},
        Case{
            "failed over, primary away",
            [](ExplainedDomain& d) {
                primary_out(d);
                d.published = "iad-1";
            },
            "agent_not_reconnecting"},
        Case{
            "failed over, primary in error",
            [](ExplainedDomain& d) {
                d.servers[0] = server("fra-1", "error", "out");
                d.published = "iad-1";
            },
            "primary_down"},
        Case{
            "failed over, primary back but not long enough",
            [](ExplainedDomain& d) {
                d.servers[0] = server("fra-1", "online", "unsure");
                d.published = "iad-1";
            },
            "ready_hold"},
        Case{"failed over, primary ready", [](ExplainedDomain& d) { d.published = "iad-1"; }, ""}));

TEST(ExplainText, NamesACommandWhereOneHelps) {
    auto domain = healthy();
    primary_out(domain);
    domain.provider_error = "10000 Authentication error";
    EXPECT_EQ(explain(domain).next, "lumosctl provider verify cf-main");
}

}  // namespace
}  // namespace lumos::console
