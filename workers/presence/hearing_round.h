#pragma once
// One round of presence (docs/presence.md): the only thing that writes what was heard, in one
// transaction. Not thread-safe: one thread runs rounds.

#include "sql/event_store.h"
#include "sql/presence_store.h"
#include "workers/presence/alert_rule.h"
#include "workers/presence/heard.h"
#include "workers/presence/judgement_rule.h"
#include "workers/presence/round_rule.h"
#include "workers/shared/outbox/outbox.h"
#include "workers/shared/runtime/clock.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace lumos::sql {
class Connection;
}

namespace lumos::presence {

// The beat that this round stands on, as it was read back from the stream.
struct ReadBeat {
    std::string node;
    std::string url;
    std::int64_t sequence = 0;
    Heard::BeatRead read;
    runtime::BootTime sent_at{};
};

struct RoundResult {
    RoundVerdict verdict = RoundVerdict::GoesOn;
    bool another_at_once =
        false;  // A disconnect is judged by the round after the one that learned of it.
    std::int64_t judged = 0;
};

class HearingRound {
public:
    // References outlive it.
    HearingRound(Heard& heard, const runtime::Clock& clock, Limits limits);

    // Throws what sql/error.h names; nothing was written then. What is to be published lies in the
    // members below.
    RoundResult run(sql::Connection& connection, const ReadBeat& beat);

    // Of the last run that was committed.
    [[nodiscard]] const std::vector<outbox::CheckJob>& jobs() const { return jobs_; }
    [[nodiscard]] const std::vector<sql::NewDelivery>& deliveries() const { return deliveries_; }

private:
    struct State;  // What one run carries from step to step.
    struct Server;

    void forget(const State& state) const;
    void advance_hearing(State& state) const;
    void leave_gone_nodes(State& state) const;
    void take_news(State& state);
    void take_client_events(State& state) const;
    [[nodiscard]] std::vector<Server> load(State& state) const;
    void judge_server(State& state, Server& server);
    void tell(State& state, Server& server, const Judgement& judged);
    void write(State& state, std::vector<Server>& servers);
    void request_zones(State& state, const std::vector<Server>& servers);

    Heard& heard_;
    const runtime::Clock& clock_;
    Limits limits_;
    std::vector<outbox::CheckJob> jobs_;
    std::vector<sql::NewDelivery> deliveries_;
    // What server_reports holds, as far as this process wrote it: written again only when it
    // changed.
    std::map<std::int64_t, std::string> reported_;
    std::int64_t rounds_ = 0;
};

}  // namespace lumos::presence
