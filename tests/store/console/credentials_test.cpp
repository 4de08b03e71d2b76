// New credentials, and old ones taken back, while NATS is away: the rows say what is to be done.

#include "tests/store/console/api_test_base.h"
#include "tests/support/free_port.h"
#include "tests/support/temp_dir.h"
#include "workers/console/revoker.h"

namespace lumos::console::testing {
namespace {

class CredentialsApi : public ApiTest {
protected:
    CredentialsApi() {
        bus::BusInit init;
        init.directory = folder_ / "bus";
        (void)bus::init_bus(init, parts().clock.now());
        bus::ConnectionOptions nowhere;
        nowhere.urls = "nats://127.0.0.1:" + std::to_string(support::free_port());
        revoker_.emplace(
            Revoker::Parts{.database = parts().database, .clock = parts().clock, .health = health_},
            bus::read_revoker_key(folder_ / "bus/revoker.key"),
            nowhere);
        parts().revoker = &*revoker_;
    }

    std::string key_of_fra() {
        return value("SELECT coalesce(public_key, '') FROM servers WHERE slug = 'fra-1'");
    }
    std::string rows(const std::string& condition) {
        return value(
            "SELECT coalesce(string_agg(public_key, ' '), '') FROM bus_revocations WHERE " +
            condition);
    }

    support::TempDir folder_;
    runtime::Health health_;
    std::optional<Revoker> revoker_;
};

TEST_F(CredentialsApi, RotatesAndKeepsTheOldOnesForTheOverlap) {
    set_up_acme();
    const auto before = key_of_fra();

    const auto answer = post(acme_ + "/servers/fra-1/rotate", R"({"overlapSeconds":600})");

    ASSERT_EQ(answer.status, 200) << answer.json;
    EXPECT_EQ(bus::name_in_credentials(answer.text("credentials")), "acme.fra-1");
    EXPECT_EQ(bus::key_in_credentials(answer.text("credentials")), key_of_fra());
    EXPECT_NE(key_of_fra(), before);
    EXPECT_FALSE(answer["previousRevoked"].as_bool());
    EXPECT_EQ(
        rows("holder = 'acme.fra-1' AND due_at BETWEEN clock_timestamp() + interval '590 s' "
             "AND clock_timestamp() + interval '600 s'"),
        before);
    EXPECT_EQ(value("SELECT action FROM audit ORDER BY id DESC LIMIT 1"), "server.rotate");
}

TEST_F(CredentialsApi, RevokesAllThatAServerHasAlsoWhatAnOverlapHadLeft) {
    set_up_acme();
    const auto first = key_of_fra();
    (void)post(acme_ + "/servers/fra-1/rotate", R"({"overlapSeconds":600})");
    const auto second = key_of_fra();

    const auto answer = post(acme_ + "/servers/fra-1/revoke", "");

    ASSERT_EQ(answer.status, 200) << answer.json;
    EXPECT_FALSE(answer["revoked"].as_bool()) << "NATS is away";
    const auto due = rows("due_at <= clock_timestamp() AND effective_at IS NULL");
    EXPECT_NE(due.find(first), std::string::npos);
    EXPECT_NE(due.find(second), std::string::npos);
    EXPECT_EQ(key_of_fra(), "");
    EXPECT_EQ(
        value("SELECT data ->> 'after' IS NULL FROM events WHERE type = 'server_revoked'"), "true");
    // And it may come back.
    EXPECT_EQ(post(acme_ + "/servers/fra-1/rotate", "").status, 200);
    EXPECT_NE(key_of_fra(), "");
}

TEST_F(CredentialsApi, RevokesWhatARemovedServerHad) {
    set_up_acme();
    const auto key = key_of_fra();

    EXPECT_EQ(send("DELETE", acme_ + "/servers/fra-1").status, 200);

    EXPECT_EQ(rows("due_at <= clock_timestamp()"), key);
}

TEST_F(CredentialsApi, ChangesNothingInADryRun) {
    set_up_acme();
    const auto key = key_of_fra();

    const auto rotated = post(acme_ + "/servers/fra-1/rotate?dryRun=true", "");
    EXPECT_EQ(rotated.status, 200);
    EXPECT_TRUE(rotated["credentials"].is_null());
    EXPECT_EQ(post(acme_ + "/servers/fra-1/revoke?dryRun=true", "").status, 200);

    EXPECT_EQ(key_of_fra(), key);
    EXPECT_EQ(rows("true"), "");
}

TEST_F(CredentialsApi, TakesAProcesssBackForAdministratorsOnly) {
    set_up_acme();
    const auto key = bus::new_key_pair(bus::KeyKind::User).public_key;
    const auto body = R"({"holder":"presence","publicKey":")" + key + R"("})";

    EXPECT_EQ(
        send_as(make_token("acme", R"({"id":"ci"})"), "POST", "/api/v1/bus/revocations", body)
            .status,
        403);
    EXPECT_EQ(rows("true"), "");
    EXPECT_EQ(post("/api/v1/bus/revocations", body).status, 200);
    EXPECT_EQ(rows("holder = 'presence' AND due_at > clock_timestamp()"), key);
}

TEST_F(CredentialsApi, NamesTheFieldThatIsWrong) {
    set_up_acme();
    const auto wrong = [&](const std::string& path, const std::string& body) {
        const auto answer = post(path, body);
        EXPECT_EQ(answer.status, 422) << answer.json;
        return answer.text("field");
    };

    EXPECT_EQ(wrong(acme_ + "/servers/fra-1/rotate", R"({"overlapSeconds":-1})"), "overlapSeconds");
    EXPECT_EQ(
        wrong(acme_ + "/servers/fra-1/rotate", R"({"overlapSeconds":604801})"), "overlapSeconds");
    EXPECT_EQ(
        wrong("/api/v1/bus/revocations", R"({"holder":"presence","publicKey":"UABC"})"),
        "publicKey");
    EXPECT_EQ(post(acme_ + "/servers/nope/rotate", "").status, 404);
    EXPECT_EQ(post(acme_ + "/servers/nope/revoke", "").status, 404);
}

TEST_F(CredentialsApi, SaysWhatIsMissingWhereNothingCanBeTakenBack) {
    set_up_acme();
    parts().revoker = nullptr;

    const auto answer = post(acme_ + "/servers/fra-1/revoke", "");

    EXPECT_EQ(answer.status, 503);
    EXPECT_NE(answer.text("fix").find("LUMOS_BUS_REVOKER_KEY_FILE"), std::string::npos);
    EXPECT_EQ(rows("true"), "");
}

TEST_F(CredentialsApi, SaysInItsHealthThatNatsHasNotTakenIt) {
    set_up_acme();
    (void)post(acme_ + "/servers/fra-1/revoke", "");

    const auto state = health_.all().at("revocations");

    EXPECT_FALSE(state.ok);
    EXPECT_NE(state.detail.find("not connected"), std::string::npos) << state.detail;
}

}  // namespace
}  // namespace lumos::console::testing
