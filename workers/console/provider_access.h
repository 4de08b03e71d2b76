#pragma once
// Calls to a DNS provider on behalf of a person: within the token's budget, with a deadline, and
// with a refusal that says what to do about it.

#include "sql/console_provider_store.h"
#include "workers/console/parts.h"
#include "workers/shared/dns/provider.h"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace lumos::console {

inline constexpr std::chrono::milliseconds kProviderDeadline{8'000};

[[nodiscard]] std::string token_context(std::int64_t provider_id);

// With the stored token.
[[nodiscard]] std::unique_ptr<dns::Provider> open_provider(
    Parts& parts, const sql::console::Provider& provider);

// Throws the Problem rate-limited with the time to wait. No row may be locked by the caller.
void take_calls_or_refuse(Parts& parts, std::int64_t provider_id, std::int64_t calls);

// What a provider's error means to the one who asked. field: which of the request's fields it is
// about.
[[noreturn]] void refuse_for(
    Parts& parts,
    std::optional<std::int64_t> provider_id,
    const dns::ProviderError& error,
    const std::optional<std::chrono::seconds>& retry_after);

// provider_id: nothing while there is no row yet.
template <typename T>
T value_or_refuse(Parts& parts, std::optional<std::int64_t> provider_id, dns::Answer<T> answer) {
    if (!answer.ok()) {
        refuse_for(parts, provider_id, answer.error, answer.retry_after);
    }
    return *std::move(answer.value);
}

// Proven without changing anything; throws where the token may not edit the zone.
void prove_permission(
    Parts& parts,
    std::optional<std::int64_t> provider_id,
    dns::Provider& provider,
    const std::string& zone_id,
    const std::string& zone_name);

}  // namespace lumos::console
