#pragma once
// Where and when to try the next connect. Pure but for its own memory; not thread-safe.

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace lumos::bus {

// "nats://a:4222, tls://b:4222": without blanks. Throws BusRefused where one is empty or has an
// unknown scheme.
[[nodiscard]] std::vector<std::string> split_urls(std::string_view urls);

// The host of "scheme://[user@]host[:port]", an IPv6 address without its brackets.
[[nodiscard]] std::string host_of(std::string_view url);

// The wait after the n-th round of failures (1 = right after the loss): doubling from `first` up to
// `most`, of that a random share between a half and all, so that a fleet does not come back in one
// instant. `random` is in [0, 1).
[[nodiscard]] std::chrono::milliseconds reconnect_wait(
    std::chrono::milliseconds first,
    std::chrono::milliseconds most,
    std::int64_t round,
    double random);

// Uniform in [0, 1); thread-safe.
[[nodiscard]] double random_share();

}  // namespace lumos::bus
