#pragma once
// How a log line reads. Pure; safe from any thread. One line whatever the values hold: line breaks,
// control characters and bytes that are no UTF-8 are escaped or replaced.

#include "schemas/time.h"
#include "workers/shared/runtime/log.h"

#include <string>
#include <string_view>

namespace lumos::runtime {

struct LogLine {
    LogLevel level = LogLevel::Info;
    std::string_view event;
    Fields fields;
};

// For people: time, level, the field `message` (a whole sentence) where there is one, the event,
// key=value pairs.
[[nodiscard]] std::string text_line(Time now, const LogLine& line);

// For machines: one object with time, level, process, event and the fields as strings.
[[nodiscard]] std::string json_line(std::string_view process, Time now, const LogLine& line);

}  // namespace lumos::runtime
