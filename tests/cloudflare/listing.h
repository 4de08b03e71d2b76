#pragma once
// GET …/dns_records and GET /zones: filters, order, pages, as the API has them. Past the last page
// there is an empty list, which is what the official clients stop at. Pure; throws ApiError.

#include "tests/cloudflare/envelope.h"
#include "tests/cloudflare/http_message.h"
#include "tests/cloudflare/switches.h"
#include "tests/cloudflare/zone.h"

#include <vector>

namespace lumos::simulator {

[[nodiscard]] HttpReply list_records(const Records& records, const HttpRequest& request);

struct ListedZone {
    ZoneInfo zone;
    bool may_edit = false;
};
[[nodiscard]] HttpReply list_zones(
    std::vector<ListedZone> zones, const HttpRequest& request, const Switches& switches);

// BIND's format, as …/dns_records/export answers it.
[[nodiscard]] HttpReply export_records(const Records& records, const ZoneInfo& zone);

}  // namespace lumos::simulator
