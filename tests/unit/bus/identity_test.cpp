#include "bus/identity.h"

#include "bus/error.h"
#include "bus/jwt.h"
#include "bus/reconnect.h"
#include "bus/server_config.h"
#include "tests/support/temp_dir.h"

#include <boost/json.hpp>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>

namespace lumos::bus {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

const Time kNow = *parse_time("2026-11-22T03:12:04Z");

SigningKey signing_key() {
    return {new_key_pair(KeyKind::Account), new_key_pair(KeyKind::Account).public_key};
}

std::string jwt_in(const std::string& credentials_text) {
    const std::string begin = "-----BEGIN NATS USER JWT-----\n";
    const auto start = credentials_text.find(begin) + begin.size();
    return credentials_text.substr(start, credentials_text.find('\n', start) - start);
}

TEST(MintUser, SaysWhoMayDoWhatAndIsSigned) {
    const auto signer = signing_key();
    const auto key = new_key_pair(KeyKind::User);
    UserClaims claims;
    claims.name = "console";
    claims.public_key = key.public_key;
    claims.issuer_account = signer.account;
    claims.permissions.emplace();
    claims.permissions->publish_allow = {"a.>"};
    claims.permissions->subscribe_allow = {"b", "c"};
    claims.permissions->answers = true;

    const auto jwt = mint_user(claims, signer.key, kNow);

    EXPECT_TRUE(is_signed_by(jwt, KeyKind::Account, signer.key.public_key));
    EXPECT_FALSE(is_signed_by(jwt, KeyKind::Account, signer.account));
    const auto body = *claims_of(jwt);
    EXPECT_EQ(body.at("name"), "console");
    EXPECT_EQ(body.at("sub"), json::value(key.public_key));
    EXPECT_EQ(body.at("iss"), json::value(signer.key.public_key));
    EXPECT_EQ(body.at("iat"), 1'795'317'124);
    EXPECT_FALSE(body.at("jti").as_string().empty());
    EXPECT_FALSE(body.contains("exp"));
    const auto nats = body.at("nats").as_object();
    EXPECT_EQ(nats.at("type"), "user");
    EXPECT_EQ(nats.at("version"), 2);
    EXPECT_EQ(nats.at("issuer_account"), json::value(signer.account));
    EXPECT_EQ(nats.at("pub").at("allow"), (json::array{"a.>"}));
    EXPECT_EQ(nats.at("sub").at("allow"), (json::array{"b", "c"}));
    EXPECT_EQ(nats.at("resp").at("max"), 1);
    EXPECT_FALSE(nats.contains("allowed_connection_types"));
    // Left out, they mean none at all.
    for (const auto* key_name : {"subs", "data", "payload"}) {
        EXPECT_EQ(nats.at(key_name), -1) << key_name;
    }
}

TEST(MintUser, SaysWhenItEndsAndThatTheAccountItselfSigned) {
    const auto account = new_key_pair(KeyKind::Account);
    UserClaims claims;
    claims.name = "x";
    claims.public_key = new_key_pair(KeyKind::User).public_key;
    claims.issuer_account = account.public_key;
    claims.expires = kNow + std::chrono::hours(1);

    const auto body = *claims_of(mint_user(claims, account, kNow));

    EXPECT_EQ(body.at("exp"), 1'795'320'724);
    EXPECT_FALSE(body.at("nats").as_object().contains("issuer_account"));
}

TEST(MintUser, RefusesKeysOfTheWrongKind) {
    const auto signer = signing_key();
    UserClaims claims;
    claims.name = "x";
    claims.public_key = new_key_pair(KeyKind::Account).public_key;
    claims.issuer_account = signer.account;
    EXPECT_THROW((void)mint_user(claims, signer.key, kNow), BusRefused);
    claims.public_key = new_key_pair(KeyKind::User).public_key;
    EXPECT_THROW((void)mint_user(claims, new_key_pair(KeyKind::User), kNow), BusRefused);
}

TEST(MintAgent, NamesTheAgentAndRefusesWhatCouldReachFurther) {
    const auto signer = signing_key();

    const auto agent = mint_agent("acme", "fra-1", signer, kNow);

    EXPECT_EQ(name_in_credentials(agent.text), "acme.fra-1");
    const auto body = *claims_of(jwt_in(agent.text));
    EXPECT_EQ(body.at("sub"), json::value(agent.public_key));
    EXPECT_TRUE(is_signed_by(jwt_in(agent.text), KeyKind::Account, signer.key.public_key));
    EXPECT_NE(mint_agent("acme", "fra-1", signer, kNow).public_key, agent.public_key);
    // What it may do stands with the key that signed it.
    EXPECT_FALSE(body.at("nats").as_object().contains("pub"));
    EXPECT_FALSE(body.at("nats").as_object().contains("subs"));
    for (const std::string bad : {"", "*", ">", "a.b", "Fra", "a b"}) {
        EXPECT_THROW((void)mint_agent("acme", bad, signer, kNow), BusRefused) << bad;
        EXPECT_THROW((void)mint_agent(bad, "fra-1", signer, kNow), BusRefused) << bad;
    }
}

TEST(SigningKeys, AreNotTakenForEachOther) {
    const support::TempDir folder;
    BusInit init;
    init.directory = folder / "bus";
    (void)init_bus(init, kNow);
    const auto of_agents = read_signing_key(folder / "bus/signing.key");
    const auto of_processes = read_signing_key(folder / "bus/offline/processes.key");

    EXPECT_NO_THROW((void)mint_agent("acme", "fra-1", of_agents, kNow));
    EXPECT_NO_THROW((void)mint_process(kind_named("presence"), of_processes, kNow));
    EXPECT_THROW((void)mint_agent("acme", "fra-1", of_processes, kNow), BusRefused);
    EXPECT_THROW((void)mint_process(kind_named("presence"), of_agents, kNow), BusRefused);
    // One that does not say what it mints is not guessed at.
    const auto text = support::read_file(folder / "bus/signing.key");
    const auto line = text.find("mints: agents\n");
    ASSERT_NE(line, std::string::npos);
    support::write_file(folder / "old.key", std::string(text).erase(line, 14));
    EXPECT_THROW((void)read_signing_key(folder / "old.key"), BusRefused);
}

TEST(NameInCredentials, IsNothingWhereThereIsNone) {
    EXPECT_EQ(name_in_credentials(""), std::nullopt);
    EXPECT_EQ(name_in_credentials("-----BEGIN NATS USER JWT-----\n"), std::nullopt);
    EXPECT_EQ(name_in_credentials("-----BEGIN NATS USER JWT-----\na.b.c\n---"), std::nullopt);
    EXPECT_EQ(name_in_credentials(credentials("e30.e30.x", "SU")), std::nullopt);
}

TEST(ServerConfig, RefusesAddressesThatAreNone) {
    for (const std::string bad :
         {"", "4222", ":4222", "host", "host:", "host:x", "host:0", "h:70000"}) {
        ServerConfig config;
        config.listen = bad;
        EXPECT_THROW((void)server_config(config), BusRefused) << bad;
    }
}

TEST(ServerConfig, QuotesPathsAndHasNoWebsocketUnlessAsked) {
    ServerConfig config;
    config.listen = "127.0.0.1:4222";
    config.store = "/a \"b\"\\c";

    const auto text = server_config(config);

    EXPECT_NE(text.find(R"(store_dir: "/a \"b\"\\c")"), std::string::npos);
    EXPECT_EQ(text.find("websocket"), std::string::npos);
    config.websocket = "127.0.0.1:8443";
    EXPECT_NE(
        server_config(config).find("websocket {\n    listen: \"127.0.0.1:8443\""),
        std::string::npos);
}

mode_t mode_of(const std::string& path) {
    struct stat status {};
    EXPECT_EQ(::stat(path.c_str(), &status), 0) << path;
    return status.st_mode & 0777U;
}

BusInit init_in(const std::string& directory) {
    BusInit init;
    init.directory = directory;
    return init;
}

TEST(InitBus, WritesFilesThatOnlyTheirOwnerReads) {
    const support::TempDir folder;
    const auto directory = folder / "bus";

    const auto paths = init_bus(init_in(directory), kNow);

    for (const auto* process :
         {"scheduler",
          "presence",
          "failover",
          "certificates",
          "notifier",
          "console",
          "ctl",
          "admin"}) {
        const auto path = directory + "/creds/" + process + ".creds";
        EXPECT_NE(std::find(paths.begin(), paths.end(), path), paths.end()) << process;
        EXPECT_EQ(name_in_credentials(support::read_file(path)), process);
    }
    for (const auto& path : paths) {
        EXPECT_EQ(mode_of(path), 0600U) << path;
    }
    for (const auto* name : {"", "/creds", "/offline", "/jwt"}) {
        EXPECT_EQ(mode_of(directory + name), 0700U) << name;
    }
    const auto signer = read_signing_key(directory + "/offline/processes.key");
    const auto jwt = jwt_in(support::read_file(directory + "/creds/ctl.creds"));
    EXPECT_TRUE(is_signed_by(jwt, KeyKind::Account, signer.key.public_key));
    EXPECT_EQ(claims_of(jwt)->at("nats").at("issuer_account"), json::value(signer.account));
    for (const auto* key : {"operator", "account", "system"}) {
        EXPECT_TRUE(fs::exists(directory + "/offline/" + key + ".key"));
    }
}

TEST(InitBus, NeverOverwritesAndLeavesWhatIsThere) {
    const support::TempDir folder;
    (void)init_bus(init_in(folder / "bus"), kNow);
    const auto before = support::read_file(folder / "bus/nats.conf");

    EXPECT_THROW((void)init_bus(init_in(folder / "bus"), kNow), BusRefused);

    EXPECT_EQ(support::read_file(folder / "bus/nats.conf"), before);
    fs::create_directories(folder / "half/creds");
    support::write_file(folder / "half/creds/ctl.creds", "mine");
    EXPECT_THROW((void)init_bus(init_in(folder / "half"), kNow), BusRefused);
    EXPECT_EQ(support::read_file(folder / "half/creds/ctl.creds"), "mine");
    EXPECT_FALSE(fs::exists(folder / "half/nats.conf"));
    EXPECT_FALSE(fs::exists(folder / "half/signing.key"));
}

TEST(InitBus, WantsACertificateWithItsKey) {
    const support::TempDir folder;
    support::write_file(folder / "cert.pem", "-----BEGIN CERTIFICATE-----\nx\n");
    support::write_file(folder / "key.pem", "-----BEGIN EC PRIVATE KEY-----\nx\n");
    const auto refusal = [&](const std::string& certificate, const std::string& key) {
        auto init = init_in(folder / "bus");
        init.websocket = "127.0.0.1:8443";
        init.tls_certificate = certificate.empty() ? "" : folder / certificate;
        init.tls_key = key.empty() ? "" : folder / key;
        try {
            (void)init_bus(init, kNow);
            return std::string();
        } catch (const BusRefused& refused) {
            return std::string(refused.what());
        }
    };

    EXPECT_NE(refusal("cert.pem", "").find("--tls-key"), std::string::npos);
    EXPECT_NE(refusal("", "key.pem").find("--tls-cert"), std::string::npos);
    EXPECT_NE(refusal("missing.pem", "key.pem").find("--tls-cert"), std::string::npos);
    EXPECT_NE(refusal("cert.pem", "cert.pem").find("--tls-key"), std::string::npos);
    EXPECT_FALSE(fs::exists(folder / "bus"));
    EXPECT_EQ(refusal("cert.pem", "key.pem"), "");
    const auto config = support::read_file(folder / "bus/nats.conf");
    const auto block = "tls { cert_file: \"" + (folder / "cert.pem") + "\"";
    EXPECT_NE(config.find("\n" + block), std::string::npos);
    EXPECT_NE(config.find("    " + block), std::string::npos) << "of the WebSocket listener";
    EXPECT_EQ(config.find("no_tls"), std::string::npos);
}

TEST(HostOf, IsWhatACertificateNames) {
    EXPECT_EQ(host_of("nats://bus.acme.example:4222"), "bus.acme.example");
    EXPECT_EQ(host_of("tls://user:a@b@bus:4222"), "bus");
    EXPECT_EQ(host_of("bus"), "bus");
    EXPECT_EQ(host_of("tls://[::1]:4222"), "::1");
    EXPECT_EQ(host_of("tls://[::1]"), "::1");
}

TEST(InitBus, KeepsSecretsOutOfTheConfiguration) {
    const support::TempDir folder;
    (void)init_bus(init_in(folder / "bus"), kNow);
    const auto config = support::read_file(folder / "bus/nats.conf");

    for (const auto* file :
         {"signing.key",
          "offline/processes.key",
          "offline/operator.key",
          "offline/account.key",
          "offline/system.key"}) {
        const auto text = support::read_file(folder / "bus/" + file);
        const auto seed = text.substr(text.find("seed: ") + 6, 58);
        EXPECT_EQ(seed.size(), 58U);
        EXPECT_EQ(config.find(seed), std::string::npos) << file;
    }
}

TEST(InitBus, SaysWhatIsWrong) {
    const support::TempDir folder;
    support::write_file(folder / "file", "");
    EXPECT_THROW((void)init_bus(init_in(""), kNow), BusRefused);
    EXPECT_THROW((void)init_bus(init_in(folder / "file/bus"), kNow), BusRefused);
    auto init = init_in(folder / "bus");
    init.listen = "nonsense";
    EXPECT_THROW((void)init_bus(init, kNow), BusRefused);
    EXPECT_FALSE(fs::exists(folder / "bus"));
}

TEST(ReadSigningKey, RefusesWhatIsNone) {
    const support::TempDir folder;
    EXPECT_THROW((void)read_signing_key(folder / "none"), BusRefused);
    support::write_file(
        folder / "user",
        "mints: agents\nseed: " + new_key_pair(KeyKind::User).seed + "\naccount: A\n");
    EXPECT_THROW((void)read_signing_key(folder / "user"), BusRefused);
    const auto account = new_key_pair(KeyKind::Account);
    support::write_file(folder / "half", "mints: agents\nseed: " + account.seed + "\n");
    EXPECT_THROW((void)read_signing_key(folder / "half"), BusRefused);
    support::write_file(
        folder / "right",
        "# why\r\nmints: agents\r\nseed: " + account.seed + "\r\n account:" + account.public_key);
    EXPECT_EQ(read_signing_key(folder / "right").account, account.public_key);
}

}  // namespace
}  // namespace lumos::bus
