#pragma once
// Who may connect, in NATS's operator mode: nkeys and JWTs, minted with libsodium, and the files of
// `lumosctl bus init`. Pure but for the files that are written; safe from any thread.

#include "bus/permissions.h"
#include "schemas/time.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lumos::bus {

enum class KeyKind { Operator, Account, User };

// An Ed25519 key pair as NATS writes it. The seed is a secret: it leaves only into files with mode
// 0600.
struct KeyPair {
    KeyKind kind = KeyKind::User;
    std::string public_key;  // O…, A…, U…
    std::string seed;        // SO…, SA…, SU…
};
[[nodiscard]] KeyPair new_key_pair(KeyKind kind);
// Throws BusRefused on a seed that is none.
[[nodiscard]] KeyPair key_pair_of_seed(std::string_view seed);

// A user's JWT, signed by an account's signing key.
struct UserClaims {
    std::string name;  // "<account>.<server>" of an agent, the kind of a process otherwise.
    std::string public_key;
    std::string issuer_account;  // The account's own key (A…), where a signing key signs.
    std::optional<Permissions> permissions;  // Nothing: those of the key that signs.
    std::vector<std::string> tags = {};      // "account:acme": for {{tag(account)}} in them.
    std::optional<Time> expires;
};
[[nodiscard]] std::string mint_user(
    const UserClaims& claims, const KeyPair& signing_key, Time issued_at);

// The text of a credentials file.
[[nodiscard]] std::string credentials(std::string_view jwt, std::string_view seed);
// The name inside a credentials file's JWT: an agent learns from it who it is. Nothing where it is
// none.
[[nodiscard]] std::optional<std::string> name_in_credentials(std::string_view file);

// Their public key (U…).
[[nodiscard]] std::optional<std::string> key_in_credentials(std::string_view file);

// U… with the right length and checksum.
[[nodiscard]] bool is_user_key(std::string_view text);

// What stands after "<key>:" on a line of its own, without blanks around it.
[[nodiscard]] std::optional<std::string> line_value(std::string_view text, std::string_view key);

// What `signing.key` and `offline/processes.key` hold: a signing seed of the account, and the
// account it signs for. Lines `mints: agents` or `processes`, `seed: SA…`, `account: A…`; in
// `signing.key` also `subscribers: SA…`, which signs subscribers only. They must not be taken for
// each other: what says nothing of its rights would have all of them, signed by the processes' key.
enum class Mints { Agents, Processes };
struct SigningKey {
    KeyPair key;
    std::string account;
    Mints mints = Mints::Agents;
    std::optional<KeyPair> subscribers = {};
};
[[nodiscard]] SigningKey read_signing_key(const std::string& path);

struct Credentials {
    std::string text;  // Of the credentials file.
    std::string public_key;
};
// An agent's, with the key that mints agents only: what they allow stands with that key, in the
// account's JWT. Throws BusRefused on the other key, as mint_process does.
[[nodiscard]] Credentials mint_agent(
    std::string_view account,
    std::string_view server,
    const SigningKey& signing_key,
    Time issued_at);
// A subscriber's, with the key that mints subscribers only. Throws BusRefused where there is none.
[[nodiscard]] Credentials mint_subscriber(
    std::string_view account,
    std::string_view subscriber,
    const SigningKey& signing_key,
    Time issued_at);
// A process's, with the rights of its kind.
[[nodiscard]] Credentials mint_process(
    const Kind& kind, const SigningKey& signing_key, Time issued_at);

struct BusInit {
    std::string directory;
    std::string listen = "127.0.0.1:4222";
    std::optional<std::string> websocket;  // host:port
    std::string store;                     // JetStream's; default <directory>/store
    std::string server_name = "lumos-1";
    // PEM files of the server's certificate (its chain after it) and key, of both listeners. Both
    // or neither; without them connections are in the clear.
    std::string tls_certificate;
    std::string tls_key;
};
// Writes nats.conf, creds/<process>.creds, signing.key, revoker.key, offline/. Throws BusRefused
// where something is there already: it never overwrites. Returns the paths that it wrote.
std::vector<std::string> init_bus(const BusInit& init, Time now);

}  // namespace lumos::bus
