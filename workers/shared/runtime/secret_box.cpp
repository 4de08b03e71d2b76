#include "workers/shared/runtime/secret_box.h"

#include "workers/shared/runtime/errors.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <set>

namespace lumos::runtime {
namespace {

constexpr std::size_t kKeyBytes = crypto_aead_xchacha20poly1305_ietf_KEYBYTES;
constexpr std::size_t kNonceBytes = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t kTagBytes = crypto_aead_xchacha20poly1305_ietf_ABYTES;
constexpr std::size_t kRingBytesMax = 64 * 1024;

const unsigned char* bytes_of(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

unsigned char* bytes_of(std::string& text) {
    return reinterpret_cast<unsigned char*>(text.data());
}

void start_sodium() {
    ensure(sodium_init() >= 0, "libsodium can be initialised");
}

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view kSpaces = " \t\r";
    const auto first = text.find_first_not_of(kSpaces);
    return first == std::string_view::npos
               ? std::string_view{}
               : text.substr(first, text.find_last_not_of(kSpaces) - first + 1);
}

bool is_key_id(std::string_view id) {
    return !id.empty() && id.size() <= 63 && std::all_of(id.begin(), id.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '-' || c == '_' || c == '.';
    });
}

std::string decode_key(std::string_view base64, std::size_t line) {
    std::string key(kKeyBytes, '\0');
    std::size_t length = 0;
    const auto result = sodium_base642bin(
        bytes_of(key),
        key.size(),
        base64.data(),
        base64.size(),
        nullptr,
        &length,
        nullptr,
        sodium_base64_VARIANT_ORIGINAL);
    if (result != 0 || length != kKeyBytes) {
        throw UsageError(fmt::format(
            "line {}: the key is not 32 bytes in base64; make one with: openssl rand -base64 32",
            line));
    }
    return key;
}

// Closes the descriptor with its scope.
class File {
public:
    explicit File(const std::string& path)
        : descriptor_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {}
    ~File() {
        if (descriptor_ >= 0) {
            ::close(descriptor_);
        }
    }
    File(const File&) = delete;
    File& operator=(const File&) = delete;
    [[nodiscard]] int descriptor() const { return descriptor_; }

private:
    int descriptor_;
};

Secret read_private(const std::string& path) {
    const File file(path);
    struct stat status {};
    if (file.descriptor() < 0 || ::fstat(file.descriptor(), &status) != 0) {
        throw UsageError(fmt::format("{}: cannot be read: {}", path, std::strerror(errno)));
    }
    if ((status.st_mode & 0077) != 0) {
        throw UsageError(fmt::format(
            "{}: may be read by others (mode {:04o}); run: chmod 0600 {}",
            path,
            status.st_mode & 07777,
            path));
    }
    std::string text(kRingBytesMax + 1, '\0');
    std::size_t length = 0;
    for (ssize_t got = 1; got != 0 && length < text.size();
         length += static_cast<std::size_t>(got)) {
        got = ::read(file.descriptor(), text.data() + length, text.size() - length);
        if (got < 0) {
            throw UsageError(fmt::format("{}: cannot be read: {}", path, std::strerror(errno)));
        }
    }
    if (length > kRingBytesMax) {
        throw UsageError(fmt::format("{}: is larger than a key ring can be (64 KiB)", path));
    }
    text.resize(length);
    return Secret(std::move(text));
}

}  // namespace

KeyRing KeyRing::from_file(const std::string& path) {
    const auto text = read_private(path);
    try {
        return from_text(text.reveal());
    } catch (const UsageError& error) {
        throw UsageError(fmt::format("{}: {}", path, error.what()));
    }
}

KeyRing KeyRing::from_text(std::string_view text) {
    start_sodium();
    KeyRing ring;
    std::set<std::string, std::less<>> ids;
    for (std::size_t line = 1; !text.empty(); ++line) {
        const auto end = std::min(text.find('\n'), text.size());
        const auto entry = trimmed(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
        if (entry.empty() || entry.front() == '#') {
            continue;
        }
        const auto colon = entry.find(':');
        const auto id = entry.substr(0, colon);
        if (colon == std::string_view::npos || !is_key_id(id)) {
            throw UsageError(fmt::format("line {}: is not of the form id:base64", line));
        }
        if (!ids.emplace(id).second) {
            throw UsageError(fmt::format("line {}: key {} stands there twice", line, id));
        }
        ring.keys_.push_back({std::string(id), Secret(decode_key(entry.substr(colon + 1), line))});
    }
    if (ring.keys_.empty()) {
        throw UsageError(
            "the key ring has no key; write a line id:base64, the base64 from: openssl rand "
            "-base64 32");
    }
    return ring;
}

SealedSecret KeyRing::seal(const Secret& secret, std::string_view context) const {
    ensure(!keys_.empty(), "a key ring has a key");
    const auto& key = keys_.front();
    const auto& plain = secret.reveal();
    std::string box(kNonceBytes + plain.size() + kTagBytes, '\0');
    randombytes_buf(box.data(), kNonceBytes);
    crypto_aead_xchacha20poly1305_ietf_encrypt(
        bytes_of(box) + kNonceBytes,
        nullptr,
        bytes_of(plain),
        plain.size(),
        bytes_of(context),
        context.size(),
        nullptr,
        bytes_of(box),
        bytes_of(key.bytes.reveal()));
    return {key.id, std::move(box)};
}

Secret KeyRing::open(const SealedSecret& sealed, std::string_view context) const {
    const auto key = std::find_if(keys_.begin(), keys_.end(), [&](const Key& candidate) {
        return candidate.id == sealed.key_id;
    });
    if (key == keys_.end()) {
        throw Permanent(fmt::format(
            "{} is encrypted with key {}, which the key ring does not contain",
            context,
            sealed.key_id));
    }
    const std::string_view box = sealed.box;
    const auto broken = [&] {
        return Permanent(fmt::format(
            "{} does not open with key {}: it was changed, moved from another row, or the key is "
            "another one of the same id",
            context,
            sealed.key_id));
    };
    if (box.size() < kNonceBytes + kTagBytes) {
        throw broken();
    }
    std::string plain(box.size() - kNonceBytes - kTagBytes, '\0');
    const auto result = crypto_aead_xchacha20poly1305_ietf_decrypt(
        bytes_of(plain),
        nullptr,
        nullptr,
        bytes_of(box) + kNonceBytes,
        box.size() - kNonceBytes,
        bytes_of(context),
        context.size(),
        bytes_of(box),
        bytes_of(key->bytes.reveal()));
    if (result != 0) {
        throw broken();
    }
    return Secret(std::move(plain));
}

std::string new_key_line(std::string_view id) {
    start_sodium();
    if (!is_key_id(id)) {
        throw UsageError(
            fmt::format("key id {} is not made of letters, digits, '-', '_' and '.'", id));
    }
    std::array<unsigned char, kKeyBytes> key{};
    randombytes_buf(key.data(), key.size());
    std::array<char, sodium_base64_ENCODED_LEN(kKeyBytes, sodium_base64_VARIANT_ORIGINAL)> text{};
    sodium_bin2base64(
        text.data(), text.size(), key.data(), key.size(), sodium_base64_VARIANT_ORIGINAL);
    sodium_memzero(key.data(), key.size());
    return fmt::format("{}:{}", id, text.data());
}

}  // namespace lumos::runtime
