#include "workers/shared/runtime/ids.h"

#include "workers/shared/runtime/errors.h"
#include "workers/shared/runtime/guarded.h"

#include <sodium.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <span>

namespace lumos::runtime {
namespace {

constexpr std::uint16_t kCounterMax = 0x0fff;

struct UuidState {
    std::int64_t millisecond = -1;
    std::uint16_t counter = 0;
};

void fill_random(std::span<unsigned char> bytes) {
    ensure(sodium_init() >= 0, "libsodium can be initialised");
    randombytes_buf(bytes.data(), bytes.size());
}

// Starts low, so that there is room to count within the millisecond.
std::uint16_t fresh_counter() {
    std::array<unsigned char, 2> random{};
    fill_random(random);
    return static_cast<std::uint16_t>((random[0] << 8 | random[1]) & 0x07ff);
}

UuidState next_state(std::int64_t now_ms) {
    static Guarded<UuidState> shared;
    auto state = shared.lock();
    if (now_ms > state->millisecond) {
        *state = {now_ms, fresh_counter()};
    } else if (state->counter < kCounterMax) {
        ++state->counter;
    } else {
        // The millisecond is full, or the clock went back: the ids run ahead of it.
        *state = {state->millisecond + 1, fresh_counter()};
    }
    return *state;
}

std::string to_hex(std::span<const unsigned char> bytes) {
    static constexpr std::string_view kDigits = "0123456789abcdef";
    std::string text;
    text.reserve(bytes.size() * 2);
    for (const auto byte : bytes) {
        text += kDigits[byte >> 4];
        text += kDigits[byte & 0x0f];
    }
    return text;
}

}  // namespace

std::string new_uuid(Time now) {
    const auto since_epoch = std::chrono::floor<std::chrono::milliseconds>(now.time_since_epoch());
    const auto state = next_state(since_epoch.count());
    std::array<unsigned char, 16> bytes{};
    fill_random(bytes);
    for (std::size_t i = 0; i < 6; ++i) {
        bytes[i] = static_cast<unsigned char>(state.millisecond >> (8 * (5 - i)));
    }
    bytes[6] = static_cast<unsigned char>(0x70 | state.counter >> 8);
    bytes[7] = static_cast<unsigned char>(state.counter & 0xff);
    bytes[8] = static_cast<unsigned char>(0x80 | (bytes[8] & 0x3f));
    auto text = to_hex(bytes);
    for (const std::size_t dash : {20U, 16U, 12U, 8U}) {
        text.insert(dash, 1, '-');
    }
    return text;
}

std::string random_hex(std::size_t bytes) {
    std::string random(bytes, '\0');
    const std::span<unsigned char> view(reinterpret_cast<unsigned char*>(random.data()), bytes);
    fill_random(view);
    return to_hex(view);
}

}  // namespace lumos::runtime
