#include "workers/failover/refusal_rule.h"

#include "workers/failover/notice_rule.h"

#include <algorithm>

namespace lumos::failover {
namespace {

std::int64_t half(std::int64_t records) {
    return std::max<std::int64_t>(1, records / 2);
}

}  // namespace

RefusalPlan plan_refusal(std::string_view code, const RefusedBatch& batch) {
    if (code == "rate_limited") {
        return {.block_token = true, .domains_wait = false, .batch_limit = batch.batch_limit};
    }
    if (is_refusal_of_token(code)) {
        // It is about all of them: searching for one culprit would only spend calls.
        return {.block_token = false, .domains_wait = true, .batch_limit = batch.batch_limit};
    }
    if (batch.domains > 1) {
        const auto records = static_cast<std::int64_t>(batch.records);
        return {.block_token = false, .domains_wait = false, .batch_limit = half(records)};
    }
    return {.block_token = false, .domains_wait = true, .batch_limit = std::nullopt};
}

std::optional<std::int64_t> limit_after_success(std::optional<std::int64_t> limit) {
    return limit ? std::optional(half(*limit)) : std::nullopt;
}

}  // namespace lumos::failover
