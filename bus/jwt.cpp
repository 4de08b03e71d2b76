#include "bus/jwt.h"

#include "bus/error.h"
#include "bus/nkeys.h"

#include <boost/json.hpp>
#include <sodium.h>

namespace lumos::bus {

namespace {

namespace json = boost::json;

constexpr int kVariant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
constexpr std::int64_t kUnlimited = -1;

const unsigned char* raw(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

std::string base64url(std::string_view bytes) {
    std::string text(sodium_base64_encoded_len(bytes.size(), kVariant), '\0');
    sodium_bin2base64(text.data(), text.size(), raw(bytes), bytes.size(), kVariant);
    text.resize(text.size() - 1);  // libsodium ends it with a zero.
    return text;
}

std::optional<std::string> from_base64url(std::string_view text) {
    std::string bytes(text.size(), '\0');
    std::size_t size = 0;
    const int failed = sodium_base642bin(
        reinterpret_cast<unsigned char*>(bytes.data()),
        bytes.size(),
        text.data(),
        text.size(),
        nullptr,
        &size,
        nullptr,
        kVariant);
    if (failed != 0) {
        return std::nullopt;
    }
    bytes.resize(size);
    return bytes;
}

std::int64_t unix_seconds(Time time) {
    return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
}

// NATS does not look at the id; it has to differ between two JWTs of one name.
std::string id_of(const json::object& claims) {
    const auto text = json::serialize(claims);
    std::vector<unsigned char> hash(crypto_hash_sha256_BYTES);
    crypto_hash_sha256(hash.data(), raw(text), text.size());
    return base32(hash);
}

std::string seal(json::object claims, const KeyPair& key) {
    claims["jti"] = id_of(claims);
    const auto header = json::serialize(json::object{{"typ", "JWT"}, {"alg", "ed25519-nkey"}});
    const auto signed_part = base64url(header) + "." + base64url(json::serialize(claims));
    return signed_part + "." + base64url(sign(key.seed, signed_part));
}

json::object claims_for(
    std::string_view name, std::string_view subject, const KeyPair& issuer, Time issued_at) {
    return {
        {"iat", unix_seconds(issued_at)},
        {"iss", issuer.public_key},
        {"name", name},
        {"sub", subject},
    };
}

json::array texts(const std::vector<std::string>& values) {
    return json::array(values.begin(), values.end());
}

json::object account_limits(bool jetstream) {
    json::object limits{
        {"subs", kUnlimited},
        {"data", kUnlimited},
        {"payload", kUnlimited},
        {"imports", kUnlimited},
        {"exports", kUnlimited},
        {"wildcards", true},
        {"conn", kUnlimited},
        {"leaf", kUnlimited},
    };
    if (jetstream) {
        for (const std::string_view key :
             {"mem_storage", "disk_storage", "streams", "consumer", "max_ack_pending"}) {
            limits[key] = kUnlimited;
        }
    }
    return limits;
}

json::array exports_of(const AccountClaims& claims) {
    json::array exports;
    for (const auto& one : claims.exports) {
        json::object entry{{"name", one.name}, {"subject", one.subject}, {"type", "stream"}};
        if (one.account_token_position) {
            entry["account_token_position"] = *one.account_token_position;
        }
        exports.push_back(std::move(entry));
    }
    return exports;
}

json::array imports_of(const AccountClaims& claims) {
    json::array imports;
    for (const auto& one : claims.imports) {
        imports.push_back(json::object{
            {"name", one.name},
            {"subject", one.subject},
            {"account", one.account},
            {"local_subject", one.local_subject},
            {"type", "stream"}});
    }
    return imports;
}

json::object rights_of(const Permissions& permissions) {
    json::object rights{
        {"pub", json::object{{"allow", texts(permissions.publish_allow)}}},
        {"sub", json::object{{"allow", texts(permissions.subscribe_allow)}}},
        // Whoever does not say "unlimited" has none at all.
        {"subs", permissions.subscriptions_max},
        {"data", kUnlimited},
        {"payload", permissions.payload_max},
    };
    if (permissions.answers) {
        rights["resp"] = json::object{{"max", 1}, {"ttl", 0}};
    }
    if (!permissions.connection_types.empty()) {
        rights["allowed_connection_types"] = texts(permissions.connection_types);
    }
    return rights;
}

json::array keys_of(const AccountClaims& claims) {
    auto keys = texts(claims.signing_keys);
    for (const auto& scoped : claims.scoped_keys) {
        keys.push_back(json::object{
            {"kind", "user_scope"},
            {"key", scoped.public_key},
            {"role", scoped.role},
            {"template", rights_of(scoped.permissions)}});
    }
    return keys;
}

}  // namespace

std::string mint_operator(const OperatorClaims& claims, const KeyPair& key, Time issued_at) {
    auto body = claims_for(claims.name, key.public_key, key, issued_at);
    json::object nats{
        {"system_account", claims.system_account}, {"type", "operator"}, {"version", 2}};
    if (!claims.signing_keys.empty()) {
        nats["signing_keys"] = texts(claims.signing_keys);
    }
    body["nats"] = std::move(nats);
    return seal(std::move(body), key);
}

std::string mint_account(const AccountClaims& claims, const KeyPair& operator_key, Time issued_at) {
    auto body = claims_for(claims.name, claims.public_key, operator_key, issued_at);
    json::object nats{
        {"limits", account_limits(claims.jetstream)}, {"type", "account"}, {"version", 2}};
    if (auto keys = keys_of(claims); !keys.empty()) {
        nats["signing_keys"] = std::move(keys);
    }
    if (!claims.exports.empty()) {
        nats["exports"] = exports_of(claims);
    }
    if (!claims.imports.empty()) {
        nats["imports"] = imports_of(claims);
    }
    body["nats"] = std::move(nats);
    return seal(std::move(body), operator_key);
}

std::string mint_user(const UserClaims& claims, const KeyPair& signing_key, Time issued_at) {
    if (!decode_public(KeyKind::User, claims.public_key)) {
        throw BusRefused("the key of user " + claims.name + " is no user's key (U…)");
    }
    if (signing_key.kind != KeyKind::Account) {
        throw BusRefused("users are signed by an account's key (SA…)");
    }
    auto body = claims_for(claims.name, claims.public_key, signing_key, issued_at);
    if (claims.expires) {
        body["exp"] = unix_seconds(*claims.expires);
    }
    // NATS refuses a user that says anything of its rights where the signing key says them.
    auto nats = claims.permissions ? rights_of(*claims.permissions) : json::object();
    nats["type"] = "user";
    if (!claims.tags.empty()) {
        nats["tags"] = texts(claims.tags);
    }
    nats["version"] = 2;
    if (claims.issuer_account != signing_key.public_key) {
        nats["issuer_account"] = claims.issuer_account;
    }
    body["nats"] = std::move(nats);
    return seal(std::move(body), signing_key);
}

std::string sign_anew(json::object claims, const KeyPair& operator_key, Time issued_at) {
    claims["iat"] = unix_seconds(issued_at);
    claims["iss"] = operator_key.public_key;
    claims.erase("jti");
    return seal(std::move(claims), operator_key);
}

std::optional<json::object> claims_of(std::string_view jwt) {
    const auto first = jwt.find('.');
    const auto second = first == std::string_view::npos ? first : jwt.find('.', first + 1);
    if (second == std::string_view::npos) {
        return std::nullopt;
    }
    const auto text = from_base64url(jwt.substr(first + 1, second - first - 1));
    if (!text) {
        return std::nullopt;
    }
    boost::system::error_code problem;
    auto value = json::parse(*text, problem);
    if (problem || !value.is_object()) {
        return std::nullopt;
    }
    return std::move(value.get_object());
}

bool is_signed_by(std::string_view jwt, KeyKind kind, std::string_view public_key) {
    const auto last = jwt.rfind('.');
    const auto key = decode_public(kind, public_key);
    if (last == std::string_view::npos || !key) {
        return false;
    }
    const auto signature = from_base64url(jwt.substr(last + 1));
    return signature && verifies(*key, jwt.substr(0, last), *signature);
}

}  // namespace lumos::bus
