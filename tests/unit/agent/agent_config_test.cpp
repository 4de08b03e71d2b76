#include "workers/agent/agent_config.h"

#include "bus/identity.h"
#include "tests/support/temp_dir.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace lumos::agent {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class AgentConfigTest : public ::testing::Test {
protected:
    runtime::SettingsOutcome read(std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(), "lumos-agent");
        std::vector<const char*> argv;
        for (const auto& argument : arguments) {
            argv.push_back(argument.c_str());
        }
        argv.push_back(nullptr);
        testing::internal::CaptureStderr();
        auto outcome = runtime::read_settings(
            "lumos-agent",
            agent_settings(),
            static_cast<int>(argv.size()) - 1,
            argv.data(),
            &validate_agent);
        error_ = testing::internal::GetCapturedStderr();
        return outcome;
    }

    std::string credentials_of(const std::string& name) {
        const auto user = bus::new_key_pair(bus::KeyKind::User);
        const auto account = bus::new_key_pair(bus::KeyKind::Account);
        bus::UserClaims claims;
        claims.name = name;
        claims.public_key = user.public_key;
        const auto path = folder_ / "a.creds";
        support::write_file(
            path, bus::credentials(bus::mint_user(claims, account, Time{}), user.seed));
        return path;
    }

    support::TempDir folder_;
    std::string error_;
};

TEST_F(AgentConfigTest, LearnsWhoItIsFromItsCredentials) {
    const auto outcome = read({"--nats-creds", credentials_of("acme.fra-1")});
    ASSERT_EQ(outcome.asked, runtime::Asked::Run) << error_;
    const auto config = read_agent_config(outcome.values);
    EXPECT_EQ(config.speaker.account, "acme");
    EXPECT_EQ(config.speaker.server, "fra-1");
    EXPECT_EQ(config.speaker.credentials_name, "acme.fra-1");
    EXPECT_EQ(config.interval, std::chrono::seconds(15));
}

TEST_F(AgentConfigTest, WhatIsSetBeatsTheCredentials) {
    const auto outcome = read({"--nats-creds", credentials_of("acme.fra-1"), "--server", "iad-1"});
    ASSERT_EQ(outcome.asked, runtime::Asked::Run) << error_;
    EXPECT_EQ(read_agent_config(outcome.values).speaker.server, "iad-1");
}

TEST_F(AgentConfigTest, CredentialsOfAnotherKindAreAMistake) {
    EXPECT_EQ(read({"--nats-creds", credentials_of("presence")}).exit_status, 2);
    EXPECT_THAT(error_, AllOf(HasSubstr("LUMOS_SERVER"), HasSubstr("no agent's credentials")));
}

TEST_F(AgentConfigTest, CredentialsThatCannotBeReadAreAMistake) {
    EXPECT_EQ(read({"--nats-creds", "/nonexistent/a.creds"}).exit_status, 2);
    EXPECT_THAT(error_, AllOf(HasSubstr("LUMOS_NATS_CREDS"), HasSubstr("/nonexistent/a.creds")));
}

TEST_F(AgentConfigTest, ReportsAllMistakesTogether) {
    EXPECT_EQ(
        read({"--account",
              "Acme",
              "--nats-url",
              "http://a",
              "--heartbeat-interval",
              "61s",
              "--checks",
              "tcp://a,tcp://b:1,tcp://b:1"})
            .exit_status,
        2);
    EXPECT_THAT(
        error_,
        AllOf(
            HasSubstr("LUMOS_ACCOUNT: \"Acme\""),
            HasSubstr("LUMOS_SERVER: is not set"),
            HasSubstr("LUMOS_NATS_URL"),
            HasSubstr("LUMOS_HEARTBEAT_INTERVAL: 61s"),
            HasSubstr("\"tcp://a\" is no check"),
            HasSubstr("stands there twice")));
}

TEST_F(AgentConfigTest, TakesAtMostSixteenChecksThatFitIntoAHeartbeat) {
    std::string many = "tcp://a:1";
    for (int port = 2; port <= 17; ++port) {
        many += ",tcp://a:" + std::to_string(port);
    }
    EXPECT_EQ(read({"--account", "a", "--server", "b", "--checks", many}).exit_status, 2);
    EXPECT_THAT(error_, HasSubstr("17 checks, at most 16"));
    std::string wide = "http://a/1" + std::string(180, 'x');
    for (int i = 2; i <= 9; ++i) {
        wide += ",http://a/" + std::to_string(i) + std::string(180, 'x');
    }
    EXPECT_EQ(read({"--account", "a", "--server", "b", "--checks", wide}).exit_status, 2);
    EXPECT_THAT(error_, HasSubstr("shorten the paths"));
}

}  // namespace
}  // namespace lumos::agent
