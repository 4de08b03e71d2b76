#include "bus/nkeys.h"

#include "bus/error.h"

#include <sodium.h>

#include <algorithm>

namespace lumos::bus {

namespace {

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

// A prefix is chosen so that its first base32 letter is the kind's: five bits, in the upper part of
// a byte.
constexpr unsigned kSeedPrefix = 18U << 3U;  // S

unsigned prefix_of(KeyKind kind) {
    switch (kind) {
        case KeyKind::Operator:
            return 14U << 3U;  // O
        case KeyKind::Account:
            return 0U;  // A
        case KeyKind::User:
            return 20U << 3U;  // U
    }
    return 0U;
}

std::optional<KeyKind> kind_of(unsigned prefix) {
    for (const auto kind : {KeyKind::Operator, KeyKind::Account, KeyKind::User}) {
        if (prefix_of(kind) == prefix) {
            return kind;
        }
    }
    return std::nullopt;
}

void append_checksum(std::vector<unsigned char>& bytes) {
    const unsigned checksum = crc16(bytes);
    bytes.push_back(static_cast<unsigned char>(checksum & 0xFFU));
    bytes.push_back(static_cast<unsigned char>(checksum >> 8U));
}

// What stands before the checksum, where that is right.
std::optional<std::vector<unsigned char>> checked_bytes(std::string_view text) {
    auto bytes = base32_bytes(text);
    if (!bytes || bytes->size() < 3) {
        return std::nullopt;
    }
    const auto low = static_cast<unsigned>((*bytes)[bytes->size() - 2]);
    const auto high = static_cast<unsigned>(bytes->back());
    bytes->resize(bytes->size() - 2);
    if (crc16(*bytes) != (high << 8U | low)) {
        return std::nullopt;
    }
    return bytes;
}

const unsigned char* bytes_of_key(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

// Wiped when it goes.
struct SecretKey {
    std::array<unsigned char, crypto_sign_SECRETKEYBYTES> secret{};
    KeyBytes open{};
    SecretKey() = default;
    ~SecretKey() { sodium_memzero(secret.data(), secret.size()); }
    SecretKey(const SecretKey&) = delete;
    SecretKey& operator=(const SecretKey&) = delete;
};

void fill(SecretKey& key, const KeyBytes& seed) {
    crypto_sign_seed_keypair(key.open.data(), key.secret.data(), seed.data());
}

Seed required_seed(std::string_view text) {
    const auto seed = decode_seed(text);
    if (!seed) {
        throw BusRefused("this is no NATS seed (it begins with SO, SA or SU)");
    }
    return *seed;
}

void start_sodium() {
    if (sodium_init() < 0) {
        throw BusRefused("libsodium does not start");
    }
}

}  // namespace

std::string base32(const std::vector<unsigned char>& bytes) {
    std::string text;
    unsigned held = 0;
    unsigned bits = 0;
    for (const auto byte : bytes) {
        held = held << 8U | byte;
        bits += 8;
        while (bits >= 5) {
            bits -= 5;
            text += kAlphabet[held >> bits & 31U];
        }
    }
    if (bits > 0) {
        text += kAlphabet[held << (5 - bits) & 31U];
    }
    return text;
}

std::optional<std::vector<unsigned char>> base32_bytes(std::string_view text) {
    std::vector<unsigned char> bytes;
    unsigned held = 0;
    unsigned bits = 0;
    for (const char letter : text) {
        const auto value = kAlphabet.find(letter);
        if (value == std::string_view::npos) {
            return std::nullopt;
        }
        held = held << 5U | static_cast<unsigned>(value);
        bits += 5;
        if (bits >= 8) {
            bits -= 8;
            bytes.push_back(static_cast<unsigned char>(held >> bits & 255U));
        }
    }
    return bytes;
}

std::uint16_t crc16(const std::vector<unsigned char>& bytes) {
    unsigned crc = 0;
    for (const auto byte : bytes) {
        crc ^= static_cast<unsigned>(byte) << 8U;
        for (int bit = 0; bit < 8; ++bit) {
            crc = (crc & 0x8000U) != 0 ? crc << 1U ^ 0x1021U : crc << 1U;
        }
    }
    return static_cast<std::uint16_t>(crc & 0xFFFFU);
}

std::string encode_public(KeyKind kind, const KeyBytes& key) {
    std::vector<unsigned char> bytes{static_cast<unsigned char>(prefix_of(kind))};
    bytes.insert(bytes.end(), key.begin(), key.end());
    append_checksum(bytes);
    return base32(bytes);
}

std::string encode_seed(KeyKind kind, const KeyBytes& seed) {
    // Two prefixes of five bits, so that a seed begins with S and the kind's letter.
    const unsigned prefix = prefix_of(kind);
    std::vector<unsigned char> bytes{
        static_cast<unsigned char>(kSeedPrefix | prefix >> 5U),
        static_cast<unsigned char>((prefix & 31U) << 3U)};
    bytes.insert(bytes.end(), seed.begin(), seed.end());
    append_checksum(bytes);
    return base32(bytes);
}

std::optional<Seed> decode_seed(std::string_view text) {
    const auto bytes = checked_bytes(text);
    if (!bytes || bytes->size() != kKeyBytes + 2) {
        return std::nullopt;
    }
    const unsigned first = (*bytes)[0];
    const unsigned second = (*bytes)[1];
    const auto kind = kind_of((first & 7U) << 5U | second >> 3U);
    if ((first & 248U) != kSeedPrefix || !kind) {
        return std::nullopt;
    }
    Seed seed;
    seed.kind = *kind;
    std::copy(bytes->begin() + 2, bytes->end(), seed.bytes.begin());
    return seed;
}

std::optional<KeyBytes> decode_public(KeyKind kind, std::string_view text) {
    const auto bytes = checked_bytes(text);
    if (!bytes || bytes->size() != kKeyBytes + 1 || bytes->front() != prefix_of(kind)) {
        return std::nullopt;
    }
    KeyBytes key{};
    std::copy(bytes->begin() + 1, bytes->end(), key.begin());
    return key;
}

std::string sign(std::string_view seed, std::string_view text) {
    SecretKey key;
    fill(key, required_seed(seed).bytes);
    std::array<unsigned char, crypto_sign_BYTES> signature{};
    crypto_sign_detached(
        signature.data(), nullptr, bytes_of_key(text), text.size(), key.secret.data());
    return {signature.begin(), signature.end()};
}

bool verifies(const KeyBytes& public_key, std::string_view text, std::string_view signature) {
    return signature.size() == crypto_sign_BYTES &&
           crypto_sign_verify_detached(
               bytes_of_key(signature), bytes_of_key(text), text.size(), public_key.data()) == 0;
}

KeyPair new_key_pair(KeyKind kind) {
    start_sodium();
    KeyBytes bytes{};
    randombytes_buf(bytes.data(), bytes.size());
    const auto pair = key_pair_of_seed(encode_seed(kind, bytes));
    sodium_memzero(bytes.data(), bytes.size());
    return pair;
}

KeyPair key_pair_of_seed(std::string_view seed) {
    start_sodium();
    const auto decoded = required_seed(seed);
    SecretKey key;
    fill(key, decoded.bytes);
    return {decoded.kind, encode_public(decoded.kind, key.open), std::string(seed)};
}

}  // namespace lumos::bus
