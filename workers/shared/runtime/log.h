#pragma once
// One event, one line, written where it is dealt with: a constant past-tense name and fixed keys.
// To stderr, as text or JSON. Warn: a person should look this week; error: now. Thread-safe.

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lumos::runtime {

struct Field {
    std::string_view key;
    std::string value;
    Field(std::string_view k, std::string v) : key(k), value(std::move(v)) {}
    Field(std::string_view k, std::string_view v) : key(k), value(v) {}
    Field(std::string_view k, const char* v) : key(k), value(v) {}
    Field(std::string_view k, long long v) : key(k), value(std::to_string(v)) {}
    Field(std::string_view k, long v) : key(k), value(std::to_string(v)) {}
    Field(std::string_view k, unsigned long v) : key(k), value(std::to_string(v)) {}
    Field(std::string_view k, int v) : key(k), value(std::to_string(v)) {}
    Field(std::string_view k, bool v) : key(k), value(v ? "true" : "false") {}
    Field(std::string_view k, double v);
};

using Fields = std::initializer_list<Field>;

enum class LogLevel { Debug, Info, Warn, Error };

// Once, in main, before the first line. level: debug | info | warn | error; format: text | json.
void configure_log(const std::string& process, std::string_view level, std::string_view format);

void log(LogLevel level, std::string_view event, Fields fields = {});
inline void log_debug(std::string_view event, Fields fields = {}) {
    log(LogLevel::Debug, event, fields);
}
inline void log_info(std::string_view event, Fields fields = {}) {
    log(LogLevel::Info, event, fields);
}
inline void log_warn(std::string_view event, Fields fields = {}) {
    log(LogLevel::Warn, event, fields);
}
inline void log_error(std::string_view event, Fields fields = {}) {
    log(LogLevel::Error, event, fields);
}

}  // namespace lumos::runtime
