#pragma once
// Claims of operator mode, signed: what NATS believes about an operator, its accounts and their
// users. For bus/ and its tests. Pure; safe from any thread.

#include "bus/identity.h"
#include "schemas/time.h"

#include <boost/json/fwd.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lumos::bus {

struct OperatorClaims {
    std::string name;
    std::string system_account;
    std::vector<std::string> signing_keys = {};
};
[[nodiscard]] std::string mint_operator(
    const OperatorClaims& claims, const KeyPair& key, Time issued_at);

struct StreamExport {
    std::string name;
    std::string subject;
    // Which token of the subject names the account that may import it; nothing: all may import all
    // of it.
    std::optional<int> account_token_position;
};
struct StreamImport {
    std::string name;
    std::string account;
    std::string subject;
    std::string local_subject;
};
// A signing key that mints users with these rights, and no others.
struct ScopedKey {
    std::string public_key;
    std::string role;
    Permissions permissions;
};
struct AccountClaims {
    std::string name;
    std::string public_key;
    std::vector<std::string> signing_keys;
    std::vector<ScopedKey> scoped_keys = {};
    std::vector<StreamExport> exports;
    std::vector<StreamImport> imports;
    bool jetstream = false;
};
[[nodiscard]] std::string mint_account(
    const AccountClaims& claims, const KeyPair& operator_key, Time issued_at);

// Claims that were read and changed, issued again by another key of the same operator.
[[nodiscard]] std::string sign_anew(
    boost::json::object claims, const KeyPair& operator_key, Time issued_at);

// The claims of a JWT, its signature unchecked. Nothing where the text is no JWT.
[[nodiscard]] std::optional<boost::json::object> claims_of(std::string_view jwt);
// Signed by the key that it names as its issuer.
[[nodiscard]] bool is_signed_by(std::string_view jwt, KeyKind kind, std::string_view public_key);

}  // namespace lumos::bus
