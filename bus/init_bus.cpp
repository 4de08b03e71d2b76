#include "bus/error.h"
#include "bus/identity.h"
#include "bus/jwt.h"
#include "bus/private_files.h"
#include "bus/server_config.h"

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string_view>

namespace lumos::bus {

namespace {

namespace fs = std::filesystem;

struct Identities {
    KeyPair op = new_key_pair(KeyKind::Operator);
    KeyPair revoker = new_key_pair(KeyKind::Operator);  // Signs accounts, in the operator's name.
    KeyPair system = new_key_pair(KeyKind::Account);
    KeyPair account = new_key_pair(KeyKind::Account);
    KeyPair agents = new_key_pair(KeyKind::Account);       // Signs agents only.
    KeyPair subscribers = new_key_pair(KeyKind::Account);  // Signs subscribers only.
    KeyPair processes = new_key_pair(KeyKind::Account);    // Signs whom it likes.
};

std::string system_jwt(const Identities& keys, Time now) {
    AccountClaims claims;
    claims.name = "SYS";
    claims.public_key = keys.system.public_key;
    // Of each account's connections, only that account may import what NATS says.
    constexpr int kAccountToken = 3;
    claims.exports = {
        {"connects", "$SYS.ACCOUNT.*.CONNECT", kAccountToken},
        {"disconnects", "$SYS.ACCOUNT.*.DISCONNECT", kAccountToken}};
    return mint_account(claims, keys.op, now);
}

std::string application_jwt(const Identities& keys, Time now) {
    AccountClaims claims;
    claims.name = "LUMOS";
    claims.public_key = keys.account.public_key;
    claims.signing_keys = {keys.processes.public_key};
    claims.scoped_keys = {
        {keys.agents.public_key, "agent", agent_permissions()},
        {keys.subscribers.public_key, "subscriber", subscriber_permissions()}};
    claims.jetstream = true;
    const auto of_ours = "$SYS.ACCOUNT." + keys.account.public_key;
    const auto& system = keys.system.public_key;
    claims.imports = {
        {"connects", system, of_ours + ".CONNECT", "lumos.bus.client.connect"},
        {"disconnects", system, of_ours + ".DISCONNECT", "lumos.bus.client.disconnect"}};
    return mint_account(claims, keys.op, now);
}

std::string config_text(
    const BusInit& init, const fs::path& folder, const Identities& keys, Time now) {
    ServerConfig config;
    config.listen = init.listen;
    config.websocket = init.websocket;
    config.server_name = init.server_name;
    config.store =
        init.store.empty() ? (folder / "store").string() : fs::absolute(init.store).string();
    if (!init.tls_certificate.empty()) {
        config.tls_certificate = fs::absolute(init.tls_certificate).string();
        config.tls_key = fs::absolute(init.tls_key).string();
    }
    config.operator_jwt =
        mint_operator({"lumos", keys.system.public_key, {keys.revoker.public_key}}, keys.op, now);
    config.system_account = keys.system.public_key;
    config.resolver = (folder / "jwt").string();
    config.accounts = {
        {keys.system.public_key, system_jwt(keys, now)},
        {keys.account.public_key, application_jwt(keys, now)}};
    return server_config(config);
}

std::string signing_key_file(
    std::string_view what, std::string_view mints, const KeyPair& key, const std::string& account) {
    return "# " + std::string(what) + "\nmints: " + std::string(mints) + "\nseed: " + key.seed +
           "\naccount: " + account + "\n";
}

std::string revoker_key_file(const Identities& keys, Time now) {
    const auto user = new_key_pair(KeyKind::User);
    UserClaims claims;
    claims.name = kRevoker;
    claims.public_key = user.public_key;
    claims.issuer_account = keys.system.public_key;
    claims.permissions = revoker_permissions(keys.account.public_key);
    return "# Takes credentials back: LUMOS_BUS_REVOKER_KEY_FILE of the console.\noperator: " +
           keys.revoker.seed + "\naccount: " + keys.account.public_key + "\n" +
           credentials(mint_user(claims, keys.system, now), user.seed);
}

std::string offline_key(const KeyPair& key, std::string_view what) {
    return "# " + std::string(what) + "\nseed: " + key.seed + "\npublic: " + key.public_key + "\n";
}

std::vector<PrivateFile> files_of(const BusInit& init, const fs::path& folder, Time now) {
    const Identities keys;
    std::vector<PrivateFile> files;
    files.push_back({folder / "nats.conf", config_text(init, folder, keys, now)});
    const auto& account = keys.account.public_key;
    for (const auto& kind : kinds()) {
        files.push_back(
            {folder / "creds" / (std::string(kind.name) + ".creds"),
             mint_process(kind, {keys.processes, account, Mints::Processes}, now).text});
    }
    files.push_back(
        {folder / "signing.key",
         signing_key_file(
             "Signs the credentials of agents and subscribers, and can sign no others: "
             "LUMOS_BUS_SIGNING_KEY_FILE of the console.",
             "agents",
             keys.agents,
             account) +
             "subscribers: " + keys.subscribers.seed + "\n"});
    files.push_back({folder / "revoker.key", revoker_key_file(keys, now)});
    const auto offline = folder / "offline";
    files.push_back(
        {offline / "processes.key",
         signing_key_file(
             "Signs the credentials of processes.", "processes", keys.processes, account)});
    files.push_back(
        {offline / "operator.key", offline_key(keys.op, "The operator: signs the accounts.")});
    files.push_back(
        {offline / "account.key", offline_key(keys.account, "The account LUMOS itself.")});
    files.push_back(
        {offline / "system.key", offline_key(keys.system, "The system account: signs its users.")});
    return files;
}

void refuse_existing(const std::vector<PrivateFile>& files) {
    for (const auto& file : files) {
        if (fs::exists(fs::symlink_status(file.path))) {
            throw BusRefused(
                file.path + " is there already; bus init never overwrites: choose another folder");
        }
    }
}

void require_pem(const std::string& path, std::string_view flag, std::string_view what) {
    std::ifstream file(path);
    const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    const auto begin = text.find("-----BEGIN ");
    const auto line_end = text.find('\n', begin == std::string::npos ? 0 : begin);
    if (begin == std::string::npos ||
        text.substr(begin, line_end - begin).find(what) == std::string::npos) {
        throw BusRefused(
            std::string(flag) + ": " + path + " cannot be read as a PEM file with a " +
            std::string(what) + "; give the one that NATS shall show");
    }
}

void check_tls_files(const BusInit& init) {
    if (init.tls_certificate.empty() != init.tls_key.empty()) {
        throw BusRefused("--tls-cert and --tls-key: give both or neither");
    }
    if (!init.tls_certificate.empty()) {
        require_pem(init.tls_certificate, "--tls-cert", "CERTIFICATE");
        require_pem(init.tls_key, "--tls-key", "PRIVATE KEY");
    }
}

}  // namespace

std::vector<std::string> init_bus(const BusInit& init, Time now) {
    if (init.directory.empty() || init.server_name.empty()) {
        throw BusRefused("bus init needs a folder and a name for the server");
    }
    check_tls_files(init);
    const auto folder = fs::absolute(init.directory).lexically_normal();
    const auto files = files_of(init, folder, now);
    refuse_existing(files);
    make_private_folder(folder);
    for (const auto* const name : {"creds", "offline", "jwt"}) {
        make_private_folder(folder / name);
    }
    std::vector<std::string> written;
    try {
        for (const auto& file : files) {
            write_new(file);
            written.push_back(file.path);
        }
    } catch (const BusRefused&) {
        // Half a set of keys is of no use and would stand in the way of the next try.
        for (const auto& path : written) {
            ::unlink(path.c_str());
        }
        throw;
    }
    return written;
}

}  // namespace lumos::bus
