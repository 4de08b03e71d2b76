#pragma once
// Rounds every second, and at once (not more than 20 a second) when something was learned that
// people or routing wait for. run() returns when stop is requested. One thread calls run().

#include "sql/connection.h"
#include "workers/presence/heard.h"
#include "workers/presence/hearing_round.h"
#include "workers/shared/runtime/clock.h"
#include "workers/shared/runtime/health.h"
#include "workers/shared/runtime/metrics.h"

#include <functional>
#include <optional>
#include <stop_token>
#include <string>

namespace lumos::bus {
class Connection;
}
namespace lumos::outbox {
class Outbox;
}

namespace lumos::presence {

struct PresenceParts {
    bus::Connection& bus;
    outbox::Outbox& outbox;
    Heard& heard;
    const runtime::Clock& clock;
    runtime::Health& health;
    // A new session with the database; throws sql::Lost.
    std::function<sql::Connection()> connect;
};

class PresenceWorker {
public:
    PresenceWorker(PresenceParts parts, Limits limits, std::string replica);
    void run(const std::stop_token& stop);

private:
    void round(const std::stop_token& stop);
    [[nodiscard]] std::optional<ReadBeat> beat(const std::stop_token& stop);
    [[nodiscard]] bool write(const ReadBeat& beat);
    void publish();
    void measure();

    PresenceParts parts_;
    std::string replica_;
    HearingRound hearing_round_;
    std::optional<sql::Connection> database_;
    bool another_at_once_ = false;
    std::int64_t failures_ = 0;
    std::int64_t rounds_ = 0;
    runtime::metrics::Counter written_{
        "lumos_hearing_rounds_total", "Rounds of presence by outcome.", {{"outcome", "written"}}};
    runtime::metrics::Counter left_{
        "lumos_hearing_rounds_total", "Rounds of presence by outcome.", {{"outcome", "left"}}};
    runtime::metrics::Counter failed_{
        "lumos_hearing_rounds_total", "Rounds of presence by outcome.", {{"outcome", "failed"}}};
    runtime::metrics::Histogram seconds_{
        "lumos_hearing_round_seconds",
        "From the beat to the commit.",
        {0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2, 5}};
    runtime::metrics::Gauge heard_{
        "lumos_hearing_last_timestamp_seconds", "When this replica last wrote what was heard."};
};

}  // namespace lumos::presence
