#pragma once
// Records and edits in Cloudflare's form, and the comparison of its answer with what was asked: an
// answer that differs is no confirmation. Pure; safe from any thread.

#include "workers/shared/dns/provider.h"

#include <boost/json/fwd.hpp>

#include <optional>
#include <string>
#include <vector>

namespace lumos::dns {

// Nothing where it is no record.
[[nodiscard]] std::optional<Record> read_record(const boost::json::value& value);
// Nothing where it is no list, or one of them is no record.
[[nodiscard]] std::optional<std::vector<Record>> read_records(const boost::json::value* list);

// Bodies. A PATCH names content and TTL only: whatever it does not name stays as it is, also what
// somebody changes between our read and our write.
[[nodiscard]] std::string patch_body(const RecordEdit& edit);
[[nodiscard]] std::string batch_body(const std::vector<RecordEdit>& edits);

// The TTL that the record will show.
[[nodiscard]] std::int64_t expected_ttl(const RecordEdit& edit);

// What differs between the edit and the answer, in words; nothing where they agree. `result` may be
// null.
[[nodiscard]] std::optional<std::string> patch_difference(
    const RecordEdit& edit, const boost::json::value* result);
[[nodiscard]] std::optional<std::string> batch_difference(
    const std::vector<RecordEdit>& edits, const boost::json::value* result);

}  // namespace lumos::dns
