#pragma once
// Two threads that read AGENT and BUS all the time, without acknowledgements, each through a
// consumer of this replica's own, and put what they read into Heard. A reader that breaks off
// begins anew: AGENT with a snapshot of every server's last heartbeat, BUS where the database
// stands. They end when destroyed.

#include "workers/presence/heard.h"

#include <memory>
#include <string>

namespace lumos::bus {
class Connection;
}

namespace lumos::presence {

class StreamReaders {
public:
    // replica: random per start. Both references outlive it.
    StreamReaders(bus::Connection& bus, Heard& heard, std::string replica);
    ~StreamReaders();
    StreamReaders(const StreamReaders&) = delete;
    StreamReaders& operator=(const StreamReaders&) = delete;

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace lumos::presence
