#pragma once
// An event as one line for a person. Pure.

#include <boost/json/fwd.hpp>

#include <string>

namespace lumos::ctl {

// "2026-11-22T03:12:04.117Z  server_down          fra-1  The agent's connection dropped."
[[nodiscard]] std::string event_line(const boost::json::value& event);

}  // namespace lumos::ctl
