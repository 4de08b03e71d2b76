#include "bus/identity.h"

#include "bus/error.h"
#include "bus/jwt.h"
#include "bus/nkeys.h"
#include "schemas/subjects.h"

#include <boost/json.hpp>

#include <fstream>
#include <iterator>

namespace lumos::bus {

namespace {

constexpr std::string_view kJwtBegin = "-----BEGIN NATS USER JWT-----\n";
constexpr std::string_view kJwtEnd = "------END NATS USER JWT------\n";
constexpr std::string_view kSeedBegin = "-----BEGIN USER NKEY SEED-----\n";
constexpr std::string_view kSeedEnd = "------END USER NKEY SEED------\n";

std::string_view trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(" \t\r\n");
    if (first == std::string_view::npos) {
        return {};
    }
    return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

// What the claims lack is a key of its own.
Credentials mint(UserClaims claims, const KeyPair& signer, Time issued_at) {
    const auto key = new_key_pair(KeyKind::User);
    claims.public_key = key.public_key;
    return {credentials(mint_user(claims, signer, issued_at), key.seed), key.public_key};
}

UserClaims claims_of_user(std::string name, const SigningKey& signing_key) {
    UserClaims claims;
    claims.name = std::move(name);
    claims.issuer_account = signing_key.account;
    return claims;
}

// A claim of the JWT in a credentials file.
std::optional<std::string> claim_in(std::string_view file, std::string_view key) {
    const auto begin = file.find(kJwtBegin);
    if (begin == std::string_view::npos) {
        return std::nullopt;
    }
    const auto start = begin + kJwtBegin.size();
    const auto end = file.find("---", start);
    const auto claims = claims_of(trimmed(file.substr(start, end - start)));
    if (!claims) {
        return std::nullopt;
    }
    const auto* claim = claims->if_contains(key);
    if (claim == nullptr || !claim->is_string() || claim->get_string().empty()) {
        return std::nullopt;
    }
    return std::string(claim->get_string());
}

std::optional<Mints> mints_of(std::string_view text) {
    if (text == "agents") {
        return Mints::Agents;
    }
    return text == "processes" ? std::optional(Mints::Processes) : std::nullopt;
}

void require(const SigningKey& key, Mints mints, std::string_view file) {
    if (key.mints != mints) {
        throw BusRefused(
            "that signing key mints others; the one that is meant here is " + std::string(file) +
            " of lumosctl bus init");
    }
}

}  // namespace

std::optional<std::string> line_value(std::string_view text, std::string_view key) {
    while (!text.empty()) {
        const auto end = text.find('\n');
        const auto line = trimmed(text.substr(0, end));
        if (line.starts_with(key) && line.substr(key.size()).starts_with(":")) {
            return std::string(trimmed(line.substr(key.size() + 1)));
        }
        if (end == std::string_view::npos) {
            return std::nullopt;
        }
        text.remove_prefix(end + 1);
    }
    return std::nullopt;
}

std::string credentials(std::string_view jwt, std::string_view seed) {
    std::string text(kJwtBegin);
    text.append(jwt).append("\n").append(kJwtEnd);
    text.append("\nThe seed below is a secret: whoever has it can be this user.\n\n");
    text.append(kSeedBegin).append(seed).append("\n").append(kSeedEnd);
    return text;
}

std::optional<std::string> name_in_credentials(std::string_view file) {
    return claim_in(file, "name");
}

std::optional<std::string> key_in_credentials(std::string_view file) {
    return claim_in(file, "sub");
}

bool is_user_key(std::string_view text) {
    return decode_public(KeyKind::User, text).has_value();
}

SigningKey read_signing_key(const std::string& path) {
    std::ifstream file(path);
    const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    const auto seed = line_value(text, "seed");
    const auto account = line_value(text, "account");
    const auto mints = mints_of(line_value(text, "mints").value_or(""));
    if (!file || !seed || !account || !mints) {
        throw BusRefused(
            path +
            " cannot be read as a signing key: it needs the lines `mints: agents`, `seed: SA…` and "
            "`account: A…` that `lumosctl bus init` writes");
    }
    SigningKey key{key_pair_of_seed(*seed), *account, *mints};
    if (key.key.kind != KeyKind::Account || !decode_public(KeyKind::Account, key.account)) {
        throw BusRefused(path + " holds no account's signing key (seed SA…, account A…)");
    }
    if (const auto subscribers = line_value(text, "subscribers")) {
        key.subscribers = key_pair_of_seed(*subscribers);
        if (key.subscribers->kind != KeyKind::Account) {
            throw BusRefused(path + " holds no signing key for subscribers (subscribers SA…)");
        }
    }
    return key;
}

Credentials mint_agent(
    std::string_view account,
    std::string_view server,
    const SigningKey& signing_key,
    Time issued_at) {
    if (!schemas::is_slug(account) || !schemas::is_slug(server)) {
        throw BusRefused("an agent's account and server are slugs ([a-z0-9-], at most 63)");
    }
    require(signing_key, Mints::Agents, "signing.key");
    return mint(
        claims_of_user(std::string(account) + "." + std::string(server), signing_key),
        signing_key.key,
        issued_at);
}

Credentials mint_subscriber(
    std::string_view account,
    std::string_view subscriber,
    const SigningKey& signing_key,
    Time issued_at) {
    if (!schemas::is_slug(account) || !schemas::is_slug(subscriber)) {
        throw BusRefused("a subscriber's account and name are slugs ([a-z0-9-], at most 63)");
    }
    if (!signing_key.subscribers) {
        throw BusRefused("this signing key signs no subscribers: its file has no line subscribers");
    }
    const auto name = subscriber_name(account, subscriber);
    auto claims = claims_of_user(name, signing_key);
    claims.tags = {
        "account:" + std::string(account),
        "consumer:" + std::string(kSubscriberConsumer) + name,
        "inbox:" + inbox_prefix(name)};
    return mint(std::move(claims), *signing_key.subscribers, issued_at);
}

Credentials mint_process(const Kind& kind, const SigningKey& signing_key, Time issued_at) {
    require(signing_key, Mints::Processes, "offline/processes.key");
    auto claims = claims_of_user(std::string(kind.name), signing_key);
    claims.permissions = kind.permissions;
    return mint(std::move(claims), signing_key.key, issued_at);
}

}  // namespace lumos::bus
