#pragma once
// /simulator/…: what tests and people do with the simulator beside the API. The table of calls is
// in README.md. Thread-safe.

#include "tests/cloudflare/http_message.h"

namespace lumos::simulator {

class Simulator;

[[nodiscard]] HttpReply control(Simulator& simulator, const HttpRequest& request);

}  // namespace lumos::simulator
