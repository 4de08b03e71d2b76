#include "workers/notifier/signature.h"

#include <sodium.h>

#include <array>
#include <vector>

namespace lumos::notifier {

namespace {

constexpr std::string_view kPrefix = "whsec_";

// A key's bytes, wiped when they are no longer needed.
class Key {
public:
    explicit Key(std::size_t bytes) : bytes_(bytes) {}
    ~Key() { sodium_memzero(bytes_.data(), bytes_.size()); }
    Key(const Key&) = delete;
    Key& operator=(const Key&) = delete;

    std::vector<unsigned char> bytes_;
};

const unsigned char* bytes_of(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

bool decode(std::string_view base64, Key& key, std::size_t& length) {
    const char* end = nullptr;
    return sodium_base642bin(
               key.bytes_.data(),
               key.bytes_.size(),
               base64.data(),
               base64.size(),
               nullptr,
               &length,
               &end,
               sodium_base64_VARIANT_ORIGINAL) == 0 &&
           end == base64.data() + base64.size() && length > 0;
}

std::optional<std::string> sign_with(std::string_view secret, std::string_view signed_text) {
    if (!secret.starts_with(kPrefix)) {
        return std::nullopt;
    }
    secret.remove_prefix(kPrefix.size());
    Key key(secret.size() + 1);
    std::size_t length = 0;
    if (!decode(secret, key, length)) {
        return std::nullopt;
    }
    crypto_auth_hmacsha256_state state;
    std::array<unsigned char, crypto_auth_hmacsha256_BYTES> mac{};
    crypto_auth_hmacsha256_init(&state, key.bytes_.data(), length);
    crypto_auth_hmacsha256_update(&state, bytes_of(signed_text), signed_text.size());
    crypto_auth_hmacsha256_final(&state, mac.data());
    std::array<
        char,
        sodium_base64_ENCODED_LEN(crypto_auth_hmacsha256_BYTES, sodium_base64_VARIANT_ORIGINAL)>
        text{};
    sodium_bin2base64(
        text.data(), text.size(), mac.data(), mac.size(), sodium_base64_VARIANT_ORIGINAL);
    return "v1," + std::string(text.data());
}

}  // namespace

std::optional<std::string> sign_webhook(
    const runtime::Secret& secrets,
    std::string_view id,
    std::int64_t unix_seconds,
    std::string_view body) {
    if (id.find('.') != std::string_view::npos) {
        return std::nullopt;
    }
    std::string signed_text(id);
    signed_text += "." + std::to_string(unix_seconds) + ".";
    signed_text += body;
    std::string header;
    std::string_view left = secrets.reveal();
    while (!left.empty()) {
        const auto end = std::min(left.find(' '), left.size());
        if (end > 0) {
            const auto signature = sign_with(left.substr(0, end), signed_text);
            if (!signature) {
                return std::nullopt;
            }
            header += (header.empty() ? "" : " ") + *signature;
        }
        left.remove_prefix(std::min(end + 1, left.size()));
    }
    return header.empty() ? std::nullopt : std::optional(header);
}

}  // namespace lumos::notifier
