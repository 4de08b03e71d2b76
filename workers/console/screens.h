#pragma once
// The console's screens as text, laid out here so that they look the same everywhere: on a terminal
// ("text" of an answer), in a ticket, in a mail. From the answer's own JSON, so that the two cannot
// differ. Pure.

#include <boost/json/fwd.hpp>

#include <string>

namespace lumos::console {

// What is wrong first, then the counts, each with the next command.
[[nodiscard]] std::string status_screen(const boost::json::object& status);
// The gates in order, the closed ones marked, and the answer.
[[nodiscard]] std::string explanation_screen(const boost::json::object& explanation);

// "10,000"
[[nodiscard]] std::string grouped(std::int64_t number);

}  // namespace lumos::console
