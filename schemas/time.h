#pragma once
// Points in time as they stand in messages and rows. Pure; safe from any thread.

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace lumos {

// A point in time by some clock that counts from the Unix epoch: the database's, the AGENT
// stream's, or a machine's. Which one is said wherever a value is stored; values of different
// clocks are never compared.
using Time = std::chrono::sys_time<std::chrono::microseconds>;
using Seconds = std::chrono::duration<double>;

// "2026-11-22T03:12:04.117Z": RFC 3339, UTC, milliseconds (docs/conventions.md).
[[nodiscard]] std::string to_rfc3339(Time time);

// Reads RFC 3339 and PostgreSQL's form ("2026-11-22 03:12:04.117345+00"), any number of fractional
// digits (those past microseconds are cut). Nothing where the text is neither.
[[nodiscard]] std::optional<Time> parse_time(std::string_view text);

// With microseconds, as PostgreSQL reads it back without loss: "2026-11-22T03:12:04.117345Z".
[[nodiscard]] std::string to_sql_time(Time time);

}  // namespace lumos
