#include "workers/shared/runtime/api_token.h"

#include "workers/shared/runtime/errors.h"

#include <sodium.h>

#include <array>

namespace lumos::runtime {

Secret new_api_token() {
    ensure(sodium_init() >= 0, "libsodium starts");
    std::array<unsigned char, 32> bytes{};
    randombytes_buf(bytes.data(), bytes.size());
    std::array<char, sodium_base64_ENCODED_LEN(32, sodium_base64_VARIANT_URLSAFE_NO_PADDING)>
        text{};
    sodium_bin2base64(
        text.data(),
        text.size(),
        bytes.data(),
        bytes.size(),
        sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    return Secret("lumos_" + std::string(text.data()));
}

std::string hash_of_api_token(std::string_view token) {
    ensure(sodium_init() >= 0, "libsodium starts");
    std::string hash(crypto_generichash_BYTES, '\0');
    crypto_generichash(
        reinterpret_cast<unsigned char*>(hash.data()),
        hash.size(),
        reinterpret_cast<const unsigned char*>(token.data()),
        token.size(),
        nullptr,
        0);
    return hash;
}

}  // namespace lumos::runtime
