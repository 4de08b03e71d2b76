#include "bus/permissions.h"

#include "bus/error.h"
#include "tests/support/temp_dir.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace lumos::bus {
namespace {

bool starts_with_one_of(const std::string& subject, const std::vector<std::string>& prefixes) {
    return std::any_of(prefixes.begin(), prefixes.end(), [&](const auto& prefix) {
        return subject.starts_with(prefix);
    });
}

TEST(Permissions, AreShownAsTheyAre) {
    const auto page = support::read_file(LUMOS_SOURCE_DIR "/docs/permissions.md");

    EXPECT_NE(page.find(permissions_text()), std::string::npos)
        << "docs/permissions.md does not hold these tables:\n"
        << permissions_text();
}

TEST(Permissions, LetNobodyReadAnothersAnswers) {
    std::set<std::string> inboxes;
    for (const auto& kind : kinds()) {
        const auto& heard = kind.permissions.subscribe_allow;
        const auto of_answers = std::count_if(heard.begin(), heard.end(), [](const auto& subject) {
            return subject.starts_with("_INBOX");
        });
        EXPECT_EQ(of_answers, 1) << kind.name;
        EXPECT_EQ(heard.front(), "_INBOX_" + std::string(kind.name) + ".>");
        inboxes.insert(heard.front());
    }
    EXPECT_EQ(inboxes.size(), kinds().size());
    EXPECT_EQ(inboxes.count("_INBOX.>"), 0U);
}

TEST(Permissions, GiveNoProcessAllOfAnything) {
    for (const auto& kind : kinds()) {
        for (const auto& subject : kind.permissions.publish_allow) {
            const bool is_admins = kind.name == "admin" && subject == "$JS.API.>";
            EXPECT_TRUE(
                is_admins ||
                !starts_with_one_of(subject, {">", "*", "lumos.>", "lumos.*", "$JS.>"}))
                << kind.name << " " << subject;
            // Of what NATS serves, an operator may ask who is connected.
            EXPECT_TRUE(!subject.starts_with("$SYS") || kind.name == "ctl" || kind.name == "admin")
                << kind.name << " " << subject;
        }
        const bool is_person = kind.name == "ctl" || kind.name == "admin";
        EXPECT_EQ(kind.permissions.answers, !is_person) << kind.name;
        EXPECT_EQ(kind.permissions.connection_types, std::vector<std::string>{"STANDARD"});
    }
}

TEST(Permissions, OfAgentsAreOneSubjectEachWay) {
    const auto permissions = agent_permissions();

    EXPECT_EQ(
        permissions.publish_allow, std::vector<std::string>{"lumos.agent.{{name()}}.heartbeat"});
    EXPECT_EQ(permissions.subscribe_allow, std::vector<std::string>{"lumos.agent.{{name()}}.call"});
    EXPECT_FALSE(permissions.answers);
    EXPECT_EQ(permissions.connection_types, (std::vector<std::string>{"STANDARD", "WEBSOCKET"}));
    EXPECT_GE(permissions.payload_max, 4096);
}

TEST(KindNamed, SaysWhichThereAre) {
    EXPECT_EQ(kind_named("presence").name, "presence");
    try {
        (void)kind_named("agent");
        FAIL();
    } catch (const BusRefused& refused) {
        EXPECT_NE(std::string(refused.what()).find("presence, scheduler"), std::string::npos);
    }
}

}  // namespace
}  // namespace lumos::bus
