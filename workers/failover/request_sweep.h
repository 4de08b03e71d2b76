#pragma once
// From requests and alarms in rows to zones in the queue: at once when a job wakes it, every second
// for whatever no job came for. Requests younger than a second are left to the worker that got
// their job. Thread-safe: each call brings its own session.

#include "workers/failover/zone_queue.h"

#include <string_view>

namespace lumos::sql {
class Connection;
}

namespace lumos::failover {

class RequestSweep {
public:
    explicit RequestSweep(ZoneQueue& queue) : queue_(queue) {}

    // All that is older than a second, and all alarms that have come.
    void run(sql::Connection& session);
    // All that is asked for, however new: after a cycle's sweep.
    void run_now(sql::Connection& session);
    // A job's subject. Anything else is left alone.
    void on_job(sql::Connection& session, std::string_view subject);

private:
    ZoneQueue& queue_;
};

}  // namespace lumos::failover
