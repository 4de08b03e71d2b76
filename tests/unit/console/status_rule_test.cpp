#include "workers/console/status_rule.h"

#include "workers/console/server_message_rule.h"

#include <gtest/gtest.h>

namespace lumos::console {
namespace {

StatusFacts well() {
    StatusFacts facts;
    facts.online = 2;
    facts.active = 1;
    facts.with_control = true;
    facts.heard_age_seconds = 1;
    facts.cycle_age_seconds = 100;
    facts.bus_connected = true;
    return facts;
}

TEST(StatusRule, IsWellWhenNothingIsWrong) {
    const auto status = judge_status(well());
    EXPECT_TRUE(status.ok);
    EXPECT_EQ(status.headline, "2 servers online, 1 domain active");
}

TEST(StatusRule, NamesWhatIsWrongFirst) {
    auto facts = well();
    facts.offline = 1;
    facts.failed_over = 12;
    facts.not_applied = 1;
    const auto status = judge_status(facts);
    EXPECT_FALSE(status.ok);
    EXPECT_EQ(status.headline, "1 server down, 12 domains failed over, 1 needs you");
}

TEST(StatusRule, AServerThatWasNeverHeardIsNotDown) {
    auto facts = well();
    facts.unknown = 3;
    EXPECT_TRUE(judge_status(facts).ok);
}

TEST(StatusRule, EachTroubleOfTheControlPlaneIsOne) {
    const auto troubles = {
        +[](StatusFacts& f) { f.heard_age_seconds = 61; },
        +[](StatusFacts& f) { f.heard_age_seconds = std::nullopt; },
        +[](StatusFacts& f) { f.cycle_age_seconds = 601; },
        +[](StatusFacts& f) { f.outbox_oldest_seconds = 61; },
        +[](StatusFacts& f) { f.bus_connected = false; },
        +[](StatusFacts& f) { f.missing_workers = {"lumos-presence"}; }};
    for (const auto trouble : troubles) {
        auto facts = well();
        trouble(facts);
        const auto status = judge_status(facts);
        EXPECT_FALSE(status.ok);
        EXPECT_EQ(status.problems.size(), 1U);
        facts.with_control = false;
        EXPECT_TRUE(judge_status(facts).ok) << "a tenant is not told of the control plane";
    }
}

TEST(StatusRule, HearingMattersOnlyWhereSomebodyWasHeard) {
    auto facts = well();
    facts.online = 0;
    facts.unknown = 1;
    facts.heard_age_seconds = std::nullopt;
    EXPECT_TRUE(judge_status(facts).ok);
}

TEST(ServerMessage, SaysWhatHappened) {
    ServerState state;
    state.status = "online";
    EXPECT_FALSE(server_message(state));
    state.status = "unknown";
    EXPECT_EQ(server_message(state), "its agent was never heard");
    state.status = "offline";
    state.cause = "disconnect";
    state.disconnect_reason = "Read Error";
    EXPECT_EQ(server_message(state), "connection dropped (Read Error)");
    state.cause = "stopping";
    EXPECT_EQ(server_message(state), "the agent was stopped");
    state.status = "error";
    state.failing_check = "tcp://127.0.0.1:443 connection refused";
    EXPECT_EQ(server_message(state), "check tcp://127.0.0.1:443 connection refused");
    state.conflict = true;
    EXPECT_EQ(server_message(state), "two machines speak with this server's credentials");
}

}  // namespace
}  // namespace lumos::console
