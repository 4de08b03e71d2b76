#pragma once
// What a process says of itself by NATS's protocol for services (ADR-32). Pure but for the
// process's metrics; safe from any thread.

#include "schemas/time.h"
#include "workers/shared/runtime/metrics.h"

#include <string>
#include <vector>

namespace lumos::service {

// Series of a metric, by the labels that they have besides others.
struct Series {
    std::string metric;
    std::vector<runtime::metrics::Labels> labels = {{}};  // All that have one of these.
};

struct Description {
    std::string name;  // "lumos-presence": letters, digits, '-' and '_'.
    std::string does;  // For people.
    // The one kind of work that is counted: its name, and the subject or path that it comes by.
    std::string endpoint;
    std::string subject;
    Series done;
    Series failed;
    std::string seconds = {};  // A histogram of how long it takes; "": not measured.
};

struct Identity {
    std::string id;  // Of this run of the process; one token of a subject.
    std::string version;
    Time started;
};

[[nodiscard]] std::string ping_answer(const Description& description, const Identity& identity);
[[nodiscard]] std::string info_answer(const Description& description, const Identity& identity);
[[nodiscard]] std::string stats_answer(const Description& description, const Identity& identity);

}  // namespace lumos::service
