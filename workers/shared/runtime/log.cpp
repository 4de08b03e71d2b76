#include "workers/shared/runtime/log.h"

#include "workers/shared/runtime/clock.h"
#include "workers/shared/runtime/errors.h"
#include "workers/shared/runtime/guarded.h"
#include "workers/shared/runtime/log_line.h"

#include <fmt/format.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <array>
#include <atomic>
#include <memory>

namespace lumos::runtime {
namespace {

struct Output {
    std::string process = "lumos";
    bool json = false;
    std::shared_ptr<spdlog::logger> logger;  // allow: spdlog's own kind of handle.
};

std::shared_ptr<spdlog::logger> make_logger() {
    auto logger = std::make_shared<spdlog::logger>(
        "lumos", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    logger->set_pattern("%v");
    logger->flush_on(spdlog::level::trace);
    return logger;
}

Guarded<Output>& output() {
    static Guarded<Output> instance{Output{.logger = make_logger()}};
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
            auto out = output().lock();
            out->process = process;
            out->json = format == "json";
            out->logger->set_level(spdlog_level(value));
            return;
        }
    }
    throw UsageError(fmt::format("log_level: {} is none of debug, info, warn, error", level));
}

void log(LogLevel level, std::string_view event, Fields fields) {
    std::shared_ptr<spdlog::logger> logger;
    std::string line;
    {
        auto out = output().lock();
        logger = out->logger;
        if (!logger->should_log(spdlog_level(level))) {
            return;
        }
        const LogLine what{level, event, fields};
        const auto now = SystemClock{}.now();
        line = out->json ? json_line(out->process, now, what) : text_line(now, what);
    }
    logger->log(spdlog_level(level), line);
}

}  // namespace lumos::runtime
