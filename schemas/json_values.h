#pragma once
// Building JSON in our messages' conventions: times in RFC 3339, "none" as null, seconds to the
// millisecond. For schemas/*.cpp.

#include "schemas/time.h"

#include <boost/json/fwd.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace lumos::schemas {

[[nodiscard]] boost::json::value json_of(const std::optional<std::string>& text);
[[nodiscard]] boost::json::value json_of(const std::optional<std::int64_t>& number);
[[nodiscard]] boost::json::value json_of(const std::optional<Time>& time);
[[nodiscard]] boost::json::value json_of(Time time);
[[nodiscard]] boost::json::value json_of_seconds(const std::optional<double>& seconds);

}  // namespace lumos::schemas
