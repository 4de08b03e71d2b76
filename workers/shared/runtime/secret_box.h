#pragma once
// Secrets at rest: libsodium's XChaCha20-Poly1305 with a ring of keys (lines `id:base64` of 32
// bytes; the first encrypts, all decrypt). The context (e.g. "providers/42/token") is
// authenticated, so that a box moved to another row does not open. Immutable, so safe from any
// thread.

#include "workers/shared/runtime/secret.h"

#include <string>
#include <string_view>
#include <vector>

namespace lumos::runtime {

struct SealedSecret {
    std::string key_id;
    std::string box;  // nonce · ciphertext, raw bytes
};

class KeyRing {
public:
    // Throws UsageError: unreadable, readable by others (mode must be 0600 or stricter), empty,
    // malformed.
    [[nodiscard]] static KeyRing from_file(const std::string& path);
    [[nodiscard]] static KeyRing from_text(std::string_view text);

    [[nodiscard]] SealedSecret seal(const Secret& secret, std::string_view context) const;
    // Throws Permanent: "… is encrypted with key k2, which the key ring does not contain", or it
    // was tampered with.
    [[nodiscard]] Secret open(const SealedSecret& sealed, std::string_view context) const;

private:
    struct Key {
        std::string id;
        Secret bytes;
    };
    std::vector<Key> keys_;
};

// For `secret add` and the quickstart: a new line for the ring.
[[nodiscard]] std::string new_key_line(std::string_view id);

}  // namespace lumos::runtime
