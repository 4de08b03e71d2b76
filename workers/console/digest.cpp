#include "workers/console/digest.h"

#include <sodium.h>

namespace lumos::console {

std::string digest(std::string_view text) {
    std::string hash(crypto_generichash_BYTES, '\0');
    crypto_generichash(
        reinterpret_cast<unsigned char*>(hash.data()),
        hash.size(),
        reinterpret_cast<const unsigned char*>(text.data()),
        text.size(),
        nullptr,
        0);
    return hash;
}

}  // namespace lumos::console
