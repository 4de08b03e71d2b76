#pragma once
// What a provider said no with, or did not say at all: kept with the domain as JSON, shown to
// people.

#include "workers/shared/dns/provider.h"

#include <cstdint>
#include <optional>
#include <string>

namespace lumos::failover {

struct ProviderProblem {
    std::string code = "provider_unreachable";  // Ours: docs/switching.md has the table.
    std::optional<std::int64_t> http_status;
    std::optional<std::int64_t> provider_code;
    std::string message;  // The provider's, or ours.
};

[[nodiscard]] ProviderProblem problem_of(const dns::ProviderError& error);
// "Cloudflare says …" and what it means for the change.
[[nodiscard]] std::string in_words(const ProviderProblem& problem);

[[nodiscard]] std::string write_problem(const ProviderProblem& problem);
[[nodiscard]] std::optional<ProviderProblem> read_problem(const std::optional<std::string>& text);

}  // namespace lumos::failover
