#pragma once
// Keys as NATS writes them: a prefix, 32 bytes and a checksum in base32. For bus/ and its tests.
// Pure but for random_seed; safe from any thread.

#include "bus/identity.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lumos::bus {

inline constexpr std::size_t kKeyBytes = 32;
using KeyBytes = std::array<unsigned char, kKeyBytes>;

// RFC 4648, upper case, without padding.
[[nodiscard]] std::string base32(const std::vector<unsigned char>& bytes);
[[nodiscard]] std::optional<std::vector<unsigned char>> base32_bytes(std::string_view text);

// CRC-16/XMODEM.
[[nodiscard]] std::uint16_t crc16(const std::vector<unsigned char>& bytes);

[[nodiscard]] std::string encode_public(KeyKind kind, const KeyBytes& key);
[[nodiscard]] std::string encode_seed(KeyKind kind, const KeyBytes& seed);

struct Seed {
    KeyKind kind = KeyKind::User;
    KeyBytes bytes{};
};
// Nothing where the text is no seed: wrong alphabet, length, prefix or checksum.
[[nodiscard]] std::optional<Seed> decode_seed(std::string_view text);
[[nodiscard]] std::optional<KeyBytes> decode_public(KeyKind kind, std::string_view text);

// The Ed25519 signature of `text`, raw. Throws BusRefused on a seed that is none.
[[nodiscard]] std::string sign(std::string_view seed, std::string_view text);
[[nodiscard]] bool verifies(
    const KeyBytes& public_key, std::string_view text, std::string_view signature);

}  // namespace lumos::bus
