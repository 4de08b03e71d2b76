#pragma once
// What is published: the records of one name, or of a whole zone page by page, within one deadline
// and the calls in hand.

#include "workers/shared/dns/provider.h"

#include <optional>
#include <string>
#include <vector>

namespace lumos::runtime {
class Clock;
}

namespace lumos::failover {

struct ReadOrder {
    std::string provider_zone_id;
    std::string only_name;  // "": the whole zone.
    int pages_max = 1;
};

struct ReadResult {
    std::vector<dns::Record> records;
    bool needs_more_pages = false;  // Than were allowed: nothing of it may be used.
    std::optional<dns::ProviderError> error;
    std::optional<std::chrono::seconds> retry_after;
};

[[nodiscard]] ReadResult read_records(
    dns::Provider& provider, const ReadOrder& order, const runtime::Clock& clock);

}  // namespace lumos::failover
