#include "workers/shared/runtime/log.h"

#include "workers/shared/runtime/clock.h"
#include "workers/shared/runtime/errors.h"
#include "workers/shared/runtime/guarded.h"
#include "workers/shared/runtime/log_line.h"

#include <fmt/format.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <array>
#include <memory>
#include <utility>

namespace lumos::runtime {
namespace {

struct Form {
    std::string process = "lumos";
    bool json = false;
};

Guarded<Form>& form() {
    static Guarded<Form> instance;
    return instance;
}

spdlog::logger& logger() {
    static spdlog::logger instance = [] {
        auto sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();  // allow: spdlog asks for it
        spdlog::logger made("lumos", std::move(sink));
        made.set_pattern("%v");
        return made;
    }();
    return instance;
}

spdlog::level::level_enum spdlog_level(LogLevel level) {
    switch (level) {
        case LogLevel::Debug:
            return spdlog::level::debug;
        case LogLevel::Info:
            return spdlog::level::info;
        case LogLevel::Warn:
            return spdlog::level::warn;
        case LogLevel::Error:
            return spdlog::level::err;
    }
    return spdlog::level::err;
}

}  // namespace

Field::Field(std::string_view k, double v) : key(k), value(fmt::format("{}", v)) {}

void configure_log(const std::string& process, std::string_view level, std::string_view format) {
    if (format != "text" && format != "json") {
        throw UsageError(fmt::format("log_format: {} is neither text nor json", format));
    }
    const std::array<std::pair<std::string_view, LogLevel>, 4> levels{
        {{"debug", LogLevel::Debug},
         {"info", LogLevel::Info},
         {"warn", LogLevel::Warn},
         {"error", LogLevel::Error}}};
    for (const auto& [name, value] : levels) {
        if (name == level) {
            *form().lock() = {process, format == "json"};
            logger().set_level(spdlog_level(value));
            return;
        }
    }
    throw UsageError(fmt::format("log_level: {} is none of debug, info, warn, error", level));
}

void log(LogLevel level, std::string_view event, Fields fields) {
    if (!logger().should_log(spdlog_level(level))) {
        return;
    }
    const LogLine what{level, event, fields};
    const auto now = SystemClock{}.now();
    const Form as = *form().lock();
    logger().log(
        spdlog_level(level), as.json ? json_line(as.process, now, what) : text_line(now, what));
}

}  // namespace lumos::runtime
