#include "workers/failover/zone_reader.h"

#include "workers/failover/limits.h"
#include "workers/shared/runtime/clock.h"

#include <iterator>

namespace lumos::failover {
namespace {

ReadResult read_name(dns::Provider& provider, const ReadOrder& order) {
    auto answer =
        provider.records_of(order.provider_zone_id, order.only_name, limits::kProviderDeadline);
    ReadResult result;
    if (answer.ok()) {
        result.records = std::move(*answer.value);
    } else {
        result.error = answer.error;
        result.retry_after = answer.retry_after;
    }
    return result;
}

}  // namespace

ReadResult read_records(
    dns::Provider& provider, const ReadOrder& order, const runtime::Clock& clock) {
    if (!order.only_name.empty()) {
        return read_name(provider, order);
    }
    const auto deadline = clock.steady() + limits::kProviderDeadline;
    ReadResult result;
    int page = 1;
    for (int read = 0; read < order.pages_max; ++read) {
        const auto left =
            std::chrono::duration_cast<std::chrono::milliseconds>(deadline - clock.steady());
        if (left.count() <= 0) {
            result.error = dns::ProviderError{
                .http_status = 0,
                .code = 0,
                .message = "the zone's records could not be read in time",
                .reason = "provider_unreachable"};
            return result;
        }
        auto answer = provider.records_page(order.provider_zone_id, page, left);
        if (!answer.ok()) {
            result.error = answer.error;
            result.retry_after = answer.retry_after;
            return result;
        }
        auto& records = answer.value->records;
        std::move(records.begin(), records.end(), std::back_inserter(result.records));
        if (!answer.value->more) {
            return result;
        }
        page = answer.value->next_page;
    }
    result.needs_more_pages = true;
    return result;
}

}  // namespace lumos::failover
