#pragma once
// What follows from a provider's definite no to a batch, and from a yes while the culprit of an
// earlier no is searched for. Pure.

#include <cstdint>
#include <optional>
#include <string_view>

namespace lumos::failover {

struct RefusalPlan {
    bool block_token = false;   // 429: nobody asks with this token for a while.
    bool domains_wait = false;  // Left out of new changes for a while, longer each time.
    std::optional<std::int64_t> batch_limit;
};

struct RefusedBatch {
    std::size_t domains = 0;
    std::size_t records = 0;
    std::optional<std::int64_t> batch_limit;  // Under which it was made.
};

// `code`: ours, of the refusal.
[[nodiscard]] RefusalPlan plan_refusal(std::string_view code, const RefusedBatch& batch);

[[nodiscard]] std::optional<std::int64_t> limit_after_success(std::optional<std::int64_t> limit);

}  // namespace lumos::failover
