#pragma once
// Changes of a zone's records: create, overwrite, edit, delete, and the batch of them. They work on
// a copy that is kept only when nothing is thrown, which is the transaction. Throws ApiError.

#include "tests/cloudflare/record_check.h"
#include "tests/cloudflare/zone.h"

#include <boost/json.hpp>

#include <functional>
#include <string>

namespace lumos::simulator {

struct ChangeContext {
    const ZoneInfo& zone;
    const Switches& switches;
    Time now;
    std::function<std::string()> new_id;
    std::function<std::int64_t()> next_number;
};

[[nodiscard]] boost::json::value create(
    Records& records, const boost::json::value& body, const ChangeContext& context);
[[nodiscard]] boost::json::value overwrite(
    Records& records,
    const std::string& id,
    const boost::json::value& body,
    const ChangeContext& context);
[[nodiscard]] boost::json::value edit(
    Records& records,
    const std::string& id,
    const boost::json::value& body,
    const ChangeContext& context);
// The whole record, as a batch answers it; a single DELETE shows its id only.
[[nodiscard]] boost::json::value remove(Records& records, const std::string& id);
[[nodiscard]] boost::json::value batch(
    Records& records, const boost::json::value& body, const ChangeContext& context);

}  // namespace lumos::simulator
